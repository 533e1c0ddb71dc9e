"""What each unit of a linear layer makes of an input, as bars."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from studium.introspection.activation_results import LayerActivation
from studium.report.drawing import Drawing, style
from studium.report.numbers import count, number
from studium.report.palette import BLUE, ORANGE
from studium.report.table import Table

_TABLE_ROWS = 20


def draw_layer_bars(name: str, layer: LayerActivation, unit: int | None = None) -> Drawing:
    """Draw the activation of every unit after the layer's function.

    Args:
        name: Of the drawing.
        layer: A linear layer.
        unit: Drawn in another colour.
    """
    values = layer.activation
    colours = [ORANGE if place == unit else BLUE for place in range(len(values))]
    figure = go.Figure(
        go.Bar(
            x=list(range(len(values))),
            y=values,
            marker={"color": colours, "line": {"width": 0}},
            customdata=layer.pre_activation,
            hovertemplate="unit %{x}: %{y:.3g} (pre-activation %{customdata:.3g})<extra></extra>",
        )
    )
    style(figure, height=230, x_title="unit", y_title="activation")
    figure.update_layout(bargap=0.15)
    words = f"{count(len(values), 'unit')} after {layer.function}. {_words(values)}"
    return Drawing(
        name=name,
        title=layer.name,
        alternative=f"Activations of {layer.name}: {words}",
        caption=words,
        figure=figure,
        table=_table(layer),
    )


def _words(values: np.ndarray) -> str:
    strongest = int(values.argmax())
    zero = int((values == 0).sum())
    silent = f"; {zero} give exactly 0" if zero > 1 else "; 1 gives exactly 0" if zero else ""
    return f"Unit {strongest} fires most, {number(float(values[strongest]))}{silent}."


def _table(layer: LayerActivation) -> Table:
    order = np.argsort(-np.abs(layer.activation), kind="stable")[:_TABLE_ROWS]
    return Table(
        header=("unit", "pre-activation", "activation"),
        rows=tuple(
            (str(place), number(float(layer.pre_activation[place])), number(float(layer.activation[place])))
            for place in order
        ),
        caption=f"Units of {layer.name}, the largest activations first",
    )
