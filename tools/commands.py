"""Write docs/commands.md, the reference of all commands, from the definitions that ``--help`` shows.

python tools/commands.py            write it
python tools/commands.py --check    fail when it is not up to date
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from studium.cli.app import app

TARGET = Path(__file__).parent.parent / "docs" / "commands.md"

HEAD = """# Commands

<!-- Written by tools/commands.py from the definitions of the commands; change those, not this. -->

Results go to standard output, progress and messages to standard error. With `--json` standard output holds exactly one
JSON object; a number that is not finite is `null` in it. Exit codes: 0 done, 1 failed while running, 2 wrong usage or
bad input, 130 interrupted. A bad input gets one sentence that names the value, the rule and the cure.
"""


def reference() -> str:
    """The whole page."""
    root = get_command(app)
    parts = [HEAD, *(_section(name, command) for name, command in _commands("studium", root))]
    return "\n".join(parts)


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    """Every command with its full name, groups before what is in them."""
    yield name, command
    if hasattr(command, "commands"):
        for child in command.list_commands(None):
            yield from _commands(f"{name} {child}", command.commands[child])


def _section(name: str, command: Any) -> str:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    options = [each for each in command.params if each.param_type_name == "option" and each.name != "help"]
    call = " ".join([name, *(each.metavar for each in arguments), *(["[OPTIONS]"] if options else [])])
    if hasattr(command, "commands"):
        call += " COMMAND"
    text = inspect.cleandoc(command.help or "")
    return "\n".join([f"## {name}\n", f"    {call}\n", f"{text}\n", *_tables(arguments, options)])


def _tables(arguments: list[Any], options: list[Any]) -> Iterator[str]:
    if arguments:
        yield _table("Arguments", [(f"`{each.metavar}`", each.help) for each in arguments])
    panels = dict.fromkeys(each.rich_help_panel or "Options" for each in options)
    for panel in panels:
        rows = [
            (_flag(each), _text(each)) for each in options if (each.rich_help_panel or "Options") == panel
        ]
        yield _table(panel, rows)


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    lines = [f"| {left} | {right.replace('|', '&#124;')} |" for left, right in rows]
    return "\n".join([f"| {title} | |", "|---|---|", *lines, ""])


def _flag(option: Any) -> str:
    names = "/".join([option.opts[0], *option.secondary_opts[:1]])
    return f"`{names} {option.metavar or ''}".rstrip() + "`"


def _text(option: Any) -> str:
    if option.required:
        return f"{option.help} Required."
    plain = option.default is None or isinstance(option.default, bool)
    return option.help if plain else f"{option.help} Default: {option.default}."


def main(arguments: list[str]) -> int:
    """Write the page, or check it."""
    if arguments == ["--check"]:
        if TARGET.read_text(encoding="utf-8") == reference():
            return 0
        print(f"{TARGET} is not up to date: run python tools/commands.py", file=sys.stderr)
        return 1
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(reference(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
