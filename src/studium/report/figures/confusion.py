"""Confusion matrix: which classes are taken for which."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from studium.report.drawing import Drawing, style
from studium.report.labels import labels
from studium.report.numbers import count
from studium.report.palette import SCALE
from studium.report.table import Table
from studium.runs.results import TrainResult

_MISTAKES = 3
_MOST_NUMBERS = 20  # classes up to which each cell has its count


@dataclass(frozen=True)
class Mistake:
    """Rows of one class that were taken for another.

    Attributes:
        true: Name of the true class.
        predicted: Name of the class they were taken for.
        count: Rows.
        share: Of all rows of the true class, in [0, 1].
    """

    true: str
    predicted: str
    count: int
    share: float


@dataclass(frozen=True)
class ConfusionData:
    """Test rows by true class (first axis) and predicted class (second).

    Attributes:
        classes: Names, ``[C]``.
        counts: Rows, ``[C, C]``.
        shares: Of the rows of the true class, ``[C, C]``; zeros for a class without rows.
        recalls: Share of right rows of each class, ``[C]``; ``None`` for a class without rows.
        mistakes: The most frequent ones, most first.
    """

    classes: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    shares: tuple[tuple[float, ...], ...]
    recalls: tuple[float | None, ...]
    mistakes: tuple[Mistake, ...]


def confusion_data(result: TrainResult) -> ConfusionData | None:
    """Gather the matrix; ``None`` for a regression."""
    matrix = result.evidence.confusion
    if matrix is None:
        return None
    shares = tuple(tuple(value / max(sum(row), 1) for value in row) for row in matrix.counts)
    recalls = tuple(shares[place][place] if sum(row) else None for place, row in enumerate(matrix.counts))
    return ConfusionData(
        matrix.classes, matrix.counts, shares, recalls, _mistakes(matrix.classes, matrix.counts, shares)
    )


def draw_confusion(name: str, data: ConfusionData) -> Drawing:
    """Draw the matrix: colours are shares of the true class, numbers are counts."""
    names = labels(data.classes, longest=14)
    numbers = {"text": data.counts, "texttemplate": "%{text}"} if len(names) <= _MOST_NUMBERS else {}
    figure = go.Figure(
        go.Heatmap(
            x=names,
            y=names,
            z=data.shares,
            zmin=0,
            zmax=1,
            colorscale=[[place / (len(SCALE) - 1), colour] for place, colour in enumerate(SCALE)],
            customdata=data.counts,
            hovertemplate="true: %{y}<br>predicted: %{x}<br>%{customdata} rows, %{z:.1%} of the class<extra></extra>",
            showscale=False,
            textfont={"size": 11},
            xgap=1,
            ygap=1,
            **numbers,
        )
    )
    style(figure, height=max(260, min(520, 120 + 36 * len(names))), x_title="predicted class")
    figure.update_xaxes(type="category", automargin=True, showgrid=False, ticks="", showline=False)
    figure.update_yaxes(type="category", autorange="reversed", showgrid=False, title_text="true class")
    return Drawing(
        name=name,
        title="Confusion matrix",
        alternative=f"Confusion matrix of {len(data.classes)} classes. {confusion_words(data)}",
        caption="Numbers count test rows; the darker a cell, the larger its share of the rows of the true class.",
        figure=figure,
        table=_table(data),
    )


def confusion_words(data: ConfusionData) -> str:
    """What stands out in the matrix, in sentences."""
    known = [
        (recall, name) for recall, name in zip(data.recalls, data.classes, strict=True) if recall is not None
    ]
    (low, worst), (high, best) = min(known), max(known)
    words = f"Best recognised is {best} ({high:.1%}), worst {worst} ({low:.1%})."
    if not data.mistakes:
        return f"{words} There is no mistake."
    listed = "; ".join(
        f"{each.true} taken for {each.predicted}, {count(each.count, 'time')} ({each.share:.1%} of its rows)"
        for each in data.mistakes
    )
    return f"{words} Most frequent mistakes: {listed}."


def _mistakes(
    classes: tuple[str, ...], counts: tuple[tuple[int, ...], ...], shares: tuple[tuple[float, ...], ...]
) -> tuple[Mistake, ...]:
    cells = [
        Mistake(true, predicted, counts[row][column], shares[row][column])
        for row, true in enumerate(classes)
        for column, predicted in enumerate(classes)
        if row != column and counts[row][column]
    ]
    return tuple(sorted(cells, key=lambda each: -each.count)[:_MISTAKES])


def _table(data: ConfusionData) -> Table:
    rows = zip(data.classes, data.counts, data.recalls, strict=True)
    return Table(
        header=("true class", *data.classes, "right"),
        rows=tuple(
            (name, *(f"{value:,}" for value in counts), "–" if recall is None else f"{recall:.1%}")
            for name, counts, recall in rows
        ),
        caption="Test rows by true class (rows) and predicted class (columns)",
    )
