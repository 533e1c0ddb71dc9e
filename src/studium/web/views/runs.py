"""The list of runs, and the start of a plan."""

from __future__ import annotations

from typing import Any

from dash import Dash, Input, Output, State, dcc, html, no_update
from dash.exceptions import PreventUpdate

from studium.errors import StudiumError
from studium.report.numbers import duration
from studium.web.library import ListedRun, run_id, run_signature
from studium.web.parts.messages import problem, remark
from studium.web.parts.spoken import LIVE
from studium.web.parts.status import run_share, status_element
from studium.web.parts.tables import rows_element
from studium.web.places import Place
from studium.web.site import Site
from studium.web.watching import EVERY, stamp

_NOTHING = "no plan is chosen: choose one, then start it"


def frame(site: Site, place: Place, choices: dict[str, str]) -> list[Any]:
    """The list, with room for starting a plan."""
    return [
        html.H1("Runs"),
        html.Div(_list(site), id="runs-list"),
        dcc.Interval(id="runs-tick", interval=EVERY),
        dcc.Store(id="runs-seen", data=_stamp(site)),
        _start(site),
    ]


def register(app: Dash, site: Site) -> None:
    """Keep the list up to date; start plans."""

    @app.callback(
        Output("runs-list", "children"),
        Output("runs-seen", "data"),
        Input("runs-tick", "n_intervals"),
        State("runs-seen", "data"),
        prevent_initial_call=True,
    )
    def follow(_: int | None, seen: str | None) -> Any:
        now = _stamp(site)
        if now == seen:
            raise PreventUpdate
        return _list(site), now

    @app.callback(
        Output("plan-budget", "options"), Output("plan-budget", "value"), Input("plan-choice", "value")
    )
    def offer_budgets(plan_id: str | None) -> Any:
        plan = site.plans.find(plan_id or "")
        budgets = plan.budgets if plan is not None else ()
        return list(budgets), (budgets[0] if budgets else None)

    @app.callback(
        Output("start-said", "children"),
        Output("url", "pathname", allow_duplicate=True),
        Input("plan-start", "n_clicks"),
        State("plan-choice", "value"),
        State("plan-budget", "value"),
        prevent_initial_call=True,
    )
    def start(clicks: int | None, plan_id: str | None, budget: str | None) -> Any:
        if not clicks:
            raise PreventUpdate
        plan = site.plans.find(plan_id or "")
        if plan is None:
            return problem(_NOTHING), no_update
        try:
            site.launcher.start(plan, budget or "")
        except StudiumError as error:
            return problem(str(error)), no_update
        return remark(
            f"{plan.name} has been started and appears above as soon as its data are open."
        ), no_update


def _stamp(site: Site) -> str:
    running = [run_signature(site.library.root / run.name) for run in _driven(site)]
    processes = [(each.runs, each.process.pid) for each in site.launcher.all()]
    return stamp(site.library.signature(), running, processes)


def _driven(site: Site) -> list[ListedRun]:
    return [run for run in site.library.runs() if run.state is not None and run.state.status == "running"]


def _list(site: Site) -> list[Any]:
    runs = site.library.runs()
    rows = [_row(site, run) for run in runs]
    table = rows_element(
        ("run", "plan", "status", "done", "started", "time"),
        rows,
        words=(0, 1, 2, 4),
        name="runs, the newest first",
    )
    empty = remark(
        "There are no runs in this folder yet: start a plan below, or `studium run` in a terminal."
    )
    return [*_processes(site, {run.id for run in runs}), table if runs else empty]


def _processes(site: Site, listed: set[str]) -> list[Any]:
    """What was started here and is not in the list, or has failed."""
    found: list[Any] = []
    for each in site.launcher.all():
        if each.complaint():
            found.append(problem(f"{each.folder.name} could not go on: {each.complaint()}"))
        elif each.runs and run_id(each.folder.name) not in listed:
            found.append(remark(f"{each.folder.name} is being prepared …"))
    return found


def _row(site: Site, run: ListedRun) -> list[Any]:
    if run.state is None:
        return [run.name, html.Span(run.damage, className="damage"), status_element("damaged"), "–", "–", "–"]
    folder = site.library.folder(run.id)
    share = run_share(run.state, folder.progress)
    return [
        dcc.Link(run.name, href=Place("run", run.id).path),
        run.state.plan,
        status_element(run.state.status),
        f"{share:.0%}",
        run.state.started.replace("T", " ").removesuffix("+00:00"),
        duration(run.state.seconds),
    ]


def _start(site: Site) -> html.Section:
    options = [
        {"label": plan.name + (f": {plan.title}" if plan.title else ""), "value": plan.id}
        for plan in site.plans.offered()
    ]
    return html.Section(
        [
            html.H2("Start a plan"),
            html.Div(
                [
                    html.Div(
                        [
                            html.Label("Plan", htmlFor="plan-choice"),
                            dcc.Dropdown(id="plan-choice", options=options, persistence=True),
                        ],
                        className="field wide",
                    ),
                    html.Div(
                        [
                            html.Span("Budget", className="label"),
                            dcc.RadioItems(id="plan-budget", options=[], inline=True),
                        ],
                        className="field",
                    ),
                    html.Button("Start", id="plan-start", className="main"),
                ],
                className="controls",
            ),
            html.Div(id="start-said", **LIVE),
        ]
    )
