"""Results on standard output: one JSON object for programs, tables for people."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from studium.cli.messages import plain

_WIDTH = 100  # of tables that do not go to a terminal


def print_json(result: dict[str, Any]) -> None:
    """Write one JSON object on one line; numbers that are not finite become ``null``."""
    print(json.dumps(finite(result), allow_nan=False))


def finite(value: Any) -> Any:
    """The same data with ``None`` for each number that is not finite."""
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a table under a title (may be empty); columns of numbers are right-aligned."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    lines = list(rows)
    table = Table(box=None, header_style="bold")
    for column, heading in enumerate(headings):
        numeric = all(isinstance(line[column], int | float) for line in lines)
        table.add_column(Text(plain(heading)), justify="right" if numeric else "left", overflow="fold")
    for line in lines:
        table.add_row(*(Text(_cell(value)) for value in line))
    if title:
        print_line(title)
    Console(width=None if sys.stdout.isatty() else _WIDTH).print(table)


def print_line(text: str) -> None:
    """Write one line."""
    print(plain(text))


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else plain(str(value))
