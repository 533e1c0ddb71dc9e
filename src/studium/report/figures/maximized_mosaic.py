"""The optimised images of a whole layer at a glance."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from studium.introspection.maximization_results import Maximization
from studium.report.drawing import Drawing, style
from studium.report.figures.maximized_activations import maximized_activations_data, reach_table
from studium.report.mosaic import unit_labels
from studium.report.numbers import count
from studium.report.pictures import grid, picture_mosaic, png

_MOST = 1024  # units that are drawn; the data has all
_WIDTH = 800  # that the figure is planned for; a narrower page shrinks it
_FRAME, _BESIDE = 40, 56  # pixels around the images for labels


def draw_maximized_mosaic(name: str, result: Maximization) -> Drawing:
    """Draw the best optimised image of every unit, in the order of the units.

    Args:
        name: Of the drawing.
        result: A maximization of images.
    """
    shown = result.units[:_MOST]
    images = np.stack([unit.best.input.image() for unit in shown])
    place = grid(len(images), *images.shape[2:])
    height, width = place.size
    figure = go.Figure(go.Image(source=png(picture_mosaic(images, place)), hoverinfo="skip"))
    style(figure, height=round(_WIDTH * height / width) + _FRAME)
    figure.update_layout(
        margin={"l": 40, "r": 8, "t": 8, "b": 28},
        meta={"aspect": height / width, "frame": _FRAME, "beside": _BESIDE},
    )
    columns, rows = unit_labels(place, [unit.unit for unit in shown])
    bare = {
        "showgrid": False,
        "showline": False,
        "ticks": "",
        "constrain": "domain",
        "tickfont": {"size": 10.5},
    }
    figure.update_xaxes(**bare, **_ticks(columns, place.width, place.gap))
    figure.update_yaxes(**bare, **_ticks(rows, place.height, place.gap), scaleanchor="x")
    left_out = f" The first {_MOST} are drawn." if len(result.units) > _MOST else ""
    return Drawing(
        name=name,
        title="All units",
        alternative=f"The best optimised image of each of {count(len(shown), 'unit')} of {result.layer}.",
        caption=f"The best optimised image of each unit; rows are labelled with their first unit.{left_out}",
        figure=figure,
        table=reach_table(maximized_activations_data(result)),
    )


def _ticks(labels: list[str], side: int, gap: int) -> dict[str, list[object]]:
    return {
        "tickvals": [place * (side + gap) + (side - 1) / 2 for place in range(len(labels))],
        "ticktext": list(labels),
    }
