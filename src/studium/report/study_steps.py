"""Steps that study, in the report: figures and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from studium.report.drawing import Drawing
from studium.report.figures import (
    comparison_scores_data,
    confusion_data,
    draw_comparison_scores,
    draw_confusion,
    draw_fitted_curve,
    draw_loss_curves,
    draw_study_curves,
    draw_study_map,
    draw_study_scores,
    draw_study_stopping,
    fitted_curve_data,
    loss_curves_data,
    study_curves_data,
    study_map_data,
    study_scores_data,
    study_stopping_data,
)
from studium.report.figures.comparison_scores import comparison_table
from studium.report.step_content import StepContent
from studium.report.steps import ReferenceView, StepView, reference
from studium.report.study_narrative import comparison_paragraphs, study_paragraphs
from studium.report.study_tables import tuning_table
from studium.report.tables import config_table, network_table
from studium.runs.evidence import History
from studium.runs.folder import RunFolder
from studium.runs.references import BestReference, RangeReference
from studium.runs.state import StepState
from studium.runs.study_records import ComparisonRecord, StudyRecord
from studium.studies.results import StudyResult


@dataclass(frozen=True)
class StudyView:
    """A finished `study` step, with what its plan says of it.

    Attributes:
        name: Name of the step.
        about: What it is to show.
        record: What it left.
        reference: Somebody else's good range.
    """

    name: str
    about: str
    record: StudyRecord
    reference: RangeReference | None = None


@dataclass(frozen=True)
class ComparisonView:
    """A finished `compare` or `optimizers` step, with what its plan says of it.

    Attributes:
        name: Name of the step.
        about: What it is to show.
        record: What it left.
        history: Learning curves of the winner; ``None`` when nothing was retrained.
        reference: What somebody else found best.
    """

    name: str
    about: str
    record: ComparisonRecord
    history: History | None
    reference: BestReference | None = None


def study_views(folder: RunFolder) -> list[StudyView]:
    """All finished `study` steps, in the plan's order.

    Raises:
        RunFolderError: Something in the folder is missing or damaged.
    """
    return [
        StudyView(
            state.name,
            _about(folder, state),
            folder.study(state.name),
            reference(_said(folder, state).get("reference"), RangeReference),
        )
        for state in folder.finished("study")
    ]


def comparison_views(folder: RunFolder) -> list[ComparisonView]:
    """All finished `compare` and `optimizers` steps, in the plan's order.

    Raises:
        RunFolderError: Something in the folder is missing or damaged.
    """
    views = []
    for state in folder.finished("compare", "optimizers"):
        record = folder.comparison(state.name)
        history = None if record.winner is None else folder.history(state.name)
        theirs = reference(_said(folder, state).get("reference"), BestReference)
        views.append(ComparisonView(state.name, _about(folder, state), record, history, theirs))
    return views


def winner_views(views: list[ComparisonView]) -> list[StepView]:
    """The retrained winners as the `train` steps that they might have been."""
    return [
        StepView(
            state=StepState(name=view.name, kind=view.record.kind, status="complete"),
            about=view.about,
            reference=_of_winner(view.reference),
            result=view.record.winner,
            history=view.history,
            chosen=view.record.winner.network.name,
        )
        for view in views
        if view.record.winner is not None and view.history is not None
    ]


def _of_winner(theirs: BestReference | None) -> ReferenceView | None:
    if theirs is None or theirs.test is None:
        return None
    return ReferenceView(theirs.name, {"test": theirs.test}, theirs.note)


def study_content(view: StudyView) -> StepContent:
    """A `study` step in the report."""
    study = view.record.study
    return StepContent(
        name=view.name,
        about=view.about,
        paragraphs=tuple(study_paragraphs(view.record)),
        figures=tuple(_study_figures(view.name, study)),
        samples=(),
        tables=(config_table(study.config, "Settings that every value shares; those studied are replaced"),),
    )


def comparison_content(view: ComparisonView) -> StepContent:
    """A `compare` or `optimizers` step in the report."""
    found = view.record.comparison
    data = comparison_scores_data(found)
    figures = [draw_comparison_scores(f"{view.name}-scores", data)]
    tables = [tuning_table(found)]
    winner = view.record.winner
    if winner is not None and view.history is not None:
        figures.append(draw_loss_curves(f"{view.name}-losses", loss_curves_data(winner, view.history)))
        curve, confusion = fitted_curve_data(winner), confusion_data(winner)
        figures += [draw_fitted_curve(f"{view.name}-curve", curve)] if curve is not None else []
        figures += [draw_confusion(f"{view.name}-confusion", confusion)] if confusion is not None else []
        tables += [
            network_table(winner.network),
            config_table(winner.config, "Settings of the winner's retraining"),
        ]
    return StepContent(
        name=view.name,
        about=view.about,
        paragraphs=tuple(comparison_paragraphs(view.record)),
        results=(comparison_table(data),),
        figures=tuple(figures),
        samples=(),
        tables=tuple(tables),
    )


def _study_figures(name: str, study: StudyResult) -> list[Drawing]:
    if len(study.parameters) == 2:
        drawings = [draw_study_map(f"{name}-map", study_map_data(study))]
    else:
        drawings = [draw_study_scores(f"{name}-scores", study_scores_data(study))]
    stopping, curves = study_stopping_data(study), study_curves_data(study)
    drawings += [draw_study_stopping(f"{name}-epochs", stopping)] if stopping is not None else []
    drawings += [draw_study_curves(f"{name}-curves", curves)] if curves is not None else []
    return drawings


def _about(folder: RunFolder, state: StepState) -> str:
    return str(_said(folder, state).get("about", ""))


def _said(folder: RunFolder, state: StepState) -> dict[str, Any]:
    """What the plan says of a step."""
    tables: dict[str, dict[str, Any]] = {str(step.get("name")): step for step in folder.plan.get("steps", ())}
    return tables.get(state.name, {})
