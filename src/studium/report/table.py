"""Tables as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """A table of text.

    Attributes:
        header: Heading of each column; the first column names the rows.
        rows: Cells of each row.
        caption: What it shows.
        words: Which columns hold words, not numbers; the first always does.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    words: tuple[int, ...] = (0,)
