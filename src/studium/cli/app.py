"""All commands, each from a file of its own name."""

from __future__ import annotations

from typing import Annotated

import typer

from studium.cli import data, export, inspect
from studium.cli.compare import compare
from studium.cli.cv import cv
from studium.cli.edge import Edge
from studium.cli.evaluate import evaluate
from studium.cli.predict import predict
from studium.cli.report import report
from studium.cli.resume import resume
from studium.cli.run import run
from studium.cli.search import search
from studium.cli.serve import serve
from studium.cli.study import study
from studium.cli.train import train
from studium.cli.verify import verify

app = typer.Typer(
    name="studium",
    cls=Edge,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.add_typer(data.app)
app.add_typer(inspect.app)
app.command()(train)
app.command()(cv)
app.command()(study)
app.command()(compare)
app.command()(search)
app.command()(evaluate)
app.command(context_settings={"ignore_unknown_options": True})(predict)  # -8 is an input, not an option
app.command()(run)
app.command()(resume)
app.command()(verify)
app.command()(report)
app.add_typer(export.app)
app.command()(serve)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"studium {version('studium')}")
        raise typer.Exit


@app.callback()
def studium(
    version: Annotated[
        bool,
        typer.Option("--version", metavar="", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
    debug: Annotated[
        bool,
        typer.Option("--debug", metavar="", help="Show the traceback of an error; so does STUDIUM_DEBUG=1."),
    ] = False,
) -> None:
    """Find out which neural network suits your data, how sure that is, and what the network has learned."""
