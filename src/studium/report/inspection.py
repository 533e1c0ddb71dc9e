"""What ``studium inspect`` shows, before it becomes a page; and the page."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studium.files import write_atomic
from studium.report.drawing import Drawing
from studium.report.html import render_page
from studium.report.table import Table


@dataclass(frozen=True)
class Part:
    """One part of an inspection, with a heading of its own.

    Attributes:
        name: Unique within the page; links lead to it.
        heading: As people read it.
        paragraphs: What is shown, and how to read it.
        tables: Shown at once.
        figures: Large figures, one below the other.
        pairs: Figures of half the width, two beside one another where there is room.
        small: Small figures, in a grid.
        details: Tables that are folded away.
    """

    name: str
    heading: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Drawing, ...] = ()
    pairs: tuple[Drawing, ...] = ()
    small: tuple[Drawing, ...] = ()
    details: tuple[Table, ...] = ()

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """All figures, in order."""
        return (*self.figures, *self.pairs, *self.small)


@dataclass(frozen=True)
class Inspection:
    """Everything that one page of ``studium inspect`` says.

    Attributes:
        title: What is shown of which model.
        about: The model in one line.
        notices: What the reader must know.
        summary: What can be seen, in sentences.
        parts: The parts, in order.
    """

    title: str
    about: str
    notices: tuple[str, ...]
    summary: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def figures(self) -> list[Drawing]:
        """All figures, in order."""
        return [each for part in self.parts for each in part.drawings]


def write_inspection(path: Path, inspection: Inspection) -> None:
    """Write the page.

    Args:
        path: The HTML file.
        inspection: What it shows.

    Raises:
        UnavailableError: It cannot be written; an older file is intact then.
    """
    write_atomic(path, render_inspection(inspection))


def render_inspection(inspection: Inspection) -> str:
    """The page of an inspection: one file that asks nobody for anything."""
    return render_page("inspection.html", inspection.figures, inspection=inspection)
