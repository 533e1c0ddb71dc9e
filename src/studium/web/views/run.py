"""A run: its question, its steps, and what was found so far."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from studium.errors import StudiumError
from studium.report.content import Content
from studium.report.numbers import duration
from studium.runs import RunFolder
from studium.web.parts.figures import figure_element
from studium.web.parts.messages import problem, remark
from studium.web.parts.status import status_element
from studium.web.parts.tables import rows_element, table_element
from studium.web.places import Place, read_place
from studium.web.site import Site
from studium.web.views.run_head import head_elements, register_head


def frame(site: Site, place: Place, choices: dict[str, str]) -> list[Any]:
    """The run's frame; what takes long to read comes after it."""
    folder = site.library.folder(place.run)
    return [
        html.H1(_title(folder)),
        *head_elements(site, place),
        html.Section([html.H2("Steps"), html.Div(_steps(folder, place), id="run-steps")]),
        html.Section([html.H2("Found so far"), html.Div(id="run-found")]),
    ]


def register(app: Dash, site: Site) -> None:
    """Follow the run."""
    register_head(app, site)

    @app.callback(
        Output("run-steps", "children"),
        Input("run-steps-seen", "data"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def follow_steps(_: str | None, path: str | None) -> Any:
        place = _place(path)
        try:
            return _steps(site.library.folder(place.run), place)
        except StudiumError as error:
            return problem(str(error))

    @app.callback(Output("run-found", "children"), Input("run-steps", "children"), State("url", "pathname"))
    def follow_results(_: Any, path: str | None) -> Any:
        place = _place(path)
        try:
            return _found(site.readings.content(place.run))
        except StudiumError as error:
            return problem(str(error))


def _place(path: str | None) -> Place:
    place = read_place(path or "")
    if place is None or place.view != "run":  # the reader has gone on
        raise PreventUpdate
    return place


def _title(folder: RunFolder) -> str:
    return str(folder.plan.get("title") or folder.state.plan)


def _steps(folder: RunFolder, place: Place) -> list[Any]:
    abouts = {str(step.get("name")): str(step.get("about", "")) for step in folder.plan.get("steps", ())}
    rows = [
        [
            dcc.Link(step.name, href=Place("step", place.run, step.name).path),
            step.kind,
            status_element(step.status),
            duration(step.seconds) if step.seconds else "–",
            step.reason or abouts.get(step.name, ""),
        ]
        for step in folder.state.steps
    ]
    return [rows_element(("step", "kind", "status", "time", "about"), rows, words=(0, 1, 2, 4), name="steps")]


def _found(found: Content) -> list[Any]:
    if not found.steps:
        return [remark("No step has ended yet.")]
    return [
        *[problem(notice) for notice in found.notices],
        *[
            html.Div([html.H3(part.heading), *[html.P(text) for text in part.sentences]], className="part")
            for part in found.summary
        ],
        *([table_element(found.results)] if found.results is not None else []),
        *([table_element(found.references)] if found.references is not None else []),
        *[figure_element(drawing) for drawing in found.scores],
    ]
