"""The input of a look: a test row, a number on a slider, a picture that is uploaded or drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from studium.errors import StudiumError
from studium.report.pictures import png
from studium.web.inside.choice import Pictures, read_choice
from studium.web.inside.drawing import draw_canvas, paths_of, rasterised
from studium.web.parts.messages import problem
from studium.web.parts.spoken import LIVE, named
from studium.web.places import read_place
from studium.web.site import Site

if TYPE_CHECKING:
    from studium.web.inside.looking import OpenModel

_SHOWN = 24  # test pictures at a time
_DRAWING: Any = {"displayModeBar": False, "scrollZoom": False, "doubleClick": False}
_SOURCES = {"test": "a test picture", "upload": "upload one", "draw": "draw one"}


def section(opened: OpenModel, chosen: dict[str, str]) -> html.Section:
    """All ways to choose; those that do not fit the network are hidden.

    Args:
        opened: The network.
        chosen: What is chosen now.
    """
    return html.Section(
        [
            html.H2("Input"),
            html.Div(_pictures(opened, chosen), hidden=not opened.takes_pictures),
            html.Div(_slider(opened, chosen), hidden=not opened.takes_one_number, className="field wide"),
            html.Div(_row(opened, chosen), hidden=opened.takes_pictures or opened.takes_one_number),
            html.Div(id="inside-said", **LIVE),
        ]
    )


def register(app: Dash, site: Site) -> None:
    """Take what is chosen."""

    @app.callback(
        Output("inside-choice", "data"),
        Output("inside-said", "children"),
        Input({"kind": "test-picture", "row": ALL}, "n_clicks"),
        Input("inside-row", "value"),
        Input("inside-x", "value"),
        Input("inside-upload", "contents"),
        Input("inside-canvas", "relayoutData"),
        State("inside-upload", "filename"),
        State("inside-choice", "data"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def choose(
        _: Any, row: Any, x: Any, contents: Any, relayout: Any, name: Any, now: Any, path: str | None
    ) -> Any:
        given = {"inside-row": row, "inside-x": x, "inside-upload": contents, "inside-canvas": relayout}
        try:
            chosen = _chosen(site, path, ctx.triggered_id, given, str(name or ""))
        except StudiumError as error:
            return no_update, problem(str(error))
        if chosen is None or chosen == now:
            raise PreventUpdate
        return chosen, None

    @app.callback(
        Output("inside-test", "hidden"),
        Output("inside-upload-field", "hidden"),
        Output("inside-draw", "hidden"),
        Input("inside-source", "value"),
    )
    def show_source(source: str | None) -> Any:
        return source != "test", source != "upload", source != "draw"

    @app.callback(
        Output("inside-gallery", "children"),
        Output("inside-first", "data"),
        Input("inside-more", "n_clicks"),
        Input("inside-fewer", "n_clicks"),
        State("inside-first", "data"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def turn_page(_: Any, __: Any, first: int, path: str | None) -> Any:
        if not ctx.triggered or not ctx.triggered[0]["value"]:
            raise PreventUpdate
        opened = _opened(site, path)
        there = first + (_SHOWN if ctx.triggered_id == "inside-more" else -_SHOWN)
        last = max(0, opened.n_rows - 1) // _SHOWN * _SHOWN
        there = min(max(there, 0), last)
        return _gallery(opened, there), there

    @app.callback(
        Output("inside-canvas", "figure"),
        Input("inside-clear", "n_clicks"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def clear(clicks: int | None, path: str | None) -> Any:
        if not clicks:
            raise PreventUpdate
        return draw_canvas(dark=_opened(site, path).is_dark, turn=clicks)


def _opened(site: Site, path: str | None) -> OpenModel:
    place = read_place(path or "")
    if place is None or place.view != "inside":
        raise PreventUpdate
    return site.models.open(place.run, place.step)


def _chosen(
    site: Site, path: str | None, source: Any, given: dict[str, Any], name: str
) -> dict[str, Any] | None:
    """What was chosen, as the page keeps it; ``None`` when nothing was."""
    if isinstance(source, dict):
        return {"row": str(source["row"])} if ctx.triggered[0]["value"] else None
    value = given.get(source)
    if value is None:
        return None
    if source in ("inside-row", "inside-x"):
        return {source.removeprefix("inside-"): f"{value:.10g}"} if isinstance(value, int | float) else None
    return _picture(site, path, source, value, name)


def _picture(site: Site, path: str | None, source: str, value: Any, name: str) -> dict[str, Any] | None:
    from studium.web.inside.uploading import keep_fitted, keep_upload

    opened = _opened(site, path)
    if source == "inside-upload":
        return {"picture": keep_upload(site.models.pictures, opened.model, str(value), name)}
    paths = paths_of(value)
    if not paths:
        return None
    content = rasterised(paths, dark=opened.is_dark)
    return {"picture": keep_fitted(site.models.pictures, opened.model, content, "your drawing")}


def _pictures(opened: OpenModel, chosen: dict[str, str]) -> list[Any]:
    has_rows = opened.takes_pictures and opened.n_rows > 0
    source = "test" if has_rows and "picture" not in chosen else "upload"
    first = read_row(chosen) // _SHOWN * _SHOWN
    options = [
        {"label": label, "value": name} for name, label in _SOURCES.items() if has_rows or name != "test"
    ]
    return [
        dcc.RadioItems(
            id="inside-source",
            options=options,
            value=source,
            inline=True,
            persistence=True,
            persistence_type="session",
        ),
        html.Div(
            [
                html.Div(
                    _gallery(opened, first) if has_rows else [], id="inside-gallery", className="pictures"
                ),
                dcc.Store(id="inside-first", data=first),
                html.Button("Earlier pictures", id="inside-fewer", className="quiet"),
                " ",
                html.Button("Later pictures", id="inside-more", className="quiet"),
            ],
            id="inside-test",
        ),
        html.Div(
            dcc.Upload(
                html.Button("Choose a picture, or drop one here"),
                id="inside-upload",
                className="upload",
                accept="image/*",
                max_size=_most_bytes(),
            ),
            id="inside-upload-field",
        ),
        html.Div(
            [
                html.Div(
                    dcc.Graph(
                        id="inside-canvas",
                        figure=draw_canvas(dark=opened.takes_pictures and opened.is_dark),
                        config=_DRAWING,
                    ),
                    className="canvas",
                    role="group",
                    **named("a square to draw on with the mouse or a finger"),
                ),
                html.Button("Clear", id="inside-clear", className="quiet"),
            ],
            id="inside-draw",
        ),
    ]


def read_row(chosen: dict[str, str]) -> int:
    """The test row that is chosen; 0 when it is something else."""
    row = chosen.get("row", "")
    return int(row) if row.isascii() and row.isdecimal() and len(row) < 10 else 0


def _gallery(opened: OpenModel, first: int) -> list[Any]:
    return [
        html.Button(
            html.Img(src=png(pixels), alt=f"test picture {row}{f', {label}' if label else ''}"),
            id={"kind": "test-picture", "row": row},
            title=f"{row}{f': {label}' if label else ''}",
        )
        for row, label, pixels in opened.pictures(first, _SHOWN)
    ]


def _slider(opened: OpenModel, chosen: dict[str, str]) -> list[Any]:
    low, high, step = opened.slider if opened.takes_one_number else (0.0, 1.0, 0.1)
    name = opened.input_name
    value = chosen.get("x", "")
    number = read_choice({"x": value}, Pictures()).number if value else (low + high) / 2
    return [
        html.Label(f"{name}: drag along the curve", htmlFor="inside-x"),
        dcc.Slider(id="inside-x", min=low, max=high, step=step, value=number, updatemode="drag", marks=None),
    ]


def _row(opened: OpenModel, chosen: dict[str, str]) -> list[Any]:
    last = max(opened.n_rows - 1, 0)
    return [
        html.Label(f"Test row, 0 to {last:,}", htmlFor="inside-row", className="meta"),
        html.Br(),
        dcc.Input(
            id="inside-row", type="number", min=0, max=last, step=1, value=read_row(chosen), debounce=True
        ),
    ]


def _most_bytes() -> int:
    from studium.web.inside.uploading import MOST_BYTES

    return MOST_BYTES
