"""The report of a run as a page."""

from __future__ import annotations

from pathlib import Path

from studium.files import write_atomic
from studium.report.content import Content, content
from studium.report.html import render_page
from studium.runs.folder import RunFolder


def write_report(folder: RunFolder) -> Path:
    """Write ``report.html`` from what is in the run folder.

    Args:
        folder: The run.

    Returns:
        Where the report is.

    Raises:
        RunFolderError: Something in the folder is missing or damaged.
        UnavailableError: The report cannot be written; an older one is intact then.
    """
    write_atomic(folder.report_path, render(content(folder)))
    return folder.report_path


def render(report: Content) -> str:
    """The page of a report."""
    return render_page("report.html", report.figures, report=report)
