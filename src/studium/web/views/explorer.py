"""The explorer of trials: choose what is across and what is upwards, point at a trial, click it open."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from studium.errors import StudiumError
from studium.web.parts.figures import CONFIG, EMPTY, prepared
from studium.web.parts.messages import problem
from studium.web.parts.spoken import LIVE
from studium.web.parts.tables import table_element
from studium.web.places import read_choices, read_place, write_choices
from studium.web.site import Site
from studium.web.trials.exploration import Exploration
from studium.web.trials.explorer_figure import SCORE, draw_explorer, explorer_data
from studium.web.views.trial import trial_elements

_CHOICES = {"x": "trials-x", "y": "trials-y", "trial": "trials-open"}


def frame(choices: dict[str, str]) -> html.Section:
    """The explorer, hidden until there are trials.

    Args:
        choices: From the page's address: ``x``, ``y`` and ``trial``.
    """
    return html.Section(
        [
            html.H2("Trials"),
            html.Div(
                [
                    _field(
                        "Across",
                        "trials-x",
                        _choice("trials-x", choices.get("x")),
                    ),
                    _field(
                        "Upwards",
                        "trials-y",
                        _choice("trials-y", choices.get("y")),
                    ),
                    _field(
                        "Open trial",
                        "trials-open",
                        dcc.Input(
                            id="trials-open",
                            type="number",
                            min=0,
                            step=1,
                            debounce=True,
                            value=choices.get("trial"),
                        ),
                    ),
                ],
                className="controls",
            ),
            html.Div(
                dcc.Graph(
                    id="trials-graph",
                    figure=EMPTY,
                    config=CONFIG,
                    style={"height": "440px"},
                    className="plot",
                ),
                id="trials-plot",
                role="group",
            ),
            html.P(id="trials-caption", className="caption"),
            html.Div(id="trial-opened", **LIVE),
            html.Details([html.Summary("The best trials in numbers"), html.Div(id="trials-table")]),
        ],
        id="trials",
        hidden=True,
    )


def register(app: Dash, site: Site) -> None:
    """Draw the trials, open them, and keep what was chosen in the page's address."""

    @app.callback(
        Output("trials", "hidden"),
        *[Output(control, name) for control in ("trials-x", "trials-y") for name in ("options", "value")],
        Output("trials-graph", "figure"),
        Output("trials-plot", "aria-label"),
        Output("trials-caption", "children"),
        Output("trials-table", "children"),
        Input("run-seen", "data"),
        Input("trials-x", "value"),
        Input("trials-y", "value"),
        Input("trials-open", "value"),
        State("trials-x", "options"),
        State("url", "pathname"),
    )
    def draw(_: str | None, x: str | None, y: str | None, number: Any, before: Any, path: str | None) -> Any:
        exploration = _explored(site, path)
        if exploration is None:
            raise PreventUpdate
        names = [{"label": each.label, "value": each.name} for each in exploration.parameters]
        data = explorer_data(exploration, x or "", y or SCORE)
        drawing = draw_explorer("trials", data, _number(number))
        across, upwards = data.x_parameter.name, SCORE if data.y_parameter is None else data.y_parameter.name
        return (
            False,
            no_update if names == before else names,
            no_update if across == x else across,
            no_update if names == before else [{"label": SCORE, "value": SCORE}, *names],
            no_update if upwards == y else upwards,
            prepared(drawing),
            drawing.alternative,
            drawing.caption,
            table_element(drawing.table),
        )

    @app.callback(
        Output("trials-open", "value"), Input("trials-graph", "clickData"), prevent_initial_call=True
    )
    def open_clicked(clicked: Any) -> Any:
        point: dict[str, Any] = next(iter((clicked or {}).get("points", ())), {})
        if "customdata" not in point:
            raise PreventUpdate
        return point["customdata"]

    @app.callback(
        Output("trial-opened", "children"),
        Input("trials-open", "value"),
        Input("run-steps-seen", "data"),
        State("url", "pathname"),
    )
    def open_trial(number: int | None, _: str | None, path: str | None) -> Any:
        chosen = _number(number)
        if chosen is None:
            return None
        exploration = _explored(site, path)
        trial = None if exploration is None else exploration.trial(chosen)
        if exploration is None or trial is None:
            return problem(f"there is no trial {chosen}: choose one of the figure")
        return trial_elements(trial, exploration)

    @app.callback(
        Output("url", "search"),
        *[Input(control, "value") for control in _CHOICES.values()],
        State("url", "search"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def keep(*values: Any) -> Any:
        *chosen, search, path = values
        place = read_place(path or "")
        if place is None or place.view != "step":
            raise PreventUpdate
        now = write_choices(
            {name: "" if each is None else str(each) for name, each in zip(_CHOICES, chosen, strict=True)}
        )
        if read_choices(now) == read_choices(search):
            raise PreventUpdate
        return now


def _explored(site: Site, path: str | None) -> Exploration | None:
    place = read_place(path or "")
    if place is None or place.view != "step":
        return None
    try:
        return site.readings.exploration(place.run, place.step)
    except StudiumError:  # the step's own part of the page says why
        return None


def _number(value: Any) -> int | None:
    try:
        return None if value in (None, "") else int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _choice(control: str, value: str | None) -> Any:
    # A value that is not among the options would be taken back before the trials are read.
    return dcc.Dropdown(id=control, options=[value] if value else [], value=value, clearable=False)


def _field(label: str, control: str, element: Any) -> html.Div:
    return html.Div([html.Label(label, htmlFor=control), element], className="field")
