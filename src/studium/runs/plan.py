"""Plans: what a run does, as data."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

import tomli_w
from pydantic import Discriminator, Field, Tag, model_validator

from studium.config import Frozen
from studium.runs.inspect_steps import InspectStep
from studium.runs.references import Reference
from studium.runs.search_steps import SearchStep
from studium.runs.step_base import Name, NetworkStep, Step
from studium.runs.study_steps import CompareStep, OptimizersStep, StudyStep

__all__ = ["STEPS", "AnyStep", "Budget", "Plan", "Reference", "TrainStep"]

Budget = Literal["quick", "full"]


class TrainStep(NetworkStep):
    """Train one network on one dataset with several seeds, test it, and export the model of the first seed.

    Attributes:
        seeds: Number of trainings.
        validation: Share of the training rows to validate each training on, drawn anew per seed, in (0, 1).
        folds: Cross-validate over so many folds before the final trainings.
        refit: Train the final networks on all training rows, for the number of epochs that the folds chose.
        reference: Somebody else's numbers.
    """

    kind: Literal["train"] = "train"
    seeds: int = Field(default=3, ge=1, le=1000)
    validation: float = Field(default=0.2, gt=0, lt=1)
    folds: int | None = Field(default=None, ge=2)
    refit: bool = False
    reference: Reference | None = None

    @model_validator(mode="after")
    def _refit_needs_folds(self) -> Self:
        if self.refit and self.folds is None:
            raise ValueError(
                "refit takes the number of epochs from cross-validation; give folds, or leave refit out"
            )
        return self


def _kind(step: Any) -> str:
    # The kind may be left out of a `train` step.
    return str(step.get("kind", "train")) if isinstance(step, dict) else str(getattr(step, "kind", "train"))


AnyStep = Annotated[
    Annotated[TrainStep, Tag("train")]
    | Annotated[StudyStep, Tag("study")]
    | Annotated[OptimizersStep, Tag("optimizers")]
    | Annotated[CompareStep, Tag("compare")]
    | Annotated[SearchStep, Tag("search")]
    | Annotated[InspectStep, Tag("inspect")],
    Discriminator(_kind),
]
"""Any kind of step, told apart by ``kind``."""

STEPS: dict[str, type[Step]] = {
    "train": TrainStep,
    "study": StudyStep,
    "optimizers": OptimizersStep,
    "compare": CompareStep,
    "search": SearchStep,
    "inspect": InspectStep,
}
"""The class of each kind."""


class Plan(Frozen):
    """What a run does.

    Attributes:
        name: Runs are named after it.
        title: Title of the report.
        question: What the run is to find out, for the report's summary.
        budget: ``quick`` or ``full``.
        steps: In the order in which they run; names are unique.
    """

    name: Name
    title: str = ""
    question: str = ""
    budget: Budget = "quick"
    steps: tuple[AnyStep, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _names_are_unique(self) -> Self:
        names = [step.name for step in self.steps]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"two steps are called {twice!r}; give each step its own name")
        return self

    def toml(self) -> str:
        """The plan as TOML, every default written out; loading it gives an equal plan.

        Example:
            >>> step = TrainStep(name="net", data="curve", model="net")
            >>> "seeds = 3" in Plan(name="mine", steps=(step,)).toml()
            True
        """
        return tomli_w.dumps(_writable(self.model_dump(mode="json")))


def _ordered(record: dict[str, Any]) -> dict[str, Any]:
    # TOML's writer puts tables behind everything else, but the order of a space's parameters is that in which they are
    # drawn: where one is a table, all of them are.
    parameters = record.get("parameters")
    if not isinstance(parameters, dict) or not any(isinstance(each, dict) for each in parameters.values()):
        return record
    tables = {name: each if isinstance(each, dict) else {"values": each} for name, each in parameters.items()}
    return record | {"parameters": tables}


def _writable(value: Any, *, settings: bool = False) -> Any:
    if isinstance(value, dict):
        return {
            key: _writable(
                "none" if each is None else each, settings=settings or key in ("config", "network")
            )
            for key, each in _ordered(value).items()
            if each is not None or settings
        }
    if isinstance(value, list | tuple):
        return [_writable(each, settings=settings) for each in value]
    return value
