"""Everything a report says, in its order, before it becomes a page."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from studium.report.drawing import Drawing
from studium.report.figures import (
    confusion_data,
    draw_confusion,
    draw_fitted_curve,
    draw_loss_curves,
    draw_predicted_rows,
    draw_sample,
    draw_scores,
    fitted_curve_data,
    loss_curves_data,
    predicted_rows_data,
    sample_data,
    scores_data,
)
from studium.report.inspect_steps import InspectionView, inspection_content
from studium.report.narrative import paragraphs
from studium.report.references import reference_name, reference_table
from studium.report.search_steps import found_views, search_content, search_views
from studium.report.step_content import StepContent
from studium.report.steps import StepView, by_data, step_views
from studium.report.study_steps import (
    comparison_content,
    comparison_views,
    study_content,
    study_views,
    winner_views,
)
from studium.report.summary import Paragraphs, summary
from studium.report.table import Table
from studium.report.tables import (
    environment_table,
    layer_table,
    results_table,
    seeds_table,
    settings_table,
    trainings_table,
)
from studium.runs.folder import RunFolder


@dataclass(frozen=True)
class Content:
    """Everything a report says.

    Attributes:
        title: The plan's.
        run: Name of the run.
        folder: Where the run is, as a command takes it.
        status: How the run ended.
        started: When it began.
        budget: Of the plan.
        notices: What the reader must know.
        summary: Asked, found, how sure, cost.
        results: All networks in one table; ``None`` when no step is finished.
        references: Our numbers beside somebody else's.
        scores: One chart a dataset.
        steps: The finished steps.
        seeds: Root seed of each step.
        weights: Hash over all weights; empty when nothing was trained.
        environment: What the results depend on.
        plan: The resolved plan, TOML.
    """

    title: str
    run: str
    folder: str
    status: str
    started: str
    budget: str
    notices: tuple[str, ...]
    summary: tuple[Paragraphs, ...]
    results: Table | None
    references: Table | None
    scores: tuple[Drawing, ...]
    steps: tuple[StepContent, ...]
    seeds: Table
    weights: str
    environment: Table
    plan: str

    @property
    def figures(self) -> list[Drawing]:
        """All figures, in order."""
        return [*self.scores, *(each for step in self.steps for each in step.drawings)]


def content(folder: RunFolder) -> Content:
    """Gather everything from a run folder.

    Raises:
        RunFolderError: Something in the folder is missing or damaged.
    """
    steps, state = step_views(folder), folder.state
    studies, comparisons = study_views(folder), comparison_views(folder)
    searches = search_views(folder)
    names = [step.name for step in state.steps]
    found = found_views(searches)
    trained = sorted([*steps, *winner_views(comparisons), *found], key=lambda step: names.index(step.name))
    return Content(
        title=str(folder.plan.get("title") or state.plan),
        run=folder.name,
        folder=shlex.quote(str(folder.path)),
        status=state.status,
        started=state.started,
        budget=str(folder.plan.get("budget", "")),
        notices=_notices(folder),
        summary=tuple(summary(folder, steps, studies, comparisons, searches)),
        results=results_table(trained) if trained else None,
        references=reference_table([*steps, *found], studies, comparisons),
        scores=tuple(_score_charts(trained)),
        steps=_in_order(
            folder,
            [
                *map(_step, steps),
                *map(study_content, studies),
                *map(comparison_content, comparisons),
                *_inspections(folder),
                *map(search_content, searches),
            ],
        ),
        seeds=seeds_table(folder),
        weights="" if state.tasks is None else state.tasks.weights,
        environment=environment_table(folder),
        plan=folder.plan_text,
    )


def _inspections(folder: RunFolder) -> list[StepContent]:
    about = {str(step.get("name")): str(step.get("about", "")) for step in folder.plan.get("steps", ())}
    return [
        inspection_content(
            InspectionView(state.name, about.get(state.name, ""), folder.inspection(state.name))
        )
        for state in folder.finished("inspect")
    ]


def _in_order(folder: RunFolder, steps: list[StepContent]) -> tuple[StepContent, ...]:
    names = [state.name for state in folder.state.steps]
    return tuple(sorted(steps, key=lambda step: names.index(step.name)))


def _notices(folder: RunFolder) -> tuple[str, ...]:
    endings = {
        "waiting": "was not begun",
        "running": "was not finished when this report was written",
        "interrupted": "was interrupted",
        "failed": "failed",
    }
    unfinished = [
        f"Step {step.name} {endings[step.status]}{f': {step.reason}' if step.reason else '.'}"
        for step in folder.state.steps
        if step.status in endings
    ]
    return (*(f"{notice}." for notice in folder.state.notices), *unfinished)


def _score_charts(steps: list[StepView]) -> list[Drawing]:
    charts = []
    for place, group in enumerate(by_data(steps)):
        references = {
            step.name: step.reference.values["test"]
            for step in group
            if step.reference is not None and "test" in step.reference.values
        }
        source = reference_name(step.reference for step in group)
        data = scores_data([(step.name, step.result) for step in group], references, source)
        charts.append(draw_scores(f"scores-{place + 1}", data))
    return charts


def _step(step: StepView) -> StepContent:
    return StepContent(
        name=step.name,
        about=step.about,
        paragraphs=tuple(paragraphs(step)),
        figures=tuple(_figures(step)),
        samples=tuple(
            draw_sample(f"{step.name}-sample-{place + 1}", data)
            for place, data in enumerate(sample_data(step.result))
        ),
        tables=(trainings_table(step), layer_table(step), settings_table(step)),
    )


def _figures(step: StepView) -> list[Drawing]:
    drawings = [draw_loss_curves(f"{step.name}-losses", loss_curves_data(step.result, step.history))]
    curve = fitted_curve_data(step.result)
    if curve is not None:
        drawings.append(draw_fitted_curve(f"{step.name}-curve", curve))
    drawings += [
        draw_predicted_rows(f"{step.name}-predictions-{place + 1}", data)
        for place, data in enumerate(predicted_rows_data(step.result))
    ]
    confusion = confusion_data(step.result)
    if confusion is not None:
        drawings.append(draw_confusion(f"{step.name}-confusion", confusion))
    return drawings
