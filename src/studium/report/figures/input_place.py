"""Where an input that is a single number lies, on the curve that the network has learned."""

from __future__ import annotations

import plotly.graph_objects as go

from studium.introspection.activation_results import InputPlace
from studium.report.drawing import Drawing, style
from studium.report.figures.unit_responses import add_range
from studium.report.labels import label
from studium.report.numbers import number
from studium.report.palette import BLUE, ORANGE
from studium.report.table import Table

_TABLE_ROWS = 21


def draw_input_place(name: str, data: InputPlace) -> Drawing:
    """Draw the curve, the training range shaded, and the input on it.

    Args:
        name: Of the drawing.
        data: The place.
    """
    figure = go.Figure()
    figure.add_scatter(
        x=data.x,
        y=data.prediction,
        mode="lines",
        line={"color": BLUE, "width": 2},
        hovertemplate="%{x:.3g}: %{y:.3g}<extra></extra>",
    )
    marker = {"color": ORANGE, "size": 12, "symbol": "circle" if inside(data) else "x"}
    figure.add_scatter(
        x=[data.value],
        y=[data.predicted],
        mode="markers",
        marker=marker,
        hovertemplate="%{x:.3g}: %{y:.3g}<extra>input</extra>",
    )
    style(figure, height=300, x_title=label(data.input_name), y_title=label(data.target_name))
    figure.update_layout(showlegend=False)
    add_range(figure, data.low, data.high)
    where = "inside" if inside(data) else "outside"
    words = f"{data.input_name} = {data.value:g} lies {where} {number(data.low)} to {number(data.high)}, {data.range_is}"
    return Drawing(
        name=name,
        title="The network's curve",
        alternative=f"The network's curve of {data.target_name}; {words}; it says {number(data.predicted)}.",
        caption=f"The network's curve; shaded is {data.range_is}. {words}.",
        figure=figure,
        table=_table(data),
    )


def inside(data: InputPlace) -> bool:
    """Whether the input lies among the training inputs."""
    return data.low <= data.value <= data.high


def _table(data: InputPlace) -> Table:
    step = max(1, (len(data.x) - 1) // (_TABLE_ROWS - 1))
    return Table(
        header=(data.input_name, data.target_name),
        rows=tuple(
            (number(float(x)), number(float(y)))
            for x, y in zip(data.x[::step], data.prediction[::step], strict=True)
        ),
        caption="The network's curve at some places",
    )
