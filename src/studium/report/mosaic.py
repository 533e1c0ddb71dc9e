"""Many small images under one scale, as one figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from studium.report.drawing import style
from studium.report.palette import DIVERGING, SCALE
from studium.report.pictures import Grid, mosaic

if TYPE_CHECKING:
    import numpy as np

_WIDTH = 800  # that figures are planned for; a narrower page shrinks them
_MOST_HEIGHT = 620
_MOST_TILE = 260  # height of one tile
_BESIDE = 96  # pixels beside the images, for labels and scale
_MOST_TICKS = 8


def signed_colours() -> list[list[float | str]]:
    """A colour scale from negative over zero to positive."""
    return _scale(DIVERGING)


def unsigned_colours() -> list[list[float | str]]:
    """A colour scale from none to much."""
    return _scale(SCALE)


def draw_mosaic(
    tiles: np.ndarray,
    place: Grid,
    *,
    quantity: str,
    largest: float,
    signed: bool,
    x_labels: Sequence[str],
    y_labels: Sequence[str],
    x_title: str = "",
    y_title: str = "",
) -> go.Figure:
    """Images in a grid, with square pixels and one scale for all.

    Args:
        tiles: ``[n, height, width]``.
        place: Where each stands.
        quantity: What the colours mean.
        largest: Value at the end of the scale.
        signed: Whether the scale goes from ``-largest`` to ``largest``; else from 0.
        x_labels: Of each column of tiles.
        y_labels: Of each row of tiles.
        x_title: Of the columns.
        y_title: Of the rows.
    """
    height, width = place.size
    top = largest or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=mosaic(tiles, place),
            zmin=-top if signed else 0,
            zmax=top,
            colorscale=signed_colours() if signed else unsigned_colours(),
            hovertemplate=f"{quantity} %{{z:.3g}}<extra></extra>",
            hoverongaps=False,
            colorbar={"thickness": 9, "outlinewidth": 0, "len": 1, "tickfont": {"size": 11}, "nticks": 5},
        )
    )
    titled = 20 if x_title else 0
    frame_height = 46 + titled
    drawn = min(_MOST_HEIGHT, _MOST_TILE * place.rows, _WIDTH * height / width)
    style(figure, height=round(drawn + frame_height), x_title=x_title, y_title=y_title)
    figure.update_layout(
        margin={"l": 8, "r": 8, "t": 10, "b": 34 + titled},
        meta={"aspect": height / width, "frame": frame_height, "beside": _BESIDE},
    )
    bare = {
        "showgrid": False,
        "showline": False,
        "ticks": "",
        "constrain": "domain",
        "tickfont": {"size": 10.5},
    }
    figure.update_xaxes(**bare, **_ticks(x_labels, place.width, place.gap))
    figure.update_yaxes(
        **bare,
        **_ticks(y_labels, place.height, place.gap),
        autorange="reversed",
        scaleanchor="x",
        title_standoff=4,
    )
    return figure


def unit_labels(place: Grid, units: Sequence[int]) -> tuple[list[str], list[str]]:
    """Labels of a grid of consecutive units: of a column how far it is from the first, of a row its first unit."""
    if len(units) == 1:
        return [""], [str(units[0])]
    columns = [f"+{column}" if column else "" for column in range(place.columns)]
    return columns, [str(units[row * place.columns]) for row in range(place.rows)]


def _scale(colours: tuple[str, ...]) -> list[list[float | str]]:
    return [[place / (len(colours) - 1), colour] for place, colour in enumerate(colours)]


def _ticks(labels: Sequence[str], side: int, gap: int) -> dict[str, list[object]]:
    every = -(-len(labels) // _MOST_TICKS)
    places = range(0, len(labels), every)
    return {
        "tickvals": [place * (side + gap) + (side - 1) / 2 for place in places],
        "ticktext": [labels[place] for place in places],
    }
