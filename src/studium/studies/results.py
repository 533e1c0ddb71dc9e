"""What a study gives, as plain data."""

from __future__ import annotations

from typing import Any, Literal

from studium.config import Frozen

TrialStatus = Literal["complete", "diverged", "failed"]
MetricName = Literal["mse", "accuracy"]
Value = float | int | str


class Estimate(Frozen):
    """A mean over replicates and its 95% interval, corrected for overlapping training sets.

    Attributes:
        mean: Over the replicates.
        low, high: Ends of the interval; ``None`` for a single replicate.
    """

    mean: float
    low: float | None = None
    high: float | None = None


class Curve(Frozen):
    """A learning curve over replicates, with its 95% band.

    Attributes:
        epochs: Epochs shown, from 1; at most 100 of them.
        mean: Mean over the replicates that did not diverge; one that stopped early keeps its last value.
        low, high: Ends of the corrected interval of each mean; empty for a single replicate.
    """

    epochs: tuple[int, ...]
    mean: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()


class Trial(Frozen):
    """One point of a study, scored over folds x seeds.

    Attributes:
        number: From 0, in the order of sampling.
        values: Value of each parameter.
        status: ``complete``; ``diverged``: some replicate's loss stopped being finite; ``failed``: the computation of some
            replicate broke, so that nothing is known of the value.
        scores: Score of each replicate, seeds by folds; ``None`` for one that diverged.
        n: Replicates with a score.
        n_diverged: Replicates that diverged.
        n_failed: Replicates that failed.
        mean, std: Of the scores; ``None`` when any has none.
        low, high: Ends of the 95% interval of the mean, corrected for overlapping training sets; ``None`` likewise, and for
            a single replicate.
        p_value: Of "not among the best", corrected by Holm over all values; ``None`` where there is no test.
        not_worse: Whether it is the best or not significantly worse than it.
        epochs: Epochs run.
        best_epoch: Epoch with the smallest validation loss.
        parameters: Trainable numbers of the network.
        validation: Curve of the validation loss; with early stopping, on the rows that it watches.
        training: Curve of the training loss.
    """

    number: int
    values: dict[str, Value]
    status: TrialStatus
    scores: tuple[tuple[float | None, ...], ...] = ()
    n: int = 0
    n_diverged: int = 0
    n_failed: int = 0
    mean: float | None = None
    std: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    not_worse: bool = False
    epochs: Estimate = Estimate(mean=0)
    best_epoch: Estimate = Estimate(mean=0)
    parameters: int = 0
    validation: Curve | None = None
    training: Curve | None = None


class GoodValues(Frozen):
    """Values of one parameter that are not significantly worse than the best.

    Attributes:
        parameter: Its name.
        text: As the source writes it: ``learning rate: [1e-4, 3e-2], best 3e-3``.
        best: The best value; ``None`` when all diverged.
        low, high: Ends of the stretch of good values around the best; ``None`` for names, and when all diverged.
        values: The values of the stretch; of names, all good ones.
        others: Good numbers beyond a value that is worse.
        reaches_lowest, reaches_highest: Whether the stretch ends at the lowest or highest value tried, so that the good
            range may go on outside.
    """

    parameter: str
    text: str
    best: Value | None = None
    low: float | None = None
    high: float | None = None
    values: tuple[Value, ...] = ()
    others: tuple[Value, ...] = ()
    reaches_lowest: bool = False
    reaches_highest: bool = False

    @property
    def open_end(self) -> str:
        """Where the good range may go on outside what was tried, in a sentence; empty when it does not.

        Example:
            >>> good = GoodValues(parameter="l1", text="L1 penalty: [0.1, 1], best 1", low=0.1, high=1, reaches_highest=True)
            >>> good.open_end
            'the good range of L1 penalty may go on above 1, the highest value tried'
        """
        if self.low is None or self.high is None:
            return ""
        below = f"below {self.low:g}" if self.reaches_lowest and self.low > 0 else ""
        above = f"above {self.high:g}" if self.reaches_highest else ""
        tried = (
            "lowest and highest values" if below and above else "lowest value" if below else "highest value"
        )
        ends = " and ".join(filter(None, (below, above)))
        label = self.text.partition(":")[0]
        return f"the good range of {label} may go on {ends}, the {tried} tried" if ends else ""


