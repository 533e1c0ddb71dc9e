"""A step: what was found, and its trials to explore, also while it runs."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from studium.errors import StudiumError
from studium.web.parts.figures import figure_element
from studium.web.parts.messages import problem, remark
from studium.web.parts.tables import table_element
from studium.web.places import Place, read_place
from studium.web.site import Site
from studium.web.views import explorer
from studium.web.views.run_head import head_elements

_ENDINGS = {
    "waiting": "This step has not begun.",
    "running": "This step runs; what it finds stands here when it ends.",
    "interrupted": "This step was interrupted; resume the run to go on with it.",
    "failed": "This step failed",
}


def frame(site: Site, place: Place, choices: dict[str, str]) -> list[Any]:
    """The step's frame; trials and results come after it."""
    site.readings.step(place.run, place.step)
    site.readings.begin(place.run, place.step)
    return [
        html.H1(place.step),
        *head_elements(site, place),
        explorer.frame(choices),
        html.Div(id="step-found"),
    ]


def register(app: Dash, site: Site) -> None:
    """Follow the step."""
    explorer.register(app, site)

    @app.callback(Output("step-found", "children"), Input("run-steps-seen", "data"), State("url", "pathname"))
    def follow(_: str | None, path: str | None) -> Any:
        place = read_place(path or "")
        if place is None or place.view != "step":
            raise PreventUpdate
        try:
            return _found(site, place)
        except StudiumError as error:
            return problem(str(error))


def _found(site: Site, place: Place) -> list[Any]:
    step = site.readings.step(place.run, place.step).step
    if step.status != "complete":
        return [remark(_ENDINGS[step.status] + (f": {step.reason}" if step.reason else ""))]
    (found,) = site.readings.step_content(place.run, place.step).steps
    return [
        *([remark(found.about)] if found.about else []),
        *_inside(site, place),
        *[html.P(text) for text in found.paragraphs],
        *[table_element(table) for table in found.results],
        *[figure_element(drawing) for drawing in found.figures],
        html.Div([figure_element(drawing, level=4) for drawing in found.samples], className="samples"),
        *[
            html.Details([html.Summary(table.caption), table_element(table)], className="block")
            for table in found.tables
        ],
    ]


def _inside(site: Site, place: Place) -> list[Any]:
    folder = site.library.folder(place.run)
    if not (folder.step_path(place.step) / "model.json").is_file():
        return []
    site.models.warm()
    href = Place("inside", place.run, place.step).path
    return [html.P(dcc.Link("Look inside the exported model", href=href, className="button"))]
