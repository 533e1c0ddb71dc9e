"""What optimised inputs reach, against everything that real inputs reach."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from studium.introspection.maximization_results import Maximization
from studium.report.drawing import Drawing, style
from studium.report.figures.maximized_images import unit_name
from studium.report.labels import labels
from studium.report.numbers import count, number
from studium.report.palette import BLUE, GREY, ORANGE
from studium.report.table import Table

_MOST = 64  # units that are drawn; the table has all


@dataclass(frozen=True)
class Reach:
    """One unit.

    Attributes:
        unit: What to call it.
        optimised: Activation of its best optimised input.
        quantiles: Over real rows: smallest, 5%, 25%, 50%, 75%, 95%, largest; empty without data.
        exceeded: Share of the real rows below the best optimised input; ``None`` without data.
    """

    unit: str
    optimised: float
    quantiles: tuple[float, ...]
    exceeded: float | None


@dataclass(frozen=True)
class MaximizedActivationsData:
    """All units of a maximization.

    Attributes:
        quantity: What an activation is.
        reaches: One for each unit.
        n_real: Real rows; 0 without data.
        real: What to call them.
    """

    quantity: str
    reaches: tuple[Reach, ...]
    n_real: int
    real: str


def maximized_activations_data(result: Maximization) -> MaximizedActivationsData:
    """Gather what each unit's inputs reach."""
    first = result.units[0].real
    return MaximizedActivationsData(
        quantity=result.quantity,
        reaches=tuple(
            Reach(
                unit_name(result, unit),
                unit.best.activation,
                () if unit.real is None else unit.real.quantiles,
                None if unit.real is None else unit.real.exceeded,
            )
            for unit in result.units
        ),
        n_real=0 if first is None else first.n,
        real=f"{'test rows' if result.rows == 'test' else 'rows'} of {result.data}",
    )


def draw_maximized_activations(name: str, data: MaximizedActivationsData) -> Drawing:
    """Draw a line from the 5% to the 95% quantile of each unit's real activations, their largest, and what was reached."""
    shown = data.reaches[:_MOST]
    names = labels([each.unit for each in shown], longest=16)
    figure = go.Figure()
    if data.n_real:
        _add_real(figure, names, shown)
    _add_marks(figure, names, [each.optimised for each in shown], "optimised", ORANGE, "diamond")
    style(figure, height=110 + 24 * len(shown), x_title=data.quantity)
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    left_out = f" The first {_MOST} units are drawn." if len(data.reaches) > _MOST else ""
    return Drawing(
        name=name,
        title="What the optimised inputs reach",
        alternative=f"For each of {count(len(shown), 'unit')}, its activations. {reach_words(data)}",
        caption=f"{_key(data)}{left_out}",
        figure=figure,
        table=reach_table(data),
    )


def reach_words(data: MaximizedActivationsData) -> str:
    """How many units fire more strongly for an optimised input than for any real one, in a sentence."""
    if not data.n_real:
        return "There is no data to compare with."
    above = sum(each.optimised > each.quantiles[-1] for each in data.reaches)
    if len(data.reaches) == 1:
        verdict = "exceeds" if above else "does not exceed"
        return f"The optimised input {verdict} the largest {data.quantity} over {data.n_real:,} {data.real}."
    return (
        f"For {above} of {count(len(data.reaches), 'unit')} the optimised input exceeds the largest {data.quantity} over "
        f"{data.n_real:,} {data.real}."
    )


def _add_real(figure: go.Figure, names: list[str], shown: tuple[Reach, ...]) -> None:
    middle: tuple[list[float | None], list[str]] = ([], [])
    for unit, each in zip(names, shown, strict=True):
        middle[0].extend((each.quantiles[1], each.quantiles[-2], None))  # a gap after each unit
        middle[1].extend((unit, unit, unit))
    figure.add_trace(
        go.Scatter(
            x=middle[0],
            y=middle[1],
            mode="lines",
            line={"color": GREY, "width": 5},
            name="real, 5% to 95%",
            hovertemplate="%{y}: %{x:.4g}<extra>real</extra>",
        )
    )
    _add_marks(figure, names, [each.quantiles[-1] for each in shown], "real, largest", BLUE, "circle")


def _add_marks(
    figure: go.Figure, names: list[str], values: list[float], title: str, colour: str, symbol: str
) -> None:
    figure.add_trace(
        go.Scatter(
            x=values,
            y=names,
            mode="markers",
            marker={"color": colour, "size": 9, "symbol": symbol},
            name=title,
            hovertemplate="%{y}: %{x:.4g}<extra>" + title + "</extra>",
        )
    )


def _key(data: MaximizedActivationsData) -> str:
    if not data.n_real:
        return "Diamonds: the best optimised input of each unit."
    return (
        f"Lines: 5% to 95% of the {data.n_real:,} {data.real}; dots: the largest of them; "
        "diamonds: the best optimised input."
    )


def reach_table(data: MaximizedActivationsData) -> Table:
    """What each unit reaches, with and without optimisation."""
    header = (
        "unit",
        "optimised",
        "real: median",
        "real: 95%",
        "real: largest",
        "real rows below the optimised",
    )
    return Table(
        header=header if data.n_real else header[:2],
        rows=tuple(_cells(each) for each in data.reaches),
        caption=f"Largest {data.quantity} of each unit",
    )


def _cells(reach: Reach) -> tuple[str, ...]:
    if reach.exceeded is None:
        return reach.unit, number(reach.optimised)
    quantiles = [number(reach.quantiles[place]) for place in (3, 5, 6)]
    return reach.unit, number(reach.optimised), *quantiles, f"{100 * reach.exceeded:.2f}%"
