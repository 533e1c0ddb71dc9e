"""Steps that search, in the report: figures and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from studium.report.drawing import Drawing
from studium.report.figures import (
    confusion_data,
    draw_confusion,
    draw_fitted_curve,
    draw_loss_curves,
    fitted_curve_data,
    loss_curves_data,
)
from studium.report.figures.search_history import draw_search_history, search_history_data
from studium.report.figures.search_importance import draw_search_importance, search_importance_data
from studium.report.figures.search_map import draw_search_map, search_map_data
from studium.report.figures.search_race import draw_search_race, search_race_data
from studium.report.figures.search_slices import draw_search_slices, search_slices_data
from studium.report.search_narrative import search_paragraphs
from studium.report.search_tables import (
    accounting_table,
    finalists_table,
    reasons_table,
    space_table,
    values_table,
)
from studium.report.step_content import StepContent
from studium.report.steps import ReferenceView, StepView, network_reference
from studium.report.table import Table
from studium.report.tables import config_table, network_table
from studium.runs.evidence import History
from studium.runs.folder import RunFolder
from studium.runs.results import TrainResult
from studium.runs.state import StepState
from studium.runs.study_records import SearchRecord
from studium.studies.search_results import SearchResult


@dataclass(frozen=True)
class SearchView:
    """A finished `search` step, with what its plan says of it.

    Attributes:
        name: Name of the step.
        about: What it is to show.
        record: What it left.
        history: Learning curves of the winner; ``None`` when nothing was retrained.
        reference: Somebody else's numbers for what was found.
    """

    name: str
    about: str
    record: SearchRecord
    history: History | None
    reference: ReferenceView | None = None


def search_views(folder: RunFolder) -> list[SearchView]:
    """All finished `search` steps, in the plan's order.

    Raises:
        RunFolderError: Something in the folder is missing or damaged.
    """
    tables: dict[str, dict[str, Any]] = {str(step.get("name")): step for step in folder.plan.get("steps", ())}
    views = []
    for state in folder.finished("search"):
        record = folder.search(state.name)
        history = None if record.winner is None else folder.history(state.name)
        table = tables.get(state.name, {})
        about = str(table.get("about", ""))
        views.append(
            SearchView(state.name, about, record, history, network_reference(table.get("reference")))
        )
    return views


def found_views(views: list[SearchView]) -> list[StepView]:
    """The networks that were found, as the `train` steps that they might have been."""
    return [
        StepView(
            state=StepState(name=view.name, kind=view.record.kind, status="complete"),
            about=view.about,
            reference=view.reference,
            result=view.record.winner,
            history=view.history,
            chosen="" if view.record.search.winner is None else view.record.search.winner.name,
        )
        for view in views
        if view.record.winner is not None and view.history is not None
    ]


def search_content(view: SearchView) -> StepContent:
    """A `search` step in the report."""
    found, winner = view.record.search, view.record.winner
    results = [finalists_table(found)] if found.finalists else []
    reasons = reasons_table(found)
    return StepContent(
        name=view.name,
        about=view.about,
        paragraphs=tuple(search_paragraphs(view.record)),
        results=(
            *results,
            space_table(found),
            accounting_table(found),
            *([] if reasons is None else [reasons]),
        ),
        figures=(*_search_figures(view.name, found), *_winner_figures(view)),
        samples=(),
        tables=(
            *([values_table(found)] if found.finalists else []),
            *([] if winner is None else _details(winner)),
        ),
    )


def _search_figures(name: str, found: SearchResult) -> list[Drawing]:
    history, race = search_history_data(found), search_race_data(found)
    importance, slices, around = (
        search_importance_data(found),
        search_slices_data(found),
        search_map_data(found),
    )
    return [
        *([draw_search_history(f"{name}-history", history)] if history.points else []),
        *([draw_search_race(f"{name}-race", found, race)] if race is not None else []),
        *([draw_search_importance(f"{name}-importance", importance)] if importance is not None else []),
        *([draw_search_slices(f"{name}-slices", slices)] if slices is not None else []),
        *([draw_search_map(f"{name}-map", found, around)] if around is not None else []),
    ]


def _winner_figures(view: SearchView) -> list[Drawing]:
    winner = view.record.winner
    if winner is None or view.history is None:
        return []
    curve, confusion = fitted_curve_data(winner), confusion_data(winner)
    return [
        draw_loss_curves(f"{view.name}-losses", loss_curves_data(winner, view.history)),
        *([draw_fitted_curve(f"{view.name}-curve", curve)] if curve is not None else []),
        *([draw_confusion(f"{view.name}-confusion", confusion)] if confusion is not None else []),
    ]


def _details(winner: TrainResult) -> tuple[Table, ...]:
    return network_table(winner.network), config_table(winner.config, "Settings of the winner's retraining")
