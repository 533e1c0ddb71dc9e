"""Reports of runs as pages of their own, which can do nothing to this one."""

from __future__ import annotations

import re
from http import HTTPStatus
from pathlib import Path

from flask import Flask, Response, abort

from studium.web.headers import REPORT_POLICY
from studium.web.library import Library

_REPORT = re.compile(r"/run/([0-9a-f]{16})/report\.html")


def report_path(run: str) -> str:
    """The address of a run's report.

    Example:
        >>> report_path("0123456789abcdef")
        '/run/0123456789abcdef/report.html'
    """
    return f"/run/{run}/report.html"


def report_file(library: Library, path: str) -> Path | None:
    """The file of a report by its address; ``None`` when the address means none, or there is none yet.

    A link is not followed, wherever it leads.
    """
    found = _REPORT.fullmatch(path)
    folder = None if found is None else library.path(found.group(1))
    if folder is None:
        return None
    file = folder / "report.html"
    return file if file.is_file() and not file.is_symlink() else None


def add_reports(server: Flask, library: Library) -> None:
    """Answer the addresses of reports. What a report asks for, the policy refuses; its scripts have no origin."""

    @server.get("/run/<run>/report.html")
    def report(run: str) -> Response:
        file = report_file(library, report_path(run))
        if file is None:
            abort(HTTPStatus.NOT_FOUND)
        answer = Response(file.read_bytes(), mimetype="text/html")
        answer.headers["Content-Security-Policy"] = REPORT_POLICY
        return answer
