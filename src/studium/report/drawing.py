"""A figure with all that must come with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from studium.report.palette import AXIS, GRID, PAPER, TEXT
from studium.report.table import Table

if TYPE_CHECKING:
    import plotly.graph_objects as go

FONT = "Inter, system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', 'Noto Sans', 'Liberation Sans', Arial, sans-serif"


@dataclass(frozen=True)
class Drawing:
    """A figure, its words, and its numbers.

    Attributes:
        name: Unique within a report; files that are downloaded are named so.
        title: What it shows, in a few words.
        alternative: What can be seen in it, for whoever cannot see it.
        caption: How to read it.
        figure: The picture.
        table: The numbers in it.
    """

    name: str
    title: str
    alternative: str
    caption: str
    figure: go.Figure
    table: Table


def style(figure: go.Figure, *, height: int, x_title: str = "", y_title: str = "") -> go.Figure:
    """Give a figure the common look; returns it."""
    figure.update_layout(
        template="none",
        height=height,
        margin={"l": 58, "r": 16, "t": 34, "b": 48},
        paper_bgcolor=PAPER,
        plot_bgcolor=PAPER,
        font={"family": FONT, "size": 13, "color": TEXT},
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1,
            "yanchor": "bottom",
            "xanchor": "left",
            "font": {"size": 12.5},
        },
        hoverlabel={"font": {"family": FONT, "size": 12}},
        separators=".,",
    )
    axis = {
        "gridcolor": GRID,
        "linecolor": AXIS,
        "tickcolor": AXIS,
        "zeroline": False,
        "title_standoff": 8,
    }
    # One update an axis: each costs Plotly milliseconds.
    figure.update_xaxes(**axis, **_titled(x_title), showline=True, ticks="outside", ticklen=4)
    figure.update_yaxes(**axis, **_titled(y_title), automargin=True)
    return figure


def _titled(title: str) -> dict[str, str]:
    return {"title_text": title} if title else {}
