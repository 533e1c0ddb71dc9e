"""The page as a Dash application: one frame, and a view for each place."""

from __future__ import annotations

from contextlib import suppress
from http import HTTPStatus
from importlib import resources
from typing import Any, cast

from dash import Dash, Input, Output, State, dcc, html
from dash.exceptions import DependencyException, InvalidResourceError
from flask import Flask, Response, abort, request

from studium.errors import StudiumError
from studium.web.look import style_sheet
from studium.web.parts.messages import problem
from studium.web.parts.spoken import named
from studium.web.places import Place, read_choices, read_place
from studium.web.reports import add_reports, report_file
from studium.web.site import Site
from studium.web.views import compare, inside, run, runs, step

_VIEWS: dict[str, Any] = {"runs": runs, "compare": compare, "run": run, "step": step, "inside": inside}
_STYLE = "/look.css"
_OWN = ("/_dash-layout", "/_dash-dependencies", "/_dash-update-component", "/_favicon.ico", _STYLE)
_SUITES = "/_dash-component-suites/"
_INDEX = """<!DOCTYPE html>
<html lang="en">
<head>
{%metas%}
<title>{%title%}</title>
{%favicon%}
{%css%}
</head>
<body>
{%app_entry%}
<footer>{%config%}{%scripts%}{%renderer%}</footer>
</body>
</html>"""


def make_app(site: Site) -> Dash:
    """The application; all its files come from this server."""
    server = Flask("studium.web")
    app = Dash(
        "studium.web",
        server=cast("Any", server),
        title="Studium",
        update_title="",
        index_string=_INDEX,
        assets_folder=str(resources.files("studium.web") / "assets"),
        external_stylesheets=[_STYLE],
        serve_locally=True,
        suppress_callback_exceptions=True,  # views come and go
        enable_mcp=False,
        use_pages=False,
        meta_tags=[
            {"name": "viewport", "content": "width=device-width, initial-scale=1"},
            {"name": "color-scheme", "content": "light dark"},
        ],
    )
    app.layout = _layout
    _register(app, site)
    server.before_request(lambda: _require_place(site))
    server.register_error_handler(DependencyException, _not_found)
    server.register_error_handler(InvalidResourceError, _not_found)
    add_reports(server, site.library)
    server.add_url_rule(_STYLE, "look", lambda: Response(style_sheet(), mimetype="text/css"))
    return app


def _layout() -> html.Div:
    return html.Div(
        [
            dcc.Location(id="url", refresh="callback-nav"),
            html.A("Skip to content", href="#content", className="skip"),
            html.Header(
                [
                    dcc.Link("Studium", href="/", className="mark"),
                    html.Nav(
                        [dcc.Link("Runs", href="/"), dcc.Link("Compare", href="/compare")],
                        **named("main"),
                    ),
                ]
            ),
            html.Main(html.P("Loading …", className="meta"), id="content", tabIndex=-1),
        ]
    )


def _register(app: Dash, site: Site) -> None:
    for view in _VIEWS.values():
        view.register(app, site)

    @app.callback(Output("content", "children"), Input("url", "pathname"), State("url", "search"))
    def show(path: str | None, search: str | None) -> Any:
        place = read_place(path or "/")
        if place is None:
            return problem("there is nothing at this address: go to the list of runs")
        try:
            return _VIEWS[place.view].frame(site, place, read_choices(search))
        except StudiumError as error:
            return problem(str(error))


def _require_place(site: Site) -> None:
    """Answer 404 for addresses of nothing."""
    path = request.path
    if path in _OWN or path.startswith(_SUITES) or report_file(site.library, path) is not None:
        return
    place = read_place(path)
    if place is None or not _exists(site, place):
        abort(HTTPStatus.NOT_FOUND)


def _exists(site: Site, place: Place) -> bool:
    if not place.run:
        return True
    if site.library.path(place.run) is None:
        return False
    with suppress(StudiumError):  # a damaged run has a page that says so
        return not place.step or place.step in {
            step.name for step in site.library.folder(place.run).state.steps
        }
    return True


def _not_found(_: Exception) -> Response:
    return Response("Not Found", HTTPStatus.NOT_FOUND, mimetype="text/plain")
