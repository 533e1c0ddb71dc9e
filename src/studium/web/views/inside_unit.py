"""One unit: how strongly it fires, for what else it does, and the input that makes it fire most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import Dash, Input, Output, State, ctx, dcc, html
from dash.exceptions import PreventUpdate

from studium.errors import StudiumError
from studium.introspection.activation_results import ActivationsView
from studium.report.activations_page import strongest_words
from studium.report.figures.attribution import draw_attribution
from studium.report.figures.strongest_pictures import draw_strongest_pictures, strongest_table
from studium.report.inspection import Part
from studium.web.inside.maximizing import MaximizationJob
from studium.web.parts.bars import bar_element
from studium.web.parts.figures import figure_element
from studium.web.parts.messages import problem, remark
from studium.web.parts.spoken import LIVE
from studium.web.parts.tables import table_element
from studium.web.places import read_place
from studium.web.site import Site
from studium.web.views.inside_layers import looked

if TYPE_CHECKING:
    from studium.web.inside.looking import OpenModel

_EVERY = 500  # milliseconds between two looks at a maximization


def section(opened: OpenModel, chosen: dict[str, str]) -> html.Section:
    """The choice of a unit, and room for what is known of it.

    Args:
        opened: The network.
        chosen: Layer and unit, where they are chosen.
    """
    names = [layer.name for layer in opened.layers]
    layer = chosen.get("layer") if chosen.get("layer") in names else names[-1]
    unit = chosen.get("unit", "")
    return html.Section(
        [
            html.H2("One unit"),
            html.Div(
                [
                    html.Div(
                        [
                            html.Label("Layer", htmlFor="inside-layer"),
                            dcc.Dropdown(id="inside-layer", options=names, value=layer, clearable=False),
                        ],
                        className="field",
                    ),
                    html.Div(
                        [
                            html.Label("Unit", htmlFor="inside-unit"),
                            dcc.Input(
                                id="inside-unit",
                                type="number",
                                min=0,
                                step=1,
                                debounce=True,
                                value=int(unit)
                                if unit.isascii() and unit.isdecimal() and len(unit) < 9
                                else 0,
                            ),
                        ],
                        className="field",
                    ),
                    html.Button("Find what makes it fire", id="inside-maximize", className="main"),
                ],
                className="controls",
            ),
            dcc.Store(id="inside-wanted"),
            dcc.Store(id="inside-begun"),
            dcc.Interval(id="inside-tick", interval=_EVERY, disabled=True),
            html.Div(id="inside-maximized", **LIVE),
            html.Div(id="inside-unit-found"),
        ]
    )


def register(app: Dash, site: Site) -> None:
    """Follow the chosen unit."""

    @app.callback(
        Output("inside-unit-found", "children"),
        Input("inside-choice", "data"),
        Input("inside-layer", "value"),
        Input("inside-unit", "value"),
        State("url", "pathname"),
    )
    def know(chosen: Any, layer: str | None, unit: Any, path: str | None) -> Any:
        if layer is None or not isinstance(unit, int):
            return None
        try:
            _, view = looked(site, path, chosen, layer=layer, unit=unit)
            return _known(view)
        except StudiumError as error:
            return problem(str(error))

    @app.callback(
        Output("inside-begun", "data"),
        Input("inside-maximize", "n_clicks"),
        Input("inside-wanted", "data"),
        State("inside-layer", "value"),
        State("inside-unit", "value"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def begin(clicks: int | None, wanted: Any, layer: str | None, unit: Any, path: str | None) -> Any:
        if ctx.triggered_id == "inside-wanted" and wanted:
            layer, unit = wanted["layer"], wanted["unit"]
        elif not clicks:
            raise PreventUpdate
        opened = _opened(site, path)
        try:
            name, place = opened.unit(str(layer), unit if isinstance(unit, int) else -1)
        except StudiumError:  # said below
            raise PreventUpdate from None
        site.models.maximizing.start(opened.path, name, place, opened.data_settings)
        return [name, place]

    @app.callback(
        Output("inside-maximized", "children"),
        Output("inside-tick", "disabled"),
        Input("inside-tick", "n_intervals"),
        Input("inside-begun", "data"),
        Input("inside-layer", "value"),
        Input("inside-unit", "value"),
        State("url", "pathname"),
    )
    def follow(_: Any, __: Any, layer: str | None, unit: Any, path: str | None) -> Any:
        if layer is None or not isinstance(unit, int):
            raise PreventUpdate
        job = site.models.maximizing.find(_opened(site, path).path, layer, unit)
        if job is None:
            return None, True
        if job.runs:
            return _progress(job), False
        return (problem(job.error) if job.error else _result(job.result)), True


def _opened(site: Site, path: str | None) -> OpenModel:
    place = read_place(path or "")
    if place is None or place.view != "inside":
        raise PreventUpdate
    return site.models.open(place.run, place.step)


def _known(view: ActivationsView) -> list[Any]:
    elements: list[Any] = []
    if view.strongest is not None:
        elements.append(html.P(strongest_words(view.strongest)))
        if view.strongest.examples[0].pixels is None:
            elements.append(table_element(strongest_table(view.strongest)))
        else:
            elements.append(figure_element(draw_strongest_pictures("inside-strongest", view.strongest)))
    found = view.attributions
    if found is not None and not (found.methods[0].names and len(found.methods[0].names) == 1):
        drawings = [
            draw_attribution(f"inside-{place}", found, method) for place, method in enumerate(found.methods)
        ]
        elements.append(html.H3(f"What contributes to the {found.explained}"))
        elements.append(html.Div([figure_element(each, level=4) for each in drawings], className="samples"))
    return elements


def _progress(job: MaximizationJob) -> html.Div:
    share = job.done / job.total if job.total else 0.0
    words = f"step {job.done} of {job.total}" if job.total else "opening the network"
    return html.Div(
        [
            bar_element(share, "maximization"),
            html.P(f"Looking for what makes it fire: {words}", className="meta"),
        ],
        className="progress",
    )


def _result(result: str) -> list[Any]:
    from studium.introspection.maximization import Maximization
    from studium.report.maximization_page import maximization_page

    found = maximization_page(Maximization.model_validate_json(result))
    return [
        *[remark(f"{notice[:1].upper()}{notice[1:]}.") for notice in found.notices],
        *[element for part in found.parts for element in _part(part)],
        *[html.P(sentence, className="caption") for sentence in found.summary],
    ]


def _part(part: Part) -> list[Any]:
    drawings = (*part.figures, *part.pairs)
    return [
        html.H3(part.heading),
        *[html.P(text, className="caption") for text in part.paragraphs],
        *[table_element(table) for table in part.tables],
        *[figure_element(each, level=4) for each in drawings],
        html.Div([figure_element(each, level=4) for each in part.small], className="samples"),
    ]
