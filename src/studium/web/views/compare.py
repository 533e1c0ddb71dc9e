"""Runs beside each other: the scores of all their networks, and their learning curves."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import PreventUpdate

from studium.errors import StudiumError
from studium.report.numbers import METRIC_NAMES, mean_and_spread
from studium.runs.summary import summarise
from studium.web.compared import Compared, compared, draw_compared
from studium.web.parts.figures import figure_element
from studium.web.parts.messages import problem, remark
from studium.web.parts.tables import rows_element
from studium.web.places import Place, read_choices, read_place, write_choices
from studium.web.site import Site
from studium.web.watching import EVERY, stamp

_MOST = 8  # runs beside each other


def frame(site: Site, place: Place, choices: dict[str, str]) -> list[Any]:
    """The choice of runs, and room for what they found."""
    runs = [run for run in site.library.runs() if run.state is not None]
    known = {run.id for run in runs}
    chosen = [each for each in choices.get("runs", "").split(",") if each in known]
    options = [
        {"label": f"{run.name} ({run.state.plan})", "value": run.id} for run in runs if run.state is not None
    ]
    return [
        html.H1("Compare runs"),
        html.Div(
            [
                html.Label("Runs", htmlFor="compared-runs"),
                dcc.Dropdown(id="compared-runs", options=options, value=chosen, multi=True),
            ],
            className="field wide",
        ),
        html.Div(id="compared-found"),
        dcc.Interval(id="compared-tick", interval=EVERY),
        dcc.Store(id="compared-seen"),
    ]


def register(app: Dash, site: Site) -> None:
    """Follow the chosen runs."""

    @app.callback(
        Output("compared-found", "children"),
        Output("compared-seen", "data"),
        Input("compared-runs", "value"),
        Input("compared-tick", "n_intervals"),
        State("compared-seen", "data"),
    )
    def follow(chosen: list[str] | None, _: int | None, seen: str | None) -> Any:
        ids = (chosen or [])[:_MOST]
        now = stamp(ids, [site.readings.signature(each)[:1] for each in ids])
        if now == seen:
            raise PreventUpdate
        return _found(site, ids), now

    @app.callback(
        Output("url", "search", allow_duplicate=True),
        Input("compared-runs", "value"),
        State("url", "search"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def keep(chosen: list[str] | None, search: str | None, path: str | None) -> Any:
        place = read_place(path or "")
        now = write_choices({"runs": ",".join(chosen or [])})
        if place is None or place.view != "compare" or read_choices(now) == read_choices(search):
            raise PreventUpdate
        return now


def _found(site: Site, ids: list[str]) -> list[Any]:
    if not ids:
        return [
            remark("Choose two or more runs: their networks are shown beside each other, dataset by dataset.")
        ]
    found: list[Compared] = []
    problems: list[Any] = []
    for each in ids:
        try:
            found += compared(site.library.folder(each))
        except StudiumError as error:
            problems.append(problem(str(error)))
    if not found and not problems:
        return [remark("None of these runs has finished a step with a network.")]
    groups = dict.fromkeys((each.result.data.name, each.result.data.metric) for each in found)
    return problems + [element for group in groups for element in _group(group, found)]


def _group(group: tuple[str, str], found: list[Compared]) -> list[Any]:
    name, metric = group
    members = [each for each in found if (each.result.data.name, each.result.data.metric) == group]
    rows = [_row(each) for each in members]
    words = METRIC_NAMES[members[0].result.data.metric]
    return [
        html.H2(name),
        rows_element(
            ("network", "run", "parameters", "validation", "test", "n"),
            rows,
            words=(0, 1),
            name=f"networks on {name}",
        ),
        html.P(
            f"{words}: mean ± standard deviation over the trainings; n: trainings with a test score.",
            className="caption",
        ),
        *[figure_element(drawing) for drawing in draw_compared(f"compared-{name}-{metric}", members)],
    ]


def _row(each: Compared) -> list[Any]:
    result = each.result
    validation, test = summarise(result.metrics("validation")), summarise(result.metrics("test"))
    metric = result.data.metric
    return [
        each.step,
        each.run,
        f"{result.network.n_parameters:,}",
        mean_and_spread(validation, metric),
        mean_and_spread(test, metric),
        "0" if test is None else str(test.n),
    ]
