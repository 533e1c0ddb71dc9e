"""``studium inspect``: what is inside a saved model."""

from __future__ import annotations

import typer

from studium.cli.inspect_activations import activations
from studium.cli.inspect_maximize import maximize
from studium.cli.inspect_weights import weights

app = typer.Typer(
    name="inspect",
    help="Look inside a saved model: its weights, what its units make of an input, what makes them fire.",
)
app.command()(weights)
app.command()(activations)
app.command()(maximize)
