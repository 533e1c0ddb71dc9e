"""What a `train` step leaves: facts, scores and how sure they are, as data."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from studium.config import Frozen
from studium.runs.evidence import Evidence

MetricName = Literal["mse", "accuracy"]
Part = Literal["train", "validation", "test"]


class Interval(Frozen):
    """Where a value lies with a stated confidence.

    Attributes:
        low: Lower end.
        high: Upper end.
        level: Confidence, in (0, 1).
        method: How it was computed, in words.
    """

    low: float
    high: float
    level: float = 0.95
    method: str


class Score(Frozen):
    """What one network scores on some rows.

    Attributes:
        loss: Mean training loss, on normalised targets.
        metric: ``mse`` in the square of the targets' own units, or ``accuracy`` in [0, 1].
        n: Rows.
    """

    loss: float
    metric: float
    n: int


class Training(Frozen):
    """One training of a step: one seed.

    Attributes:
        seed: Root of its random streams.
        status: ``complete``, ``diverged`` or ``failed``.
        epochs: Epochs run.
        best_epoch: Epoch of the smallest validation loss, from 1; the last without validation rows; 0 when there is none.
        seconds: Time of the training.
        train, validation, test: Scores of the final weights; ``None`` for a diverged training, and without rows.
        test_interval: Of the test metric of this one network, from the number of test rows.
    """

    seed: int
    status: Literal["complete", "diverged", "failed"]
    epochs: int
    best_epoch: int
    seconds: float
    train: Score | None = None
    validation: Score | None = None
    test: Score | None = None
    test_interval: Interval | None = None


class LayerFacts(Frozen):
    """One layer of the network: its name, kind, output shape and number of parameters."""

    name: str
    kind: str
    output_shape: tuple[int, ...]
    n_parameters: int


class NetworkFacts(Frozen):
    """The network: its preset's name, its number of parameters, and its layers."""

    name: str
    n_parameters: int
    layers: tuple[LayerFacts, ...]


class DataFacts(Frozen):
    """The dataset, and which rows were used for what.

    Attributes:
        name: The dataset's name.
        asked: What the plan named; differs from ``name`` where a replacement was used.
        replaced: Whether it stands in for a dataset that could not be had.
        task: ``regression`` or ``classification``.
        origin: Where it came from, in words.
        checksum: SHA-256 of the data.
        n_train: Rows that one training fits weights to.
        n_validation: Rows that one training is validated on; 0 after a refit on all training rows.
        n_test: Rows of the test set.
        inputs: Names of the inputs, or the shape of a picture in words.
        targets: Names of the targets.
        classes: Names of the classes; empty for regression.
    """

    name: str
    asked: str
    replaced: bool = False
    task: Literal["regression", "classification"]
    origin: str
    checksum: str
    n_train: int
    n_validation: int
    n_test: int
    inputs: str
    targets: tuple[str, ...]
    classes: tuple[str, ...] = ()

    @property
    def metric(self) -> MetricName:
        """The metric that fits the task."""
        return "accuracy" if self.task == "classification" else "mse"


class Folds(Frozen):
    """Cross-validation on the training rows.

    Attributes:
        losses: Validation loss of each seed and fold, ``[S, K]``, at the end of the training, or, before a refit, after
            the number of epochs that was chosen; ``None`` where it diverged.
        metrics: Validation metric likewise.
        best_epochs: Number of epochs with the smallest mean validation loss; 0 when everything diverged.
        test_to_train: Validation rows over training rows, for the corrected tests.
    """

    losses: tuple[tuple[float | None, ...], ...]
    metrics: tuple[tuple[float | None, ...], ...]
    best_epochs: int
    test_to_train: float

    @property
    def n_folds(self) -> int:
        """Folds of each repetition, K."""
        return len(self.metrics[0])


class TrainResult(Frozen):
    """The result of a `train` step.

    Attributes:
        kind: Kind of the step.
        data: The dataset.
        network: The network.
        config: The train config as it ran, every value written out.
        seed: Root of all seeds of the step; equal ones give equal rows and seeds on equal data.
        refit: Whether the final trainings used all training rows, for the number of epochs that the folds chose.
        folds: Cross-validation before the final trainings; ``None`` without.
        trainings: The final trainings, one per seed.
        exported: Which of them is the exported model: the first that did not diverge; ``None`` when all did.
        seconds: Time of the whole step.
        evidence: What the exported model does, for the figures.
    """

    kind: Literal["train"] = "train"
    data: DataFacts
    network: NetworkFacts
    config: dict[str, Any]
    seed: int
    refit: bool
    folds: Folds | None = None
    trainings: tuple[Training, ...] = Field(min_length=1)
    exported: int | None = None
    seconds: float
    evidence: Evidence = Evidence()

    @property
    def model(self) -> Training | None:
        """The training whose weights were exported."""
        return None if self.exported is None else self.trainings[self.exported]

    @property
    def n_diverged(self) -> int:
        """How many of the final trainings diverged."""
        return sum(training.status == "diverged" for training in self.trainings)

    @property
    def n_failed(self) -> int:
        """How many of the final trainings failed."""
        return sum(training.status == "failed" for training in self.trainings)

    @property
    def status(self) -> Literal["complete", "diverged", "failed"]:
        """``complete`` when there is a model; else ``failed`` when any training did, else ``diverged``."""
        if self.exported is not None:
            return "complete"
        return "failed" if self.n_failed else "diverged"

    def metrics(self, part: Part) -> list[float]:
        """The metric on a part of the rows, of each training that has one.

        The validation scores of a step with folds are those of the folds.
        """
        if part == "validation" and self.folds is not None:
            return [value for row in self.folds.metrics for value in row if value is not None]
        scores = (getattr(training, part) for training in self.trainings)
        return [score.metric for score in scores if score is not None]


class StepComparison(Frozen):
    """The difference between the validation scores of two networks, on the same rows with the same seeds.

    Attributes:
        better, worse: Names of the steps; ``better`` has the better mean.
        difference: Of the validation metric, ``better`` minus ``worse``.
        low, high: Its interval (corrected resampled t-test).
        level: Confidence of the interval.
        p_value: Two-sided.
        n: Pairs of scores.
        pairs: What was paired: ``folds`` or ``trainings``.
    """

    better: str
    worse: str
    difference: float
    low: float
    high: float
    level: float
    p_value: float
    n: int
    pairs: Literal["folds", "trainings"]

    @property
    def settled(self) -> bool:
        """Whether the interval leaves out 0."""
        return self.low > 0 or self.high < 0


class StepComparisons(Frozen):
    """The comparisons of a run, dataset by dataset, best first."""

    items: tuple[StepComparison, ...] = ()
