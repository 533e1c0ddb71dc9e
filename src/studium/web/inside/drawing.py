"""What a reader draws on a figure, from the paths that Plotly reports to a picture."""

from __future__ import annotations

import io
import re
from typing import Any

import plotly.graph_objects as go
from PIL import Image, ImageDraw

from studium.errors import DataError
from studium.report.drawing import style

SIDE = 280
"""Of the square that is drawn on, in its own units."""

_STROKE = 22  # width of a line, likewise
_MARGIN = 0.12  # of what was drawn, left free on each side
_MOST_POINTS = 50_000
_POINT = re.compile(r"(-?[\d.]+(?:e-?\d+)?),(-?[\d.]+(?:e-?\d+)?)")


def draw_canvas(*, dark: bool, turn: int = 0) -> go.Figure:
    """An empty square to draw on.

    Args:
        dark: Whether the network's pictures are light on dark.
        turn: Another number gives an empty square again.
    """
    paper, ink = ("#000000", "#ffffff") if dark else ("#ffffff", "#000000")
    figure = go.Figure(go.Scatter(x=[None], y=[None], mode="markers", hoverinfo="skip", showlegend=False))
    style(figure, height=SIDE)
    bare = {"range": [0, SIDE], "visible": False, "fixedrange": True}
    figure.update_layout(
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        width=SIDE,
        plot_bgcolor=paper,
        dragmode="drawopenpath",
        newshape={"line": {"color": ink, "width": _STROKE}, "fillcolor": "rgba(0,0,0,0)", "opacity": 1},
        xaxis=bare,
        yaxis=bare | {"range": [SIDE, 0]},
        uirevision=turn,
        shapes=[],
    )
    return figure


def paths_of(relayout: Any) -> list[str]:
    """The paths in what Plotly reports after a change; empty when it is about something else."""
    shapes = relayout.get("shapes") if isinstance(relayout, dict) else None
    if not isinstance(shapes, list):
        return []
    found = [shape.get("path") for shape in shapes if isinstance(shape, dict)]
    return [path for path in found if isinstance(path, str)]


def rasterised(paths: list[str], *, dark: bool) -> bytes:
    """A PNG of what was drawn, cut to it with a margin.

    Args:
        paths: As Plotly writes them: ``M12.5,30L13,31...``.
        dark: Whether it is light on dark.

    Raises:
        DataError: Nothing was drawn, or too much.

    Example:
        >>> rasterised(["M10,10L200,200"], dark=True)[1:4]
        b'PNG'
    """
    lines = [[(float(x), float(y)) for x, y in _POINT.findall(path)] for path in paths]
    points = [point for line in lines for point in line]
    if not points:
        raise DataError("nothing has been drawn: draw with the mouse or a finger")
    if len(points) > _MOST_POINTS:
        raise DataError(f"the drawing has more than {_MOST_POINTS:,} points: clear it and draw less")
    picture = Image.new("L", (SIDE, SIDE), 0)
    pen = ImageDraw.Draw(picture)
    for line in lines:
        _stroke(pen, line)
    cut = _cut(picture)
    buffer = io.BytesIO()
    (cut if dark else cut.point(lambda value: 255 - value)).save(buffer, format="PNG")
    return buffer.getvalue()


def _stroke(pen: ImageDraw.ImageDraw, line: list[tuple[float, float]]) -> None:
    radius = _STROKE / 2
    if len(line) > 1:
        pen.line(line, fill=255, width=_STROKE, joint="curve")
    for x, y in line:  # round ends and corners
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


def _cut(picture: Image.Image) -> Image.Image:
    """The square around what was drawn."""
    box = picture.getbbox()
    if box is None:
        raise DataError("the drawing lies outside the square: draw inside it")
    left, top, right, bottom = box
    side = round(max(right - left, bottom - top) * (1 + 2 * _MARGIN))
    square = Image.new("L", (side, side), 0)
    square.paste(picture.crop(box), ((side - (right - left)) // 2, (side - (bottom - top)) // 2))
    return square
