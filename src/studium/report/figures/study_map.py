"""A study of two parameters: the map of mean scores, with the points that are not worse than the best."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from studium.report.drawing import Drawing, style
from studium.report.figures.loss_curves import log_ticks
from studium.report.figures.study_scores import score_cells
from studium.report.numbers import METRIC_NAMES, count
from studium.report.palette import GREEN, GREY, HALO, ORANGE, SCALE, TEXT
from studium.report.study_words import value_text, verdict
from studium.report.table import Table
from studium.report.value_axis import ValueAxis, value_axis
from studium.studies.results import MetricName, StudyResult, Trial

_CELLS = 108  # along each axis of the background
_WORST = 10.0  # errors from so many times the best on have one colour


@dataclass(frozen=True)
class StudyMapData:
    """Scores over two parameters.

    Attributes:
        axes: Of both parameters.
        names: Of both parameters in the values of the trials.
        trials: All that were tried.
        best: Number of the best trial; ``None`` when all diverged.
        metric: What the scores are.
        n: Replicates.
        resampling: Replicates in words.
    """

    axes: tuple[ValueAxis, ValueAxis]
    names: tuple[str, str]
    trials: tuple[Trial, ...]
    best: int | None
    metric: MetricName
    n: int
    resampling: str

    def place(self, trial: Trial) -> tuple[float, float]:
        """Where a trial lies."""
        first, second = (
            axis.place(trial.values[name]) for axis, name in zip(self.axes, self.names, strict=True)
        )
        return first, second


def study_map_data(study: StudyResult) -> StudyMapData:
    """Gather the map of a study of two parameters."""
    first, second = (
        value_axis(label, [trial.values[name] for trial in study.trials], log=log)
        for name, label, log in zip(study.parameters, study.labels, study.log, strict=True)
    )
    return StudyMapData(
        axes=(first, second),
        names=(study.parameters[0], study.parameters[1]),
        trials=study.trials,
        best=study.best,
        metric=study.metric,
        n=study.n_replicates,
        resampling=study.resampling,
    )


def draw_study_map(name: str, data: StudyMapData) -> Drawing:
    """Draw the map: the colour around each point is its mean, and points that are not worse are filled."""
    figure = go.Figure()
    if data.best is not None:
        _add_background(figure, data)
    looks = {
        "diverged": {"color": ORANGE, "size": 8, "symbol": "x-thin", "line": {"width": 2, "color": ORANGE}},
        "worse": {"color": GREY, "size": 7, "symbol": "circle-open", "line": {"width": 1.2}},
        "not worse": {"color": HALO, "size": 10, "line": {"width": 2, "color": TEXT}},
        "best": {"color": GREEN, "size": 17, "symbol": "diamond", "line": {"width": 2.5, "color": HALO}},
    }
    for word, look in looks.items():
        _add_trials(figure, data, word, look)
    style(figure, height=520, x_title=data.axes[0].label, y_title=data.axes[1].label)
    for axis, update in zip(data.axes, (figure.update_xaxes, figure.update_yaxes), strict=True):
        places, texts = axis.ticks()
        update(tickvals=places, ticktext=texts, range=axis.range, showgrid=False)
    figure.update_layout(margin={"b": 110})
    return Drawing(
        name=name,
        title=f"Map of {data.axes[0].label} and {data.axes[1].label}",
        alternative=_alternative(data),
        caption=_caption(data),
        figure=figure,
        table=_table(data),
    )


def nearest(data: StudyMapData, xs: Sequence[float], ys: Sequence[float]) -> np.ndarray:
    """Positions among the trials of those nearest to places, both axes measured by their ranges.

    Args:
        data: The map.
        xs: Places along the first axis, ``[X]``.
        ys: Along the second, ``[Y]``.

    Returns:
        ``[Y, X]``; of equally near trials the first.
    """
    places = np.array([data.place(trial) for trial in data.trials])
    (low, high), (bottom, top) = (axis.range for axis in data.axes)
    across = ((np.array(xs)[:, None] - places[:, 0]) / (high - low)) ** 2  # [X, trials]
    along = ((np.array(ys)[:, None] - places[:, 1]) / (top - bottom)) ** 2  # [Y, trials]
    return np.stack([(across + line).argmin(1) for line in along])


def shade(mean: float, best: float, name: MetricName) -> float:
    """What a colour stands for: the accuracy, or the logarithm of the error up to ten times the best."""
    return mean if name == "accuracy" else math.log10(max(min(mean, _WORST * best), best))


def _add_background(figure: go.Figure, data: StudyMapData) -> None:
    means = [trial.mean for trial in data.trials if trial.mean is not None]
    best = max(means) if data.metric == "accuracy" else min(means)
    xs, ys = (_centres(axis) for axis in data.axes)
    shade_of = [
        None if trial.mean is None else round(shade(trial.mean, best, data.metric), 4)
        for trial in data.trials
    ]
    shades = [[shade_of[place] for place in line] for line in nearest(data, xs, ys)]
    known = [value for line in shades for value in line if value is not None]
    colours = SCALE if data.metric == "accuracy" else SCALE[::-1]
    figure.add_heatmap(
        x=xs,
        y=ys,
        z=shades,
        zmin=min(known),
        zmax=max(known),
        colorscale=[[place / (len(colours) - 1), colour] for place, colour in enumerate(colours)],
        colorbar=_colour_bar(data, min(known), max(known)),
        hoverinfo="skip",
        zsmooth=False,
    )


def _centres(axis: ValueAxis) -> list[float]:
    low, high = axis.range
    return [round(low + (index + 0.5) / _CELLS * (high - low), 5) for index in range(_CELLS)]


def _colour_bar(data: StudyMapData, low: float, high: float) -> dict[str, object]:
    look: dict[str, object] = {
        "title": {"text": f"validation {METRIC_NAMES[data.metric]}", "side": "top"},
        "orientation": "h",
        "thickness": 10,
        "outlinewidth": 0,
        "ticklen": 3,
        "x": 0,
        "xanchor": "left",
        "len": 0.6,
        "y": -0.16,
        "yanchor": "top",
    }
    if data.metric == "accuracy":
        return look | {"tickformat": ".0%"}
    ticks = [tick for tick in log_ticks([10**low, 10**high]) if low - 1e-6 <= math.log10(tick) <= high + 1e-6]
    return look | {
        "tickvals": [math.log10(tick) for tick in ticks],
        "ticktext": [f"{tick:g}" for tick in ticks],
    }


def _add_trials(figure: go.Figure, data: StudyMapData, word: str, look: dict[str, object]) -> None:
    trials = [trial for trial in data.trials if verdict(trial, data.best) == word]
    if not trials:
        return
    places = [data.place(trial) for trial in trials]
    figure.add_scatter(
        x=[place[0] for place in places],
        y=[place[1] for place in places],
        mode="markers",
        marker=look,
        name=word,
        text=[_hover(trial, data) for trial in trials],
        hovertemplate=f"%{{text}}<extra>{word}</extra>",
    )


def _hover(trial: Trial, data: StudyMapData) -> str:
    values = ", ".join(
        f"{axis.label} {axis.text(trial.values[name])}"
        for axis, name in zip(data.axes, data.names, strict=True)
    )
    mean, ends, *_ = score_cells(trial, data.metric)
    return f"{values}<br>{f'{trial.n_diverged} of {data.n} diverged' if trial.mean is None else f'{mean}, {ends}'}"


def _alternative(data: StudyMapData) -> str:
    words = [verdict(trial, data.best) for trial in data.trials]
    not_worse = words.count("not worse")
    start = f"Map of the validation {METRIC_NAMES[data.metric]} over {data.axes[0].label} and {data.axes[1].label}"
    if data.best is None:
        return f"{start}: all {count(len(words), 'point')} diverged."
    best = data.trials[data.best]
    at = " and ".join(value_text(best.values[name]) for name in data.names)
    return (
        f"{start}, {count(len(words), 'point')}. The best is at {at}; {not_worse} more are not worse, "
        f"{words.count('worse')} are worse, {words.count('diverged')} diverged."
    )


def _caption(data: StudyMapData) -> str:
    cut = f" Errors above {_WORST:g} times the best share a colour." if data.metric == "mse" else ""
    geometric = ", which has the smallest geometric mean" if data.metric == "mse" else ""
    return (
        f"Each point is one pair of values; the colour around it is its mean over {data.resampling} (n = {data.n}), "
        "and nothing is known between points. Points in the colour of the page are not significantly worse than the "
        f"best{geometric}.{cut}"
    )


def _table(data: StudyMapData) -> Table:
    ordered = sorted(data.trials, key=lambda trial: (trial.mean is None, _key(trial, data)))
    return Table(
        header=(data.axes[0].label, data.axes[1].label, "mean", "95% interval", "sd", "n", "p", "verdict"),
        rows=tuple(
            (
                *(axis.text(trial.values[name]) for axis, name in zip(data.axes, data.names, strict=True)),
                *score_cells(trial, data.metric),
                verdict(trial, data.best),
            )
            for trial in ordered
        ),
        caption=f"All points, the best first; validation {METRIC_NAMES[data.metric]}",
        words=(0, 7),
    )


def _key(trial: Trial, data: StudyMapData) -> float:
    mean = trial.mean or 0.0
    return -mean if data.metric == "accuracy" else mean
