"""How much each part of an input contributes to one unit: as images for pictures, as bars for tables."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from studium.introspection.activation_results import Attribution, Attributions
from studium.report.drawing import Drawing, style
from studium.report.figures.input_picture import SIDE, bare_picture
from studium.report.labels import labels
from studium.report.mosaic import signed_colours
from studium.report.numbers import number
from studium.report.palette import BLUE, ORANGE
from studium.report.table import Table

_MOST_BARS = 40
_TABLE_ROWS = 20
_CLIPPED = (
    99.0  # percentile of absolute values at the end of the scale: single pixels do not darken all others
)


def draw_attribution(name: str, data: Attributions, method: Attribution) -> Drawing:
    """Draw one method: blue raises the attributed number, orange lowers it.

    Args:
        name: Of the drawing.
        data: What is attributed.
        method: One of its methods.
    """
    figure = _bars(method) if method.names else _image(method)
    return Drawing(
        name=name,
        title=method.method,
        alternative=f"{method.method} of the {data.explained}. {_extremes(method)}",
        caption=attribution_words(data, method),
        figure=figure,
        table=_table(method),
    )


def attribution_words(data: Attributions, method: Attribution) -> str:
    """How to read one method, with its numbers."""
    if method.method == "gradient":
        unit = "its column" if method.names else "the whole range from black to white"
        return f"How much the {data.explained} would change per {unit}, to first order."
    if method.error is None:
        part = "column" if method.names else "square of pixels"
        return f"How much is lost when a {part} is replaced by {method.reference}."
    return (
        f"How much each part adds to the difference from {method.reference}: together {number(method.sum)}, "
        f"{_off(data, method.error)}."
    )


def _off(data: Attributions, error: float) -> str:
    """How far integrated gradients are from completeness."""
    total = abs(data.value - data.reference_value)
    if total == 0:
        return "where it should be 0"
    return f"within {max(abs(error) / total, 1e-4):.2%} of the exact total"


def _image(method: Attribution) -> go.Figure:
    values = method.values.sum(axis=0)  # [C, H, W] -> [H, W]
    end = float(np.percentile(np.abs(values), _CLIPPED)) or float(np.abs(values).max()) or 1.0
    figure = go.Figure(
        go.Heatmap(
            z=values,
            zmin=-end,
            zmax=end,
            colorscale=signed_colours(),
            showscale=False,
            hovertemplate="row %{y}, column %{x}: %{z:.3g}<extra></extra>",
        )
    )
    bare_picture(figure)
    return figure


def _bars(method: Attribution) -> go.Figure:
    order = sorted(range(len(method.names)), key=lambda place: -abs(float(method.values[place])))[:_MOST_BARS]
    values = [float(method.values[place]) for place in order]
    figure = go.Figure(
        go.Bar(
            x=values,
            y=labels([method.names[place] for place in order]),
            orientation="h",
            marker={"color": [BLUE if value >= 0 else ORANGE for value in values]},
            hovertemplate="%{y}: %{x:.3g}<extra></extra>",
        )
    )
    style(figure, height=max(SIDE, 70 + 20 * len(order)))
    figure.update_layout(margin={"l": 20, "r": 12, "t": 6, "b": 30})
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False, ticks="")
    return figure


def _extremes(method: Attribution) -> str:
    return f"Values reach from {number(float(method.values.min()))} to {number(float(method.values.max()))}."


def _table(method: Attribution) -> Table:
    flat = method.values.ravel()
    order = np.argsort(-np.abs(flat), kind="stable")[:_TABLE_ROWS]
    names = method.names or [_pixel(method.values.shape, place) for place in range(len(flat))]
    return Table(
        header=("column" if method.names else "pixel", "attribution"),
        rows=tuple((names[place], number(float(flat[place]))) for place in order),
        caption=f"The largest values of the {method.method}, of a sum of {number(method.sum)}",
    )


def _pixel(shape: tuple[int, ...], place: int) -> str:
    channel, row, column = (int(each) for each in np.unravel_index(place, shape))
    return f"row {row}, column {column}" + (f", channel {channel}" if shape[0] > 1 else "")
