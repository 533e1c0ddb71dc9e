"""``studium export``: a run's results for other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studium.cli.option_groups import panel
from studium.cli.options import Json, Run
from studium.cli.output import print_json, print_line

app = typer.Typer(name="export", help="Give a run's results to other tools.")

Out = Annotated[
    Path | None,
    panel("Output")("--out", "FILE", "The file to write. Default: optuna.db in the run's folder."),
]


@app.callback()
def _export() -> None:
    """Give a run's results to other tools."""


@app.command()
def optuna(run: Run, out: Out = None, json: Json = False) -> None:
    """Write the studies and searches of a run as an Optuna storage, which optuna-dashboard opens."""
    from studium.runs.folder import RunFolder
    from studium.runs.optuna_export import export_optuna

    folder = RunFolder.find(run)
    path = out or folder.path / "optuna.db"
    written = export_optuna(folder, path)
    if json:
        print_json(
            {"run": str(folder.path), "path": str(path), "url": f"sqlite:///{path}", "studies": written}
        )
        return
    for name, n_trials in written.items():
        print_line(f"{name}: {n_trials} trials")
    print_line(f"storage sqlite:///{path}")
