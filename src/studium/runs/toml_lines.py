"""In which line of a TOML text a value stands: Python's reader does not tell."""

from __future__ import annotations

import re

Path = tuple[str | int, ...]

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*((?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*(?:[\w-]+|"[^"]*"|'[^']*'))*)\s*=""")
_PART = re.compile(r"""[\w-]+|"[^"]*"|'[^']*'""")


def line_of(text: str, path: Path) -> int:
    r"""Line, from 1, of the value at a path, or of the nearest table around it.

    Args:
        text: TOML that can be read.
        path: Keys, and numbers of the entries of arrays of tables, from the outside in.

    Example:
        >>> line_of('name = "x"\n[[steps]]\nseeds = 3', ("steps", 0, "seeds"))
        3
    """
    lines = _lines(text)
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


def _lines(text: str) -> dict[Path, int]:
    lines: dict[Path, int] = {}
    entries: dict[Path, int] = {}  # how many tables an array has so far
    table: Path = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _table(_parts(header[2]), entries, new_entry=header[1] == "[[")
            lines.setdefault(table, number)
        elif key := _KEY.match(line):
            lines.setdefault((*table, *_parts(key[1])), number)
    return lines


def _table(parts: list[str], entries: dict[Path, int], *, new_entry: bool) -> Path:
    path: Path = ()
    for place, part in enumerate(parts):
        path = (*path, part)
        if new_entry and place == len(parts) - 1:
            entries[path] = entries.get(path, 0) + 1
        if path in entries:
            path = (*path, entries[path] - 1)
    return path


def _parts(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in _PART.findall(dotted)]
