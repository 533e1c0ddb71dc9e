"""``studium report``: the report of a run, written again."""

from __future__ import annotations

from studium.cli.options import Json, Run
from studium.cli.output import print_json, print_line


def report(run: Run, json: Json = False) -> None:
    """Write the report of a run again, from its folder alone."""
    from studium.report import write_report
    from studium.runs.folder import RunFolder

    folder = RunFolder.find(run)
    path = write_report(folder)
    if json:
        print_json({"run": str(folder.path), "report": str(path)})
    else:
        print_line(str(path))
