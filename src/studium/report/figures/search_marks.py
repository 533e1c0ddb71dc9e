"""How the trials of a search look in figures: each outcome has a colour and a shape of its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from studium.report.figures.loss_curves import log_ticks
from studium.report.numbers import METRIC_NAMES
from studium.report.palette import BLUE, GREEN, GREY, ORANGE
from studium.studies.results import MetricName

LOOKS: dict[str, dict[str, Any]] = {
    "pruned": {"color": GREY, "size": 7, "symbol": "circle-open", "line": {"width": 1.4}},
    "complete": {"color": BLUE, "size": 8, "symbol": "circle"},
    "winner": {"color": GREEN, "size": 12, "symbol": "diamond"},
    "diverged": {"color": ORANGE, "size": 9, "symbol": "x-thin", "line": {"width": 2, "color": ORANGE}},
    "failed": {"color": ORANGE, "size": 8, "symbol": "triangle-down-open", "line": {"width": 1.6}},
}
"""Markers by outcome; the later ones lie on top of the earlier."""

_LOG_FROM = 8.0  # largest over smallest error from which an axis is logarithmic


def is_logarithmic(scores: Sequence[float], name: MetricName) -> bool:
    """Whether scores span so much that a logarithmic axis is clearer.

    Example:
        >>> is_logarithmic([0.1, 1.0], "mse"), is_logarithmic([0.1, 0.2], "mse"), is_logarithmic([0.1, 1.0], "accuracy")
        (True, False, False)
    """
    return name == "mse" and bool(scores) and min(scores) > 0 and max(scores) / min(scores) >= _LOG_FROM


def score_axis(scores: Sequence[float], name: MetricName) -> dict[str, Any]:
    """Plotly's description of an axis for scores.

    Args:
        scores: What lies on it.
        name: What they are.
    """
    if name == "accuracy":
        return {"tickformat": ".0%"}
    if not is_logarithmic(scores, name):
        return {}
    ticks = log_ticks([min(scores), max(scores)])
    return {"type": "log", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}


def score_title(name: MetricName) -> str:
    """The title of such an axis."""
    return f"validation {METRIC_NAMES[name]}"


def mark_scoreless(figure: go.Figure, x: Sequence[float], texts: Sequence[str], outcome: str) -> None:
    """Mark trials without a score along the upper edge of a figure.

    Args:
        figure: Without subplots.
        x: Where they lie.
        texts: What is said of each.
        outcome: ``diverged`` or ``failed``.
    """
    if not x:
        return
    figure.add_scatter(
        x=list(x),
        y=[0.97] * len(x),
        yaxis="y2",
        mode="markers",
        marker=LOOKS[outcome],
        name=outcome,
        text=list(texts),
        hovertemplate=f"%{{text}}<extra>{outcome}</extra>",
    )
    figure.update_layout(yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True})
