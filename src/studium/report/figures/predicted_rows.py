"""A regression with several inputs: predictions beside the true values."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import plotly.graph_objects as go

from studium.report.drawing import Drawing, style
from studium.report.labels import label
from studium.report.numbers import count, number
from studium.report.palette import BLUE, GREY
from studium.report.table import Table
from studium.runs.evidence import PredictedRows
from studium.runs.results import TrainResult

_GROUPS = 10


@dataclass(frozen=True)
class Group:
    """Test rows whose true values are neighbours: their mean true value, mean prediction, and number."""

    true: float
    predicted: float
    n: int


@dataclass(frozen=True)
class PredictedRowsData:
    """Predictions of one target.

    Attributes:
        rows: True values and predictions.
        explained: Share of the variance that is explained, R squared; ``None`` when all true values are equal.
        groups: The rows in order of their true value, cut into equal groups.
    """

    rows: PredictedRows
    explained: float | None
    groups: tuple[Group, ...]


def predicted_rows_data(result: TrainResult) -> list[PredictedRowsData]:
    """Gather the predictions, one entry a target; none for other kinds of data."""
    return [PredictedRowsData(rows, _explained(rows), _groups(rows)) for rows in result.evidence.predictions]


def draw_predicted_rows(name: str, data: PredictedRowsData) -> Drawing:
    """Draw predictions over true values, with the line on which they would be right."""
    rows = data.rows
    ends = [min(*rows.true, *rows.predicted), max(*rows.true, *rows.predicted)]
    figure = go.Figure()
    figure.add_scatter(
        x=ends, y=ends, mode="lines", line={"color": GREY, "width": 1.5, "dash": "dash"}, name="right"
    )
    figure.add_scatter(
        x=rows.true,
        y=rows.predicted,
        mode="markers",
        marker={"color": BLUE, "size": 6, "opacity": 0.6},
        name="test rows",
        hovertemplate="true %{x:.4g}, predicted %{y:.4g}",
    )
    target = label(rows.target_name)
    style(figure, height=400, x_title=f"{target}, true", y_title=f"{target}, predicted")
    return Drawing(
        name=name,
        title="Predicted and true values",
        alternative=f"Scatter of {count(len(rows.true), 'test row')}: predicted over true values of {rows.target_name}.",
        caption=_caption(data),
        figure=figure,
        table=_table(data),
    )


def _explained(rows: PredictedRows) -> float | None:
    mean = sum(rows.true) / len(rows.true)
    total = sum((value - mean) ** 2 for value in rows.true)
    if total == 0:
        return None
    return 1 - sum((true - guess) ** 2 for true, guess in zip(rows.true, rows.predicted, strict=True)) / total


def _groups(rows: PredictedRows) -> tuple[Group, ...]:
    pairs = sorted(zip(rows.true, rows.predicted, strict=True))
    n_groups = min(_GROUPS, len(pairs))
    edges = [len(pairs) * place // n_groups for place in range(n_groups + 1)]
    parts = [pairs[start:stop] for start, stop in pairwise(edges)]
    return tuple(
        Group(
            sum(true for true, _ in part) / len(part), sum(guess for _, guess in part) / len(part), len(part)
        )
        for part in parts
    )


def _caption(data: PredictedRowsData) -> str:
    rows = data.rows
    drawn = f" {len(rows.true):,} of {rows.n:,} test rows are drawn." if rows.n > len(rows.true) else ""
    share = (
        f" The model explains {100 * data.explained:.1f}% of the variance."
        if data.explained is not None
        else ""
    )
    return f"On the dashed line predictions are right.{share}{drawn}"


def _table(data: PredictedRowsData) -> Table:
    return Table(
        header=("true, mean", "predicted, mean", "rows"),
        rows=tuple((number(each.true), number(each.predicted), f"{each.n:,}") for each in data.groups),
        caption=f"Test rows in the order of their true {data.rows.target_name}, in equal groups",
    )
