"""What steps that study leave behind."""

from __future__ import annotations

from typing import Literal

from studium.config import Frozen
from studium.runs.results import DataFacts, TrainResult
from studium.studies.results import ComparisonResult, StudyResult


class StudyRecord(Frozen):
    """The result of a `study` step.

    Attributes:
        kind: Kind of the step.
        data: The dataset, and the rows of one training.
        study: What was found.
        seconds: Time of the whole step.
    """

    kind: Literal["study"] = "study"
    data: DataFacts
    study: StudyResult
    seconds: float


class ComparisonRecord(Frozen):
    """The result of a `compare` or an `optimizers` step.

    Attributes:
        kind: Kind of the step.
        data: The dataset, and the rows of one training.
        comparison: What was found.
        winner: The winner retrained on all training rows and tested; ``None`` for optimisers, and when all diverged.
        seconds: Time of the whole step.
    """

    kind: Literal["compare", "optimizers"]
    data: DataFacts
    comparison: ComparisonResult
    winner: TrainResult | None = None
    seconds: float
