"""What steps that study leave behind."""

from __future__ import annotations

from typing import Literal

from studium.config import Frozen
from studium.runs.results import DataFacts, Score, TrainResult
from studium.studies.results import ComparisonResult, StudyResult
from studium.studies.search_results import SearchResult


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


class EnsembleRecord(Frozen):
    """Networks of the leading trials that answer together.

    Attributes:
        folder: Its folder, inside that of the step's exported model.
        members: Name of the finalist that each member is a network of.
        train, test: Scores of the mean of their answers.
    """

    folder: str
    members: tuple[str, ...]
    train: Score
    test: Score


class SearchRecord(Frozen):
    """The result of a `search` step.

    Attributes:
        kind: Kind of the step.
        data: The dataset, and the rows of one training of the search.
        search: What was found.
        winner: The winner retrained on all training rows and tested; ``None`` when all diverged.
        ensemble: ``None`` unless one was asked for.
        seconds: Time of the whole step.
    """

    kind: Literal["search"] = "search"
    data: DataFacts
    search: SearchResult
    winner: TrainResult | None = None
    ensemble: EnsembleRecord | None = None
    seconds: float
