"""Rows of a table that make units fire."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from studium.introspection.maximization_results import Maximization, MaximizedUnit
from studium.report.drawing import Drawing, style
from studium.report.figures.maximized_images import unit_name
from studium.report.labels import label, labels
from studium.report.numbers import count, number
from studium.report.palette import BLUE, GREY, ORANGE
from studium.report.table import Table

_MOST_UNITS, _MOST_COLUMNS = 64, 12  # that are drawn; the table has all


@dataclass(frozen=True)
class MaximizedRow:
    """What makes one unit fire.

    Attributes:
        unit: What to call it.
        optimised: Value of each column.
        activation: Of the unit.
        agreeing: Starts that end within 1% of the best activation's distance from the start's.
        n_starts: All starts.
        others: The rows that the unit's other starts ended at.
        real: Value of each column of the strongest real row; empty without data.
        real_activation: Its activation; ``None`` without data.
    """

    unit: str
    optimised: dict[str, float | str]
    activation: float
    agreeing: int
    n_starts: int
    others: tuple[dict[str, float | str], ...]
    real: dict[str, float | str]
    real_activation: float | None


@dataclass(frozen=True)
class MaximizedRowsData:
    """All units of a maximization on a table.

    Attributes:
        columns: Of the table.
        quantity: What an activation is.
        rows: One for each unit.
        ranges: Smallest and largest value of each column of numbers.
    """

    columns: tuple[str, ...]
    quantity: str
    rows: tuple[MaximizedRow, ...]
    ranges: dict[str, tuple[float, float]]

    @property
    def numeric(self) -> tuple[str, ...]:
        """Columns that hold numbers."""
        return tuple(column for column in self.columns if column in self.ranges)


def maximized_rows_data(result: Maximization) -> MaximizedRowsData:
    """Gather the best row of each unit, and the strongest real one."""
    return MaximizedRowsData(
        columns=tuple(result.units[0].best.input.values),
        quantity=result.quantity,
        rows=tuple(_row(result, unit) for unit in result.units),
        ranges=result.ranges,
    )


def draw_maximized_rows(name: str, data: MaximizedRowsData) -> list[Drawing]:
    """Draw a panel for each column of numbers: where each unit's optimised and strongest real row lie."""
    return [
        _panel(f"{name}-{place}", data, column) for place, column in enumerate(data.numeric[:_MOST_COLUMNS])
    ]


def _row(result: Maximization, unit: MaximizedUnit) -> MaximizedRow:
    best = unit.best
    near = 0.01 * abs(best.activation - min(each.start_activation for each in unit.inputs))
    real = None if unit.real is None else unit.real.strongest[0]
    return MaximizedRow(
        unit=unit_name(result, unit),
        optimised=best.input.values,
        activation=best.activation,
        agreeing=sum(each.activation >= best.activation - near for each in unit.inputs),
        n_starts=len(unit.inputs),
        others=tuple(each.input.values for each in unit.inputs[1:]),
        real={} if real is None else real.input.values,
        real_activation=None if real is None else real.activation,
    )


def _panel(name: str, data: MaximizedRowsData, column: str) -> Drawing:
    shown = data.rows[:_MOST_UNITS]
    names = labels([row.unit for row in shown], longest=16)
    figure = go.Figure()
    others = [(unit, each[column]) for unit, row in zip(names, shown, strict=True) for each in row.others]
    if others:
        _add(
            figure,
            [unit for unit, _ in others],
            [value for _, value in others],
            "other starts",
            GREY,
            "line-ns-open",
        )
    if shown[0].real:
        _add(figure, names, [row.real[column] for row in shown], "strongest real row", BLUE, "circle-open")
    _add(figure, names, [row.optimised[column] for row in shown], "optimised row", ORANGE, "diamond")
    style(figure, height=120 + 24 * len(shown), x_title=label(column))
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False)
    low, high = data.ranges[column]
    margin = 0.03 * (high - low) or 1.0
    figure.update_xaxes(range=[low - margin, high + margin])
    return Drawing(
        name=name,
        title=f"Where the units fire most: {column}",
        alternative=f"The value of {column} at which each of {count(len(shown), 'unit')} fires most.",
        caption=f"Value of {column} in the row that makes each unit fire most; orange: optimised, blue: real. The axis "
        "spans what the optimised rows may hold. Grey ticks: where the other starts ended, at smaller peaks if elsewhere.",
        figure=figure,
        table=rows_table(data),
    )


def _add(
    figure: go.Figure, names: list[str], values: list[float | str], title: str, colour: str, symbol: str
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


def rows_table(data: MaximizedRowsData) -> Table:
    """Each unit's best row with what it reaches, and what the strongest real row reaches."""
    return Table(
        header=("unit", *data.columns, data.quantity, "strongest real", "starts that agree"),
        rows=tuple(
            (
                row.unit,
                *(_cell(row.optimised[column]) for column in data.columns),
                number(row.activation),
                "–" if row.real_activation is None else number(row.real_activation),
                f"{row.agreeing} of {row.n_starts}",
            )
            for row in data.rows
        ),
        caption="The row that makes each unit fire most",
    )


def _cell(value: float | str) -> str:
    return value if isinstance(value, str) else number(value)
