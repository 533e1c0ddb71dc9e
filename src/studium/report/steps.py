"""What the report knows of each finished step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from studium.runs.evidence import History
from studium.runs.folder import RunFolder
from studium.runs.ranking import same_data
from studium.runs.results import MetricName, Part, TrainResult
from studium.runs.state import StepState
from studium.runs.summary import Summary, summarise


@dataclass(frozen=True)
class ReferenceView:
    """Somebody else's numbers for a step.

    Attributes:
        name: Who reported them.
        values: The metric on each part.
        note: What a reader must know to compare.
    """

    name: str
    values: dict[Part, float]
    note: str


@dataclass(frozen=True)
class StepView:
    """A finished step, with what its plan says of it.

    Attributes:
        state: How it went.
        about: What the step is to show.
        reference: Somebody else's numbers; ``None`` without.
        result: What it left.
        history: Its learning curves.
    """

    state: StepState
    about: str
    reference: ReferenceView | None
    result: TrainResult
    history: History

    @property
    def name(self) -> str:
        """Name of the step."""
        return self.state.name

    @property
    def metric(self) -> MetricName:
        """What the scores are."""
        return self.result.data.metric

    def summary(self, part: Part) -> Summary | None:
        """Mean and spread of the metric on ``train``, ``validation`` or ``test``."""
        return summarise(self.result.metrics(part))


def step_views(folder: RunFolder) -> list[StepView]:
    """All finished `train` steps of a run, in the plan's order.

    Raises:
        RunFolderError: Something in the folder is missing or damaged.
    """
    tables = {str(step.get("name")): step for step in folder.plan.get("steps", ())}
    return [_view(folder, state, tables.get(state.name, {})) for state in folder.finished("train")]


def _view(folder: RunFolder, state: StepState, table: dict[str, Any]) -> StepView:
    return StepView(
        state=state,
        about=str(table.get("about", "")),
        reference=_reference(table.get("reference")),
        result=folder.result(state.name),
        history=folder.history(state.name),
    )


def _reference(table: Any) -> ReferenceView | None:
    if not isinstance(table, dict):
        return None
    values = {part: float(table[part]) for part in get_args(Part) if isinstance(table.get(part), int | float)}
    return ReferenceView(str(table.get("name", "")), values, str(table.get("note", "")))


def by_data(steps: list[StepView]) -> list[list[StepView]]:
    """Steps by the dataset they ran on, in order."""
    views = {step.name: step for step in steps}
    return [
        [views[name] for name in group] for group in same_data({step.name: step.result for step in steps})
    ]
