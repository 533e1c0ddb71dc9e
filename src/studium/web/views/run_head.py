"""The head of a run: what it is, how far it is, and whether it can be stopped or resumed from here."""

from __future__ import annotations

from typing import Any

from dash import ALL, Dash, Input, Output, State, ctx, dcc, html, no_update
from dash.exceptions import PreventUpdate

from studium.errors import RunFolderError
from studium.report.numbers import duration
from studium.runs import RunFolder
from studium.runs.lock import is_driven
from studium.web.parts.messages import problem, remark
from studium.web.parts.spoken import LIVE, named
from studium.web.parts.status import progress_element, status_element
from studium.web.places import Place, read_place
from studium.web.reports import report_file, report_path
from studium.web.site import Site
from studium.web.watching import EVERY, stamp


def head_elements(site: Site, place: Place) -> list[Any]:
    """The head with what keeps it up to date; the same in all views of a run."""
    return [
        html.Div(run_head(site, place), id="run-head"),
        dcc.Interval(id="run-tick", interval=EVERY),
        dcc.Store(id="run-seen", data=run_stamp(site, place.run)),
        dcc.Store(id="run-steps-seen", data=_steps_stamp(site, place.run)),
        html.Div(id="run-said", **LIVE),
    ]


def register_head(app: Dash, site: Site) -> None:
    """Look for changes: ``run-seen`` is another whenever anything is, ``run-steps-seen`` when a step begins or ends."""

    @app.callback(
        Output("run-seen", "data"),
        Output("run-steps-seen", "data"),
        Input("run-tick", "n_intervals"),
        State("run-seen", "data"),
        State("run-steps-seen", "data"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def look(_: int | None, seen: str | None, steps_seen: str | None, path: str | None) -> Any:
        place = read_place(path or "")
        if place is None or not place.run:
            raise PreventUpdate
        now, steps_now = run_stamp(site, place.run), _steps_stamp(site, place.run)
        if now == seen:
            raise PreventUpdate
        return now, no_update if steps_now == steps_seen else steps_now

    @app.callback(
        Output("run-head", "children"),
        Input("run-seen", "data"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def follow(_: str | None, path: str | None) -> Any:
        place = read_place(path or "")
        if place is None or not place.run:
            raise PreventUpdate
        try:
            return run_head(site, place)
        except RunFolderError as error:
            return problem(str(error))

    @app.callback(
        Output("run-said", "children"),
        Input({"kind": "drive", "what": ALL}, "n_clicks"),
        State("url", "pathname"),
        prevent_initial_call=True,
    )
    def drive(clicks: list[int | None], path: str | None) -> Any:
        place = read_place(path or "")
        folder = None if place is None else site.library.path(place.run)
        if folder is None or not any(clicks) or not isinstance(ctx.triggered_id, dict):
            raise PreventUpdate
        if ctx.triggered_id["what"] == "stop":
            site.launcher.stop(folder)
            return remark("Asked to stop: what runs ends its epoch and is kept.")
        if not is_driven(folder):
            site.launcher.resume(folder)
        return remark("Going on …")


def run_stamp(site: Site, run: str) -> str:
    """Changes whenever something of a run does that views show."""
    path = site.library.path(run)
    driver = None if path is None else site.launcher.running(path)
    return stamp(site.readings.signature(run), None if driver is None else driver.process.pid)


def _steps_stamp(site: Site, run: str) -> str:
    return stamp(site.readings.signature(run)[:1])


def run_head(site: Site, place: Place) -> list[Any]:
    """The head as it is now.

    Raises:
        RunFolderError: There is no such run, or it is damaged.
    """
    folder = site.library.folder(place.run)
    state = folder.state
    return [
        html.P(
            [
                dcc.Link(folder.name, href=Place("run", place.run).path),
                " ",
                status_element(state.status),
                *_report(site, place.run),
            ],
            className="meta",
        ),
        *([progress_element(state, folder.progress)] if state.status != "complete" else []),
        *_buttons(site, folder),
        _steps(folder, place),
    ]


def _report(site: Site, run: str) -> list[Any]:
    path = report_path(run)
    if report_file(site.library, path) is None:
        return []
    return [" ", html.A("Report", href=path, target="_blank", rel="noopener")]


def _buttons(site: Site, folder: RunFolder) -> list[Any]:
    driver = site.launcher.running(folder.path)
    if driver is not None:
        return [html.Button("Stop", id={"kind": "drive", "what": "stop"}, className="quiet")]
    if folder.state.status in ("interrupted", "failed"):
        return [html.Button("Resume", id={"kind": "drive", "what": "resume"}, className="quiet")]
    return []


def _steps(folder: RunFolder, place: Place) -> html.Nav:
    links = []
    for step in folder.state.steps:
        href = Place("step", place.run, step.name).path
        current: dict[str, Any] = {"aria-current": "page"} if step.name == place.step else {}
        mark = "" if step.status == "complete" else f" · {step.status}"
        links.append(
            html.Li(html.Span([dcc.Link(step.name, href=href), mark], className=step.status, **current))
        )
    return html.Nav(html.Ol(links), className="steps", **named(f"steps, {duration(folder.state.seconds)}"))
