"""Tables of the report as elements of the page; whatever stands in them is text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html

from studium.report.table import Table
from studium.web.parts.spoken import named

Cell = Any
"""Text, or an element such as a link."""


def table_element(table: Table) -> html.Div:
    """A table of the report with its caption."""
    return html.Div(
        [
            rows_element(table.header, table.rows, words=table.words, name=table.caption),
            *([html.P(table.caption, className="caption")] if table.caption else []),
        ]
    )


def rows_element(
    header: Sequence[str], rows: Sequence[Sequence[Cell]], *, words: Sequence[int] = (0,), name: str = ""
) -> html.Div:
    """Rows with a heading above each column, in a frame that scrolls when they are wide.

    Args:
        header: Heading of each column.
        rows: Cells; the first of each names its row.
        words: Columns that hold words, not numbers.
        name: What the table shows, for whoever cannot see it.
    """
    head = html.Thead(
        html.Tr(
            [html.Th(text, scope="col", className=_kind(place, words)) for place, text in enumerate(header)]
        )
    )
    body = html.Tbody([_row(row, words) for row in rows])
    return html.Div(
        html.Table([head, body]),
        className="scroll",
        role="region",
        tabIndex=0,
        **named(name or header[0]),
    )


def _row(row: Sequence[Cell], words: Sequence[int]) -> html.Tr:
    first, *others = row
    cells = [html.Td(cell, className=_kind(place, words)) for place, cell in enumerate(others, start=1)]
    return html.Tr([html.Th(first, scope="row", className=_kind(0, words)), *cells])


def _kind(place: int, words: Sequence[int]) -> str:
    return "words" if place in words else ""
