"""What a search gives, as plain data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from studium.config import Frozen
from studium.studies.results import MetricName, Trial, Value

SearchStatus = Literal["complete", "pruned", "invalid", "duplicate", "diverged", "failed"]
STATUSES: tuple[SearchStatus, ...] = ("complete", "pruned", "invalid", "duplicate", "diverged", "failed")


class RungScore(Frozen):
    """How a trial stood at a rung.

    Attributes:
        epoch: After which its score was taken.
        mean: Of the score over the replicates.
    """

    epoch: int
    mean: float


class SearchTrial(Frozen):
    """One point that a search met.

    Attributes:
        number: From 0, in the order of sampling.
        batch: Which batch it was drawn in, from 0.
        values: Value of each parameter that it has.
        status: ``complete``: trained to the end; ``pruned``: dropped at a rung; ``invalid``: cannot be built, and cost
            nothing; ``duplicate``: an earlier trial has the same values; ``diverged``: some replicate's loss stopped being
            finite; ``failed``: the computation of some replicate broke.
        reason: Why it is invalid.
        same_as: Number of the earlier trial, of a duplicate.
        rungs: Its scores at the rungs that it reached.
        scores: Score of each replicate at the end, seeds by folds; empty unless it is complete.
        n: Replicates with a score at the end.
        mean, std: Of them.
        low, high: Ends of the corrected 95% interval of the mean.
        epochs: Epochs trained, summed over the replicates.
        parameters: Trainable numbers of the network; 0 when there cannot be one.
    """

    number: int
    batch: int
    values: dict[str, Value]
    status: SearchStatus
    reason: str = ""
    same_as: int | None = None
    rungs: tuple[RungScore, ...] = ()
    scores: tuple[tuple[float | None, ...], ...] = ()
    n: int = 0
    mean: float | None = None
    std: float | None = None
    low: float | None = None
    high: float | None = None
    epochs: int = 0
    parameters: int = 0


class Finalist(Frozen):
    """A leading trial or a hand-made structure, measured on fresh replicates.

    Attributes:
        name: ``trial 17``, or the preset's name.
        trial: Number of the trial; ``None`` for a hand-made structure.
        values: Of the trial.
        searched: Its mean score in the search, which chose it, and so flatters it.
        score: On the fresh replicates.
    """

    name: str
    trial: int | None
    values: dict[str, Value]
    searched: float | None
    score: Trial


class Difference(Frozen):
    """How the winner compares with the best hand-made structure, paired over the fresh replicates.

    Attributes:
        hand_made: Name of the structure.
        value: Mean difference of the scores; of errors the ratio of their geometric means.
        low, high: Its 95% interval.
        p_value: Two-sided.
        n: Pairs.
        ratio: Whether it is a ratio.
        test: The statistics used, in words.
    """

    hand_made: str
    value: float
    low: float | None
    high: float | None
    p_value: float | None
    n: int
    ratio: bool
    test: str


class Importance(Frozen):
    """How much a parameter decides about being among the best trials.

    Attributes:
        parameter: Its name.
        label: For readers.
        mean: Share of the importance of all parameters, over resamples of the trials.
        low, high: 5% and 95% quantiles over the resamples.
    """

    parameter: str
    label: str
    mean: float
    low: float
    high: float


class SearchResult(Frozen):
    """Everything a search found.

    Attributes:
        name: Of the search.
        data, data_checksum: What it was made on.
        space: Name of the space.
        parameters: Name of each parameter that varied.
        labels: Its label.
        dimensions: Its values, as written on the command line.
        log: Whether each is on a logarithmic scale.
        conditional: Parameters that only some points have.
        share_valid: Share of the space that can be built, among 2,000 points drawn at random.
        metric: Name of the score, ``mse`` or ``accuracy``.
        lower_is_better: Direction of the score.
        resampling: The replicates of the search, in words.
        fresh_resampling: Those of the final measurement.
        n_replicates: Of the search.
        sampler: How points were drawn.
        on_invalid: ``resample``: an invalid point does not count; ``prune``: it does.
        asked: Trials that were asked for.
        rungs: Epochs after which trials were compared.
        keep: One trial in so many went on.
        n_first: Trials at the start that the space gave, wholly or in part; the sampler drew the others.
        seed: Root seed.
        trials: All points, in the order of sampling.
        finalists: Leading trials and hand-made structures on fresh replicates.
        best: Position of the best trial among the finalists; ``None`` when all diverged.
        difference: Of the winner from the best hand-made structure; ``None`` without one.
        importance: Of the parameters, the most important first; empty with fewer trials than there are parameters.
        advice: What to do, when something went wrong.
        n_trainings: Networks whose training was begun.
        n_epochs: Epochs that the race trained, summed over networks.
        n_epochs_without_race: Epochs that training every trial to its end would have taken.
        seconds: Wall time.
    """

    name: str
    data: str
    data_checksum: str
    space: str
    parameters: tuple[str, ...]
    labels: tuple[str, ...]
    dimensions: tuple[str, ...]
    log: tuple[bool, ...]
    conditional: tuple[str, ...]
    share_valid: float
    metric: MetricName
    lower_is_better: bool
    resampling: str
    fresh_resampling: str
    n_replicates: int
    sampler: str
    on_invalid: str
    asked: int
    rungs: tuple[int, ...]
    keep: int
    n_first: int = 0
    seed: int
    trials: tuple[SearchTrial, ...]
    finalists: tuple[Finalist, ...]
    best: int | None
    difference: Difference | None
    importance: tuple[Importance, ...]
    advice: str = ""
    n_trainings: int
    n_epochs: int
    n_epochs_without_race: int
    seconds: float

    @property
    def winner(self) -> Finalist | None:
        """The best trial on fresh replicates; ``None`` when all diverged."""
        return None if self.best is None else self.finalists[self.best]

    @property
    def winner_is_given(self) -> bool:
        """Whether the winner is a point that the space begins with, rather than one that the sampler drew."""
        winner = self.winner
        return winner is not None and winner.trial is not None and winner.trial < self.n_first

    @property
    def counts(self) -> dict[SearchStatus, int]:
        """How many trials ended in each way."""
        return {status: sum(trial.status == status for trial in self.trials) for status in STATUSES}

    @property
    def saved(self) -> float:
        """Share of the training that the race avoided, in [0, 1]."""
        if not self.n_epochs_without_race:
            return 0.0
        return 1 - self.n_epochs / self.n_epochs_without_race

    @property
    def invalid_reasons(self) -> dict[str, int]:
        """Why points were invalid, with … for numbers, and how often; the most frequent first."""
        found = Counter(_kind(trial.reason) for trial in self.trials if trial.status == "invalid")
        return dict(found.most_common())


def by_progress(trials: Sequence[SearchTrial], *, lower_is_better: bool) -> list[SearchTrial]:
    """Trials that reached a rung, the best first: by how far they came, then by their scores there.

    Args:
        trials: Of a search.
        lower_is_better: Direction of the score.
    """
    sign = 1 if lower_is_better else -1
    trained = [trial for trial in trials if trial.rungs]
    return sorted(trained, key=lambda trial: (-trial.rungs[-1].epoch, sign * trial.rungs[-1].mean))


def _kind(reason: str) -> str:
    # "layer 'conv3' cannot be built: its kernel of 6 is larger than its padded input of 4x4 pixels; use ..." becomes
    # "layer 'conv3' cannot be built: its kernel of … is larger than its padded input of … pixels".
    words = reason.split(";")[0].split()
    return " ".join("…" if any(map(str.isdigit, word)) and "'" not in word else word for word in words)
