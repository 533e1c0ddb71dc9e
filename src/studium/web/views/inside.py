"""Look inside an exported network: choose an input, see every layer, click a unit to find what makes it fire."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from studium.errors import StudiumError
from studium.web.inside.models import model_path
from studium.web.parts.messages import problem
from studium.web.places import Place, read_place, write_choices
from studium.web.site import Site
from studium.web.views import inside_input, inside_layers, inside_unit
from studium.web.views.run_head import head_elements

_KEPT = ("row", "x", "picture")


def frame(site: Site, place: Place, choices: dict[str, str]) -> list[Any]:
    """The frame; the network is opened after it.

    Raises:
        ModelFileError: The step has no exported model.
    """
    model_path(site.library.folder(place.run), place.step)
    return [
        html.H1(f"Inside {place.step}"),
        *head_elements(site, place),
        dcc.Store(id="inside-asked", data=choices),
        html.Div(html.P("Opening the network …", className="meta"), id="inside-body", className="wide"),
    ]


def register(app: Dash, site: Site) -> None:
    """Open the network; keep what was chosen in the page's address."""
    for part in (inside_input, inside_layers, inside_unit):
        part.register(app, site)

    @app.callback(
        Output("inside-body", "children"),
        Input("inside-body", "id"),
        State("url", "pathname"),
        State("inside-asked", "data"),
    )
    def build(_: str, path: str | None, asked: dict[str, str] | None) -> Any:
        place = read_place(path or "")
        if place is None or place.view != "inside":
            raise PreventUpdate
        try:
            opened = site.models.open(place.run, place.step)
            choices = asked or {}
            return [
                dcc.Store(
                    id="inside-choice", data={name: choices[name] for name in _KEPT if name in choices}
                ),
                inside_input.section(opened, choices),
                html.Div(
                    [inside_layers.section(opened), inside_unit.section(opened, choices)], className="beside"
                ),
            ]
        except StudiumError as error:
            return problem(str(error))

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("inside-choice", "data"),
        Input("inside-layer", "value"),
        Input("inside-unit", "value"),
        State("url", "search"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def keep(
        chosen: dict[str, Any] | None, layer: str | None, unit: Any, search: str | None, path: str | None
    ) -> Any:
        place = read_place(path or "")
        known = {name: str(value) for name, value in (chosen or {}).items() if name in _KEPT}
        now = write_choices({**known, "layer": layer or "", "unit": "" if unit is None else str(unit)})
        if place is None or place.view != "inside" or now == (search or ""):
            raise PreventUpdate
        return now
