"""The command line: a thin face over the library. Nothing heavy is imported before a command runs."""

from __future__ import annotations


def main() -> None:
    """Run the program ``studium``."""
    from studium.cli.app import app

    app(prog_name="studium")
