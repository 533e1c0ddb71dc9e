"""How each hidden unit of a layer responds to the only input."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from studium.introspection.weight_results import UnitResponses
from studium.report.drawing import Drawing, style
from studium.report.labels import label
from studium.report.numbers import count, number
from studium.report.palette import BLUE, GREY_BAND, ORANGE
from studium.report.table import Table

_MOST_UNITS = 256
_TABLE_ROWS = 20


def draw_unit_responses(name: str, data: UnitResponses, place: int, unit: int | None = None) -> Drawing:
    """Draw one line a unit over the training range, shaded, and beyond it.

    Args:
        name: Of the drawing.
        data: The responses.
        place: Which of its layers.
        unit: Drawn in another colour.
    """
    activations = data.activations[place][:_MOST_UNITS]  # [H, G]
    figure = go.Figure()
    for number_, values in enumerate(activations):
        chosen = number_ == unit
        figure.add_scatter(
            x=data.x,
            y=values,
            mode="lines",
            line={"color": ORANGE if chosen else BLUE, "width": 2.6 if chosen else 1},
            opacity=1 if chosen else 0.45,
            name=f"unit {number_}",
            hovertemplate=f"unit {number_}: %{{y:.3g}} at %{{x:.3g}}<extra></extra>",
        )
    style(figure, height=300, x_title=label(data.input_name), y_title="activation")
    figure.update_layout(showlegend=False)
    add_range(figure, data.low, data.high)
    layer = data.layers[place]
    words = f"{count(len(activations), 'unit')} of {layer} over {data.input_name}."
    return Drawing(
        name=name,
        title=layer,
        alternative=f"{words} {_steady(data, place)}",
        caption=f"One line a unit, after the layer's function; shaded is {data.range_is}. {_steady(data, place)}",
        figure=figure,
        table=_table(data, place),
    )


def add_range(figure: go.Figure, low: float, high: float) -> None:
    """Shade the training range."""
    figure.add_vrect(x0=low, x1=high, fillcolor=GREY_BAND, line_width=0, layer="below")


def _inside(data: UnitResponses, place: int) -> np.ndarray:
    inside = (data.x >= data.low) & (data.x <= data.high)
    values: np.ndarray = data.activations[place][:, inside]
    return values


def _steady(data: UnitResponses, place: int) -> str:
    """How many units hardly respond."""
    spans = np.ptp(_inside(data, place), axis=1)
    idle = int((spans < 0.01 * spans.max()).sum())
    if not idle:
        return "Every unit responds inside the training range."
    verb = "responds" if idle == 1 else "respond"
    return f"{count(idle, 'unit')} hardly {verb} inside the training range (less than 1% of the most responsive)."


def _table(data: UnitResponses, place: int) -> Table:
    values = _inside(data, place)
    order = np.argsort(-np.ptp(values, axis=1), kind="stable")[:_TABLE_ROWS]
    x = data.x[(data.x >= data.low) & (data.x <= data.high)]
    return Table(
        header=("unit", "smallest", "at", "largest", "at"),
        rows=tuple(
            (
                str(unit),
                number(values[unit].min()),
                number(float(x[values[unit].argmin()])),
                number(values[unit].max()),
                number(float(x[values[unit].argmax()])),
            )
            for unit in order
        ),
        caption=f"The most responsive units of {data.layers[place]} inside the training range",
    )
