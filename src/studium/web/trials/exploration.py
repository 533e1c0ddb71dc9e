"""What the explorer shows: trials of a study, a comparison, a search, or of a step that still runs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from studium.studies.results import Curve, MetricName, Value


@dataclass(frozen=True)
class ExploredTrial:
    """One point that was tried.

    Attributes:
        number: Its number; unique.
        values: Value of each parameter that it has, by name.
        verdict: What was found of it: ``best``, ``not worse``, ``worse``, ``diverged``, ``failed`` and the like; ``so far``
            as long as its step runs.
        score: Mean over its replicates; ``None`` when it has none.
        low, high: Ends of the 95% interval; ``None`` where there is none.
        scores: Of each replicate, seeds by folds; ``None`` for one without.
        n: Replicates with a score.
        epochs: Mean number of epochs.
        parameters: Trainable numbers of the network; 0 where nobody counted.
        training, validation: Learning curves; ``None`` where they were not kept.
    """

    number: int
    values: dict[str, Value]
    verdict: str
    score: float | None = None
    low: float | None = None
    high: float | None = None
    scores: tuple[tuple[float | None, ...], ...] = ()
    n: int = 0
    epochs: float = 0.0
    parameters: int = 0
    training: Curve | None = None
    validation: Curve | None = None


@dataclass(frozen=True)
class ExploredParameter:
    """A parameter that varies.

    Attributes:
        name: In the values of the trials.
        label: For people.
        log: Whether its numbers lie on a logarithmic scale.
    """

    name: str
    label: str
    log: bool = False


@dataclass(frozen=True)
class Exploration:
    """Trials to explore.

    Attributes:
        trials: At least one.
        parameters: What varies, at least one.
        metric: ``mse`` or ``accuracy``.
        scored_by: What the scores are, in words.
        finished: Whether the step has ended; until then scores are provisional.
    """

    trials: tuple[ExploredTrial, ...]
    parameters: tuple[ExploredParameter, ...]
    metric: MetricName
    scored_by: str
    finished: bool = True

    def trial(self, number: int) -> ExploredTrial | None:
        """The trial of a number; ``None`` when there is none."""
        return next((trial for trial in self.trials if trial.number == number), None)

    @cached_property
    def best(self) -> ExploredTrial | None:
        """The best trial: as judged, or as long as the step runs the one with the best mean."""
        judged = next((trial for trial in self.trials if trial.verdict == "best"), None)
        known = [trial for trial in self.trials if trial.score is not None]
        if judged is not None or not known:
            return judged
        choose = max if self.metric == "accuracy" else min
        return choose(known, key=lambda trial: trial.score or 0.0)
