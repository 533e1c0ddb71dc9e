"""What a network says of an input: the probability of each class."""

from __future__ import annotations

import plotly.graph_objects as go

from studium.introspection.activation_results import LayerActivation, Output
from studium.report.drawing import Drawing, style
from studium.report.labels import labels
from studium.report.numbers import number
from studium.report.palette import BLUE, GREEN, ORANGE
from studium.report.table import Table

_MOST_BARS = 20


def draw_output_bars(
    name: str, output: Output, layer: LayerActivation | None, actual: str | float | None
) -> Drawing:
    """Draw a bar a class: green is the true one, orange a wrong prediction.

    Args:
        name: Of the drawing.
        output: Of a classifier.
        layer: The output layer, for its logits in the table; ``None`` where it was not chosen.
        actual: The true class, where it is known.
    """
    order = sorted(range(len(output.names)), key=lambda place: -output.values[place])
    shown = sorted(order[:_MOST_BARS])
    names = labels([output.names[place] for place in shown])
    figure = go.Figure(
        go.Bar(
            x=[output.values[place] for place in shown],
            y=names,
            orientation="h",
            marker={"color": [_colour(output, output.names[place], actual) for place in shown]},
            hovertemplate="%{y}: %{x:.2%}<extra></extra>",
        )
    )
    style(figure, height=90 + 22 * len(shown), x_title="probability")
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False, ticks="")
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%")
    best = max(output.values)
    cut = f" Shown are the likeliest {_MOST_BARS} of {len(order)} classes." if len(order) > _MOST_BARS else ""
    key = "" if actual is None else " Green is the true class, orange a wrong prediction."
    return Drawing(
        name=name,
        title="output",
        alternative=f"Probabilities of {len(order)} classes; the likeliest is {output.predicted} with {best:.1%}.",
        caption=f"The likeliest class is {output.predicted} with {best:.1%}.{key}{cut}",
        figure=figure,
        table=_table(output, layer, order),
    )


def _colour(output: Output, name: str, actual: str | float | None) -> str:
    if name == actual:
        return GREEN
    return ORANGE if name == output.predicted and actual is not None else BLUE


def _table(output: Output, layer: LayerActivation | None, order: list[int]) -> Table:
    logits = [] if layer is None else [number(float(layer.activation[place])) for place in order]
    shares = [f"{output.values[place]:.2%}" for place in order]
    columns = [[output.names[place] for place in order], shares, *([logits] if logits else [])]
    return Table(
        header=("class", "probability", *(["logit"] if logits else [])),
        rows=tuple(zip(*columns, strict=True)),
        caption="All classes, the likeliest first",
    )
