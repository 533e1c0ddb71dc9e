"""The input as the network sees it."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from studium.report.drawing import Drawing, style
from studium.report.pictures import png
from studium.report.table import Table

SIDE = 210  # height of a small picture, in pixels of the page


def draw_input_picture(name: str, pixels: np.ndarray, label: str) -> Drawing:
    """Draw the picture.

    Args:
        name: Of the drawing.
        pixels: ``[C, H, W]`` uint8.
        label: What it is called.
    """
    channels, height, width = pixels.shape
    figure = go.Figure(go.Image(source=png(pixels[:3]), hoverinfo="skip"))
    bare_picture(figure)
    words = f"{width}x{height} pixels, {'grey' if channels == 1 else 'red, green and blue'}"
    return Drawing(
        name=name,
        title="input",
        alternative=f"The input {label}, {words}, as the network sees it.",
        caption=f"{label}, {words}, from 0 (black) to 255.",
        figure=figure,
        table=_table(pixels),
    )


def bare_picture(figure: go.Figure) -> None:
    """Leave the axes away and keep pixels square, in a small figure."""
    style(figure, height=SIDE)
    figure.update_layout(margin={"l": 2, "r": 2, "t": 4, "b": 4}, showlegend=False)
    figure.update_xaxes(visible=False, constrain="domain")
    figure.update_yaxes(visible=False, autorange="reversed", scaleanchor="x", constrain="domain")


def _table(pixels: np.ndarray) -> Table:
    return Table(
        header=("channel", "smallest", "mean", "largest"),
        rows=tuple(
            (str(place), str(int(channel.min())), f"{channel.mean():.1f}", str(int(channel.max())))
            for place, channel in enumerate(pixels)
        ),
        caption="Grey values of the input",
    )
