"""Built-in plans as files to edit: whole, with comments, and what they include written out."""

from __future__ import annotations

import re
from pathlib import Path

from studium.errors import OutputError, UnknownNameError
from studium.files import write_atomic
from studium.runs.plan_includes import BUILT_IN, builtin_text

_INCLUDED_STEP = re.compile(r'^\[\[steps\]\]\ninclude = "([^"]+)"\n', re.MULTILINE)
_INCLUDED_FIRST = re.compile(r"^include = \[(.+)\]\n", re.MULTILINE)
_HEAD = re.compile(r"\A(?:(?:#|name|title|question).*\n|\n)*?question = .*\n+", re.MULTILINE)


def plan_text(name: str) -> str:
    """The text of a built-in plan, with the steps of included plans in their places.

    Args:
        name: One of the built-in plans.

    Example:
        >>> "include" in plan_text("all")
        False
    """
    text = _INCLUDED_STEP.sub(lambda found: _steps_text(found[1]), builtin_text(name))
    return _INCLUDED_FIRST.sub(
        lambda found: "\n" + "\n".join(_steps_text(part) for part in re.findall(r'"([^"]+)"', found[1])), text
    )


def write_plan(name: str, path: Path) -> None:
    """Write a built-in plan to a new file.

    Args:
        name: The plan.
        path: The file.

    Raises:
        UnknownNameError: There is no such built-in plan.
        OutputError: The file is there already, or cannot be written.
    """
    if name not in BUILT_IN:
        raise UnknownNameError("built-in plan to write", name, BUILT_IN)
    if path.exists():
        raise OutputError(f"{path} is there already, and is not overwritten: choose a new file")
    write_atomic(path, plan_text(name))


def _steps_text(name: str) -> str:
    return _HEAD.sub("", plan_text(name))
