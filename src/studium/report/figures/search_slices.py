"""Slices through a search: the score of every trained trial over each parameter.

Optuna's own figure shows complete trials alone, which a race leaves few of, in one row that does not wrap.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from plotly.subplots import make_subplots

from studium.report.drawing import Drawing, style
from studium.report.figures.search_marks import LOOKS, is_logarithmic, score_axis
from studium.report.numbers import METRIC_NAMES, listed
from studium.report.search_words import dimensions, last_score
from studium.report.study_words import value_text
from studium.report.table import Table
from studium.report.value_axis import ValueAxis, value_axis
from studium.studies.results import MetricName, Value
from studium.studies.search_results import SearchResult

if TYPE_CHECKING:
    from studium.studies import Dimension

_SHOWN = 8  # parameters, the most important ones
_COLUMNS = 2
_ROW, _FRAME, _GAP = 170, 100, 62  # heights in pixels: of a slice, of what is around all, and between two


@dataclass(frozen=True)
class SlicePoint:
    """A trial in a slice: its number, its outcome, the value of the parameter, and its score."""

    trial: int
    outcome: str
    value: Value
    score: float


@dataclass(frozen=True)
class Slice:
    """Scores over one parameter, of the trials that have it."""

    axis: ValueAxis
    points: tuple[SlicePoint, ...]


@dataclass(frozen=True)
class SearchSlicesData:
    """Slices of a search.

    Attributes:
        slices: Of the parameters, the most important first.
        n_parameters: Of the space; there may be more than slices.
        metric: What the scores are.
        resampling: Replicates in words.
    """

    slices: tuple[Slice, ...]
    n_parameters: int
    metric: MetricName
    resampling: str

    @property
    def scores(self) -> list[float]:
        """All scores."""
        return [point.score for each in self.slices for point in each.points]


def search_slices_data(found: SearchResult) -> SearchSlicesData | None:
    """Gather the slices of the most important parameters; ``None`` when no trial has a score."""
    table = {each.name: each for each in dimensions(found)}
    names = [each.parameter for each in found.importance] or list(found.parameters)
    slices = [found_slice for name in names if (found_slice := _slice(table[name], found)) is not None]
    if not slices:
        return None
    return SearchSlicesData(tuple(slices[:_SHOWN]), len(table), found.metric, found.resampling)


def _slice(dimension: Dimension, found: SearchResult) -> Slice | None:
    winner = None if found.winner is None else found.winner.trial
    points = [
        SlicePoint(
            trial.number,
            "winner" if trial.number == winner else trial.status,
            trial.values[dimension.name],
            score,
        )
        for trial in found.trials
        if dimension.name in trial.values and (score := last_score(trial)) is not None
    ]
    if not points:
        return None
    values = [*dimension.values, *(point.value for point in points)]
    return Slice(value_axis(dimension.parameter.label, values, log=dimension.is_log), tuple(points))


def draw_search_slices(name: str, data: SearchSlicesData) -> Drawing:
    """Draw a small chart a parameter, all with the same scale of scores."""
    columns = min(_COLUMNS, len(data.slices))
    rows = math.ceil(len(data.slices) / columns)
    height = _FRAME + rows * _ROW + (rows - 1) * _GAP
    figure = make_subplots(
        rows=rows,
        cols=columns,
        shared_yaxes=True,
        horizontal_spacing=0.04,
        vertical_spacing=_GAP / (height - _FRAME) if rows > 1 else 0,
    )
    style(figure, height=height)
    for place, each in enumerate(data.slices):
        _add_slice(figure, each, place // columns + 1, place % columns + 1)
    _name_outcomes(figure)
    figure.update_yaxes(score_axis(data.scores, data.metric), automargin=False)
    if len(data.slices) % columns:  # an empty place
        figure.update_xaxes(visible=False, row=rows, col=columns)
        figure.update_yaxes(visible=False, row=rows, col=columns)
    return Drawing(
        name=name,
        title="Scores over each parameter",
        alternative=_alternative(data),
        caption=_caption(data),
        figure=figure,
        table=_table(data),
    )


def _add_slice(figure: object, each: Slice, row: int, column: int) -> None:
    for outcome in ("pruned", "complete", "winner"):
        points = [point for point in each.points if point.outcome == outcome]
        if points:
            figure.add_scatter(  # type: ignore[attr-defined]
                x=[each.axis.place(point.value) for point in points],
                y=[point.score for point in points],
                mode="markers",
                marker=LOOKS[outcome] | {"size": 11 if outcome == "winner" else 6},
                name=outcome,
                legendgroup=outcome,
                text=[f"trial {point.trial}, {each.axis.text(point.value)}" for point in points],
                hovertemplate=f"%{{text}}: %{{y:.4g}}<extra>{outcome}</extra>",
                row=row,
                col=column,
            )
    places, texts = _ticks(each)
    figure.update_xaxes(  # type: ignore[attr-defined]
        tickvals=places,
        ticktext=texts,
        range=each.axis.range,
        title={"text": each.axis.label, "standoff": 4},
        row=row,
        col=column,
    )


def _ticks(each: Slice) -> tuple[list[float], list[str]]:
    # Counts have no halves.
    ticks = list(zip(*each.axis.ticks(), strict=True))
    if all(isinstance(point.value, int | str) for point in each.points):
        ticks = [
            (place, text) for place, text in ticks if text in each.axis.names or float(text).is_integer()
        ]
    return [place for place, _ in ticks], [text for _, text in ticks]


def _name_outcomes(figure: object) -> None:
    seen: set[str] = set()
    for trace in figure.data:  # type: ignore[attr-defined]
        trace.showlegend = trace.name not in seen
        seen.add(trace.name)


def _alternative(data: SearchSlicesData) -> str:
    names = [each.axis.label for each in data.slices]
    return (
        f"Scatter charts of the validation {METRIC_NAMES[data.metric]} over {listed(names)}. "
        + " ".join(filter(None, (_best_third(each, data.metric) for each in data.slices)))
    ).strip()


def _best_third(each: Slice, name: MetricName) -> str:
    # Where the best complete trials lie.
    complete = [point for point in each.points if point.outcome != "pruned"]
    if not complete:
        return ""
    sign = -1 if name == "accuracy" else 1
    best = sorted(complete, key=lambda point: sign * point.score)[: math.ceil(len(complete) / 3)]
    return f"The best third of the complete trials has {each.axis.label} {_span([point.value for point in best])}."


def _span(values: Sequence[Value]) -> str:
    names = list(dict.fromkeys(value for value in values if isinstance(value, str)))
    numbers = sorted(value for value in values if not isinstance(value, str))
    ends = list(dict.fromkeys(value_text(value) for value in numbers[:1] + numbers[-1:]))
    return " or ".join(filter(None, [" to ".join(ends), *names]))


def _caption(data: SearchSlicesData) -> str:
    shown = (
        f"The {len(data.slices)} most important of {data.n_parameters} parameters. "
        if len(data.slices) < data.n_parameters
        else ""
    )
    axis = " The vertical axes are logarithmic." if is_logarithmic(data.scores, data.metric) else ""
    return (
        f"{shown}Validation {METRIC_NAMES[data.metric]}, means over {data.resampling}; a pruned trial stands at its score "
        "when it was dropped, after fewer epochs. A trial is in the chart of each parameter that it has. The other "
        f"parameters vary too, so a chart shows where good trials lie, not what the parameter does alone.{axis}"
    )


def _table(data: SearchSlicesData) -> Table:
    return Table(
        header=("parameter", "trials", "complete", "best third of the complete"),
        rows=tuple(_row(each, data.metric) for each in data.slices),
        caption="Where the best complete trials lie along each parameter",
        words=(0, 3),
    )


def _row(each: Slice, name: MetricName) -> tuple[str, ...]:
    complete = sum(point.outcome != "pruned" for point in each.points)
    where = _best_third(each, name).removesuffix(".").rpartition(f"{each.axis.label} ")[2]
    return each.axis.label, f"{len(each.points)}", f"{complete}", where or "–"
