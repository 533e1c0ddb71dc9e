"""The incoming weights of one unit as bars."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from studium.introspection.weight_results import UnitWeights
from studium.report.drawing import Drawing, style
from studium.report.labels import labels
from studium.report.numbers import count, number
from studium.report.palette import BLUE, ORANGE
from studium.report.table import Table

_NAMED = 24  # inputs up to which each bar has its name
_TABLE_ROWS = 20


def draw_unit_weights(name: str, data: UnitWeights) -> Drawing:
    """Draw the weights in the order of the inputs: blue excites, orange inhibits."""
    weights = data.incoming
    names = labels(data.incoming_names)
    figure = go.Figure(
        go.Bar(
            x=list(range(len(weights))),
            y=weights,
            marker={"color": [BLUE if value >= 0 else ORANGE for value in weights], "line": {"width": 0}},
            customdata=names,
            hovertemplate="%{customdata}: %{y:.3g}<extra></extra>",
        )
    )
    style(figure, height=280, x_title="" if len(names) <= _NAMED else "input of the layer", y_title="weight")
    if len(names) <= _NAMED:
        figure.update_xaxes(tickvals=list(range(len(names))), ticktext=names)
    strongest = data.incoming_names[int(np.abs(weights).argmax())]
    words = f"{count(len(weights), 'weight')}; the strongest comes from {strongest}."
    return Drawing(
        name=name,
        title=f"Weights into unit {data.unit} of {data.layer}",
        alternative=f"Bars of {words}",
        caption=f"{words} Blue excites, orange inhibits.",
        figure=figure,
        table=_table(data),
    )


def _table(data: UnitWeights) -> Table:
    order = np.argsort(-np.abs(data.incoming), kind="stable")[:_TABLE_ROWS]
    return Table(
        header=("from", "weight"),
        rows=tuple((data.incoming_names[place], number(float(data.incoming[place]))) for place in order),
        caption="The strongest weights",
    )
