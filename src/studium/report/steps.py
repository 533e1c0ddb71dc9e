"""What the report knows of each finished step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from studium.runs.evidence import History
from studium.runs.folder import RunFolder
from studium.runs.ranking import same_data
from studium.runs.references import Reference, Source
from studium.runs.results import MetricName, Part, TrainResult
from studium.runs.state import StepState
from studium.runs.summary import Summary, summarise

AnySource = TypeVar("AnySource", bound=Source)


@dataclass(frozen=True)
class ReferenceView:
    """Somebody else's numbers for a step.

    Attributes:
        name: Who reported them.
        values: The metric on each part.
        note: What a reader must know to compare.
        without: Step without what this one adds; empty when nothing is compared.
        losses: Loss without and with it.
    """

    name: str
    values: dict[Part, float]
    note: str
    without: str = ""
    losses: tuple[float, float] | None = None


@dataclass(frozen=True)
class StepView:
    """A finished step, with what its plan says of it.

    Attributes:
        state: How it went.
        about: What the step is to show.
        reference: Somebody else's numbers; ``None`` without.
        result: What it left.
        history: Its learning curves.
        chosen: Name of what the step chose; empty where the plan gave the network.
    """

    state: StepState
    about: str
    reference: ReferenceView | None
    result: TrainResult
    history: History
    chosen: str = ""

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
        reference=network_reference(table.get("reference")),
        result=folder.result(state.name),
        history=folder.history(state.name),
    )


def network_reference(table: Any) -> ReferenceView | None:
    """Somebody else's scores for a network, from the table of a plan; ``None`` where there are none."""
    found = reference(table, Reference)
    if found is None:
        return None
    scores = {part: getattr(found, part) for part in get_args(Part)}
    values = {part: score for part, score in scores.items() if score is not None}
    return ReferenceView(found.name, values, found.note, found.without or "", found.losses)


def reference(table: Any, kind: type[AnySource]) -> AnySource | None:
    """Somebody else's numbers from the table of a plan; ``None`` where there is none that can be read."""
    try:
        return None if table is None else kind.model_validate(table)
    except ValidationError:
        return None


def by_data(steps: list[StepView]) -> list[list[StepView]]:
    """Steps by the dataset they ran on, in order."""
    views = {step.name: step for step in steps}
    return [
        [views[name] for name in group] for group in same_data({step.name: step.result for step in steps})
    ]
