"""Drawings of the report as elements of the page: the figure, its words, its numbers."""

from __future__ import annotations

from typing import Any

from dash import dcc, html

from studium.report.drawing import Drawing
from studium.report.palette import PAPER
from studium.web.parts.spoken import named
from studium.web.parts.tables import table_element

_WIDTH = 800  # that figures with square pixels are planned for
CONFIG: Any = {
    "displaylogo": False,
    "responsive": True,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
}
"""Of every figure: no link elsewhere; width and height follow the page."""

EMPTY: Any = {"data": [], "layout": {"paper_bgcolor": PAPER, "plot_bgcolor": PAPER}}
"""A figure whose content comes later."""


def figure_element(drawing: Drawing, *, level: int = 3, graph_id: Any = None) -> html.Figure:
    """A drawing with its title, caption and numbers.

    Args:
        drawing: The drawing.
        level: Of its heading.
        graph_id: Id of the figure itself, for callbacks; by default the drawing's name.
    """
    heading = {2: html.H2, 3: html.H3, 4: html.H4}[level]
    return html.Figure(
        [
            heading(drawing.title),
            graph_element(drawing, graph_id if graph_id is not None else f"figure-{drawing.name}"),
            html.Figcaption(drawing.caption),
            html.Details([html.Summary("Numbers in this figure"), table_element(drawing.table)]),
        ],
        className="drawing",
    )


def graph_element(drawing: Drawing, graph_id: Any) -> html.Div:
    """The figure alone, with its alternative text."""
    return html.Div(
        dcc.Graph(
            id=graph_id,
            figure=prepared(drawing),
            config=CONFIG,
            style=figure_style(drawing),
            className="plot",
        ),
        role="group",
        **named(drawing.alternative),
    )


def prepared(drawing: Drawing) -> Any:
    """The figure as it is given to the page: a reader's zoom stays when its numbers change."""
    figure = drawing.figure
    figure.update_layout(uirevision=drawing.name)
    if _aspect(drawing):
        figure.update_layout(height=None)  # the page's width decides
    return figure


def _aspect(drawing: Drawing) -> dict[str, Any]:
    meta = drawing.figure.layout.meta
    return meta if isinstance(meta, dict) and "aspect" in meta else {}


def figure_style(drawing: Drawing) -> dict[str, Any]:
    """Height of the figure on the page, or where its pixels are square, its proportions."""
    meta = _aspect(drawing)
    if not meta:
        return {"height": f"{drawing.figure.layout.height or 380}px"}
    width = _WIDTH - meta["beside"]
    return {"aspectRatio": f"{_WIDTH} / {width * meta['aspect'] + meta['frame']:.0f}", "maxHeight": "42rem"}
