"""A regression from one input to one target: the fitted curve over the points."""

from __future__ import annotations

import math
from dataclasses import dataclass

import plotly.graph_objects as go

from studium.report.drawing import Drawing, style
from studium.report.labels import label
from studium.report.numbers import count, number
from studium.report.palette import BLUE, BLUE_BAND, GREEN, GREY, ORANGE
from studium.report.table import Table
from studium.runs.evidence import FittedCurve, Points
from studium.runs.results import TrainResult

_TABLE_ROWS = 21


@dataclass(frozen=True)
class FittedCurveData:
    """The exported model's curve, and how far the curves of the other seeds are from it.

    Attributes:
        curve: Grid, curves and points as they were stored.
        fit: The exported model's curve, ``[G]``.
        low: Smallest over all trainings, ``[G]``.
        high: Largest, ``[G]``.
        n: Trainings.
        truth_error: Root of the mean squared distance from the noise-free curve, over the grid between the outermost
            points; ``None`` where nobody knows it.
    """

    curve: FittedCurve
    fit: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    n: int
    truth_error: float | None


def fitted_curve_data(result: TrainResult) -> FittedCurveData | None:
    """Gather the fitted curve; ``None`` for other kinds of data."""
    curve = result.evidence.curve
    if curve is None:
        return None
    columns = list(zip(*curve.fits, strict=True))
    return FittedCurveData(
        curve=curve,
        fit=curve.fits[0],
        low=tuple(map(min, columns)),
        high=tuple(map(max, columns)),
        n=len(curve.fits),
        truth_error=_truth_error(curve),
    )


def draw_fitted_curve(name: str, data: FittedCurveData) -> Drawing:
    """Draw curve and points."""
    curve = data.curve
    figure = go.Figure()
    if data.n > 1:
        figure.add_scatter(
            x=[*curve.x, *reversed(curve.x)],
            y=[*data.high, *reversed(data.low)],
            fill="toself",
            fillcolor=BLUE_BAND,
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            name=f"range of {data.n} trainings",
        )
    if curve.truth:
        line = {"color": GREY, "width": 1.5, "dash": "dash"}
        figure.add_scatter(x=curve.x, y=curve.truth, mode="lines", line=line, name="noise-free curve")
    _add_points(figure, curve.test, "test", GREEN, "cross-thin-open")
    _add_points(figure, curve.train, "training", ORANGE, "circle")
    _add_points(figure, curve.validation, "validation", ORANGE, "circle-open")
    figure.add_scatter(
        x=curve.x, y=data.fit, mode="lines", line={"color": BLUE, "width": 2.5}, name="fitted curve"
    )
    style(figure, height=420, x_title=label(curve.input_name), y_title=label(curve.target_name))
    figure.update_traces(hovertemplate="%{x:.3g}: %{y:.3g}", selector={"hoverinfo": None})
    return Drawing(
        name=name,
        title="Fitted curve",
        alternative=_alternative(data),
        caption=_caption(data),
        figure=figure,
        table=_table(data),
    )


def _add_points(figure: go.Figure, points: Points, name: str, colour: str, symbol: str) -> None:
    if points.x:
        width = 1.2 if symbol.endswith("open") else 0
        marker = {
            "color": colour,
            "size": 7,
            "symbol": symbol,
            "opacity": 0.85,
            "line": {"width": width, "color": colour},
        }
        figure.add_scatter(x=points.x, y=points.y, mode="markers", marker=marker, name=name)


def _truth_error(curve: FittedCurve) -> float | None:
    inputs = (*curve.train.x, *curve.validation.x, *curve.test.x)
    if not curve.truth or not inputs:
        return None
    squares = [
        (fit - truth) ** 2
        for x, fit, truth in zip(curve.x, curve.fits[0], curve.truth, strict=True)
        if min(inputs) <= x <= max(inputs)
    ]
    return math.sqrt(sum(squares) / len(squares))


def _alternative(data: FittedCurveData) -> str:
    curve = data.curve
    points = ", ".join(
        count(len(part.x), f"{kind} point")
        for kind, part in (("training", curve.train), ("validation", curve.validation), ("test", curve.test))
        if part.x
    )
    return (
        f"The fitted curve of {curve.target_name} over {curve.input_name}, from {number(min(data.fit))} to "
        f"{number(max(data.fit))}, with {points}."
    )


def _caption(data: FittedCurveData) -> str:
    spread = ""
    if data.n > 1:
        spread = f" The shaded range holds the curves of all {data.n} trainings: where it is wide, the seed decides."
    truth = ""
    if data.truth_error is not None:
        truth = f" Its distance from the noise-free curve is {number(data.truth_error)} (root mean square)."
    return f"The curve is the exported model's.{spread}{truth}"


def _table(data: FittedCurveData) -> Table:
    curve = data.curve
    step = max(1, (len(curve.x) - 1) // (_TABLE_ROWS - 1))
    columns = [curve.x, data.fit, data.low, data.high, *([curve.truth] if curve.truth else [])]
    return Table(
        header=(
            curve.input_name,
            "fitted",
            "smallest fit",
            "largest fit",
            *(["noise-free"] if curve.truth else []),
        ),
        rows=tuple(
            tuple(number(column[place]) for column in columns) for place in range(0, len(curve.x), step)
        ),
        caption=f"{curve.target_name} at some places",
    )