class StudyResult(Frozen):
    """Everything a parameter study found.

    Attributes:
        name: Of the study.
        data, data_checksum, model: What was studied.
        parameters: Name of each parameter that varied.
        labels: Its label.
        space: Its values, as written on the command line.
        log: Whether each is on a logarithmic scale.
        config: The training that is varied from.
        metric: Name of the score, ``mse`` or ``accuracy``.
        lower_is_better: Direction of the score. Errors are compared by ratios, so that the best has the smallest geometric
            mean; accuracies by differences.
        resampling: The replicates in words.
        n_replicates: Folds x seeds.
        watched: How early stopping was kept from flattering the scores, in a sentence; empty without early stopping.
        sampler: How the points were drawn.
        seed: Root seed.
        trials: All of them.
        best: Number of the best trial; ``None`` when all diverged.
        ranges: The good range of each parameter.
        test: The statistics used, in words.
        advice: What to do, when something went wrong.
        n_trainings: Networks trained.
        seconds: Wall time.
    """

    name: str
    data: str
    data_checksum: str
    model: str
    parameters: tuple[str, ...]
    labels: tuple[str, ...]
    space: tuple[str, ...]
    log: tuple[bool, ...]
    config: dict[str, Any]
    metric: MetricName
    lower_is_better: bool
    resampling: str
    n_replicates: int
    watched: str = ""
    sampler: str
    seed: int
    trials: tuple[Trial, ...]
    best: int | None
    ranges: tuple[GoodValues, ...]
    test: str
    advice: str = ""
    n_trainings: int
    seconds: float

    @property
    def best_trial(self) -> Trial | None:
        """The best trial; ``None`` when all diverged."""
        return None if self.best is None else self.trials[self.best]


class Candidate(Frozen):
    """One contender of a comparison, tuned and scored.

    Attributes:
        name: Of the contender.
        space: What was tuned, as written on the command line.
        tuning: Every point tried, without learning curves; their scores chose the values and play no part in the verdict.
        tuned: The chosen values.
        at_edge: Tuned parameters whose chosen value is so near an end of its range that a better one may lie outside.
        score: The chosen point on fresh folds and seeds.
        best_epochs: Epochs with the smallest mean validation loss there; 0 when it diverged.
    """

    name: str
    space: tuple[str, ...]
    tuning: tuple[Trial, ...]
    tuned: dict[str, Value]
    at_edge: tuple[str, ...] = ()
    score: Trial
    best_epochs: int


class ComparisonResult(Frozen):
    """Everything a comparison found.

    Attributes:
        name: Of the comparison.
        data, data_checksum: What it was made on.
        metric: Name of the score, ``mse`` or ``accuracy``.
        lower_is_better: Direction of the score; ratios and differences as in :class:`StudyResult`.
        tuning_resampling, resampling: Replicates of the tuning and of the verdict, in words.
        watched: As in :class:`StudyResult`.
        n_points: Points tried for each contender.
        seed: Root seed.
        candidates: All contenders, in the order given.
        best: Position of the best; ``None`` when all diverged.
        test: The statistics used, in words.
        advice: What to do, when something went wrong.
        n_trainings: Networks trained.
        seconds: Wall time.
    """

    name: str
    data: str
    data_checksum: str
    metric: MetricName
    lower_is_better: bool
    tuning_resampling: str
    resampling: str
    watched: str = ""
    n_points: int
    seed: int
    candidates: tuple[Candidate, ...]
    best: int | None
    test: str
    advice: str = ""
    n_trainings: int
    seconds: float

    @property
    def winner(self) -> Candidate | None:
        """The best candidate; ``None`` when all diverged."""
        return None if self.best is None else self.candidates[self.best]
