"""The weights of one layer as a histogram, trained beside freshly initialised."""

from __future__ import annotations

import math

import plotly.graph_objects as go

from studium.introspection.weight_results import Histogram, LayerWeights
from studium.report.drawing import Drawing, style
from studium.report.numbers import count, number
from studium.report.palette import BLUE, BLUE_BAND, GREY
from studium.report.table import Table

_TABLE_ROWS = 20
_NONE = 0.1  # stands for no weights on the logarithmic axis, below what is shown


def draw_weight_histogram(name: str, layer: LayerWeights) -> Drawing:
    """Draw both histograms over the same bins; counts are on a logarithmic axis, so that tails are seen.

    Args:
        name: Of the drawing.
        layer: With its histogram.
    """
    figure = go.Figure()
    histogram = layer.histogram
    for label, counts, line, fill in (
        ("trained", histogram.trained, BLUE, BLUE_BAND),
        ("initial", histogram.initial, GREY, None),
    ):
        outline = {"color": line, "width": 1.6, "shape": "hv", "dash": None if fill else "dot"}
        figure.add_scatter(
            x=histogram.edges.tolist(),
            y=[max(value, _NONE) for value in (*counts, 0)],
            customdata=[*counts, 0],
            mode="lines",
            line=outline,
            fill="tozeroy" if fill else None,
            fillcolor=fill,
            name=label,
            hovertemplate="from %{x:.3g}: %{customdata:,} weights",
        )
    style(figure, height=270, x_title="weight", y_title="weights (log)")
    most = max(*histogram.trained, *histogram.initial)
    figure.update_yaxes(type="log", range=_log_range(most), dtick=1, tickformat=",d")
    return Drawing(
        name=name,
        title=layer.name,
        alternative=f"Histogram of {count(sum(histogram.trained), 'weight')} of {layer.name}. {_words(layer)}",
        caption=_words(layer),
        figure=figure,
        table=_table(layer.name, histogram),
    )


def _log_range(most: int) -> list[float]:
    return [math.log10(0.7), math.log10(most * 1.5)]


def _words(layer: LayerWeights) -> str:
    histogram = layer.histogram
    change = "" if layer.change is None else f"; they moved by {layer.change:.0%} of their initial norm"
    return f"Trained weights reach from {_reach(histogram, histogram.trained)}, initial ones from " + (
        f"{_reach(histogram, histogram.initial)}{change}."
    )


def _reach(histogram: Histogram, counts: tuple[int, ...]) -> str:
    filled = [place for place, value in enumerate(counts) if value]
    return f"{number(float(histogram.edges[filled[0]]))} to {number(float(histogram.edges[filled[-1] + 1]))}"


def _table(name: str, histogram: Histogram) -> Table:
    """Bins merged to fewer rows."""
    step = -(-len(histogram.trained) // _TABLE_ROWS)
    starts = range(0, len(histogram.trained), step)
    return Table(
        header=("weights from", "trained", "initial"),
        rows=tuple(
            (
                number(float(histogram.edges[start])),
                f"{sum(histogram.trained[start : start + step]):,}",
                f"{sum(histogram.initial[start : start + step]):,}",
            )
            for start in starts
        ),
        caption=f"Weights of {name} in bins",
    )
