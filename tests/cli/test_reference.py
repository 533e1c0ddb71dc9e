"""docs/commands.md is complete and up to date."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from studium.cli.app import app

TOOL = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "commands.py"))


def test_the_page_is_up_to_date() -> None:
    assert TOOL["main"](["--check"]) == 0


def test_every_command_and_option_is_on_the_page_and_has_help() -> None:
    page = TOOL["TARGET"].read_text(encoding="utf-8")
    seen = 0
    for name, command in _leaves("studium", get_command(app)):
        section = page.split(f"## {name}\n")[1].split("\n## ")[0]
        assert command.help
        for parameter in command.params:
            if parameter.name != "help":
                assert parameter.help
                assert (
                    f"`{parameter.metavar if parameter.param_type_name == 'argument' else parameter.opts[0]}"
                    in section
                )
                seen += 1
    assert seen > 50


def _leaves(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    for child, each in getattr(command, "commands", {}).items():
        yield from _leaves(f"{name} {child}", each)
    if not hasattr(command, "commands"):
        yield name, command
