"""One step in the report, before it becomes a part of the page."""

from __future__ import annotations

from dataclasses import dataclass

from studium.report.drawing import Drawing
from studium.report.inspection import Part
from studium.report.table import Table


@dataclass(frozen=True)
class StepContent:
    """One step in the report.

    Attributes:
        name: Its name.
        about: What it was to show.
        paragraphs: What was done and found.
        results: Tables that are shown at once.
        parts: Parts with headings of their own.
        figures: Large figures.
        samples: Small ones, in a grid.
        tables: Details.
    """

    name: str
    about: str
    paragraphs: tuple[str, ...]
    figures: tuple[Drawing, ...]
    samples: tuple[Drawing, ...]
    tables: tuple[Table, ...]
    results: tuple[Table, ...] = ()
    parts: tuple[Part, ...] = ()

    @property
    def drawings(self) -> tuple[Drawing, ...]:
        """All figures, in order."""
        return (*self.figures, *self.samples, *(each for part in self.parts for each in part.drawings))
