"""What every layer makes of the input, and what the network says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from studium.errors import StudiumError
from studium.report.activations_page import prediction_words
from studium.report.figures.input_place import draw_input_place
from studium.report.labels import label
from studium.report.pictures import png
from studium.web.inside.choice import read_choice
from studium.web.inside.layer_figures import OUTPUT, clicked_unit, draw_layer
from studium.web.parts.figures import CONFIG, EMPTY, figure_style, prepared
from studium.web.parts.messages import problem
from studium.web.parts.spoken import LIVE, named
from studium.web.places import read_place
from studium.web.site import Site

if TYPE_CHECKING:
    from studium.introspection.activation_results import ActivationsView
    from studium.web.inside.looking import OpenModel


def section(opened: OpenModel) -> html.Section:
    """Room for the answer and one figure a layer."""
    return html.Section(
        [
            html.H2("What the network makes of it"),
            html.Div(id="inside-answer", **LIVE),
            html.Div(
                dcc.Graph(id="inside-place", figure=EMPTY, config=CONFIG, style={"height": "300px"}),
                hidden=not opened.takes_one_number,
                role="group",
                **named("the network's curve, and the input on it"),
            ),
            html.P(
                "Every layer from the input on. Click a unit to find what makes it fire.", className="caption"
            ),
            html.Div([_layer(opened, name) for name in opened.shown_layers], className="layers"),
        ]
    )


def register(app: Dash, site: Site) -> None:
    """Follow the chosen input; a click chooses a unit, and begins to maximize it."""

    @app.callback(
        Output("inside-answer", "children"),
        Output("inside-place", "figure"),
        Output({"kind": "layer", "layer": ALL}, "figure"),
        Output({"kind": "layer-words", "layer": ALL}, "children"),
        Input("inside-choice", "data"),
        Input("inside-layer", "value"),
        Input("inside-unit", "value"),
        State({"kind": "layer", "layer": ALL}, "id"),
        State("url", "pathname"),
    )
    def look(chosen: Any, layer: str | None, unit: Any, ids: list[dict[str, str]], path: str | None) -> Any:
        try:
            _, view = looked(site, path, chosen)
        except StudiumError as error:
            nothing = [no_update for _ in ids]
            return problem(str(error)), no_update, nothing, nothing
        by_name = {each.name: each for each in view.layers}
        drawings = [
            draw_layer(
                view,
                by_name[each["layer"]],
                unit if each["layer"] == layer and isinstance(unit, int) else None,
            )
            for each in ids
        ]
        place = no_update if view.place is None else prepared(draw_input_place("inside-place", view.place))
        return (
            _answer(view),
            place,
            [prepared(each) for each in drawings],
            [each.caption for each in drawings],
        )

    @app.callback(
        Output("inside-layer", "value"),
        Output("inside-unit", "value"),
        Output("inside-wanted", "data"),
        Input({"kind": "layer", "layer": ALL}, "clickData"),
        State("inside-choice", "data"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def click(_: Any, chosen: Any, path: str | None) -> Any:
        clicked = ctx.triggered[0]["value"] if ctx.triggered else None
        if not clicked or not isinstance(ctx.triggered_id, dict):
            raise PreventUpdate
        _, view = looked(site, path, chosen)
        layer = next((each for each in view.layers if each.name == ctx.triggered_id["layer"]), None)
        unit = None if layer is None else clicked_unit(view, layer, clicked["points"][0])
        if layer is None or unit is None:
            raise PreventUpdate
        return layer.name, unit, {"layer": layer.name, "unit": unit}


def looked(site: Site, path: str | None, chosen: Any, **unit: Any) -> tuple[OpenModel, ActivationsView]:
    """A look at the chosen input.

    Args:
        site: The site.
        path: The page's.
        chosen: As the page keeps it.
        unit: Layer and unit, when more is to be known of one.

    Raises:
        StudiumError: The input cannot be looked at.
        PreventUpdate: The reader has gone on.
    """
    place = read_place(path or "")
    if place is None or place.view != "inside":
        raise PreventUpdate
    opened = site.models.open(place.run, place.step)
    choice = read_choice(chosen if isinstance(chosen, dict) else {}, site.models.pictures)
    return opened, opened.look(opened.fitting(choice), **unit)


def _layer(opened: OpenModel, name: str) -> html.Figure:
    found = next(each for each in opened.layers if each.name == name)
    drawing = opened.first_drawing(name)
    size = figure_style(drawing)
    shape = " × ".join(map(str, found.output_shape))
    classes = name == OUTPUT and opened.model.task == "classification"
    return html.Figure(
        [
            html.H3("Output: probability of each class" if classes else f"{name}, {shape}"),
            html.Div(
                dcc.Graph(
                    id={"kind": "layer", "layer": name},
                    figure=prepared(drawing),
                    config=CONFIG,
                    style=size,
                ),
                role="group",
                **named(f"activations of {name}"),
            ),
            html.Figcaption(id={"kind": "layer-words", "layer": name}),
        ],
        className="drawing",
    )


def _answer(view: ActivationsView) -> list[Any]:
    picture = (
        [html.Img(src=png(view.pixels), alt=f"the input: {label(view.label)}", className="seen")]
        if view.pixels is not None
        else []
    )
    words = [
        html.P(prediction_words(view), className="answer"),
        *[html.P(f"{note}.", className="meta") for note in view.notes],
    ]
    return [html.Div([*picture, html.Div(words)], className="input")]
