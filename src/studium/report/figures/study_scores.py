"""A study along one parameter: the mean score of each value with its interval, and which values are good."""

from __future__ import annotations

import math
from dataclasses import dataclass

import plotly.graph_objects as go

from studium.report.drawing import Drawing, style
from studium.report.figures.loss_curves import log_ticks
from studium.report.numbers import METRIC_NAMES, count, metric
from studium.report.palette import BLUE, BLUE_BAND, GREEN, GREY, ORANGE
from studium.report.study_words import p_text, verdict
from studium.report.table import Table
from studium.report.value_axis import ValueAxis, value_axis
from studium.studies.results import MetricName, StudyResult, Trial

_LOG_FROM = 8.0  # largest over smallest error from which the axis is logarithmic


@dataclass(frozen=True)
class StudyScoresData:
    """Scores along one parameter.

    Attributes:
        axis: Of the parameter.
        trials: All that were tried, by place on the axis.
        parameter: Name of the parameter in their values.
        best: Number of the best trial; ``None`` when all diverged.
        good: Ends of the stretch of good values around the best, as places; ``None`` for names, and when all diverged.
        metric: What the scores are.
        n: Replicates.
        resampling: Replicates in words.
        logarithmic: Whether the scores span so much that a logarithmic axis is clearer.
        text: The good range as one line.
    """

    axis: ValueAxis
    trials: tuple[Trial, ...]
    parameter: str
    best: int | None
    good: tuple[float, float] | None
    metric: MetricName
    n: int
    resampling: str
    logarithmic: bool
    text: str


def study_scores_data(study: StudyResult) -> StudyScoresData:
    """Gather the scores of a study of one parameter."""
    name, good = study.parameters[0], study.ranges[0]
    axis = value_axis(study.labels[0], [trial.values[name] for trial in study.trials], log=study.log[0])
    ends = None if good.low is None or good.high is None else (axis.place(good.low), axis.place(good.high))
    return StudyScoresData(
        axis=axis,
        trials=tuple(sorted(study.trials, key=lambda trial: axis.place(trial.values[name]))),
        parameter=name,
        best=study.best,
        good=ends,
        metric=study.metric,
        n=study.n_replicates,
        resampling=study.resampling,
        logarithmic=study.metric == "mse" and spans_much(study.trials),
        text=good.text,
    )


def spans_much(trials: tuple[Trial, ...]) -> bool:
    """Whether mean errors span so much that a logarithmic axis is clearer."""
    means = [trial.mean for trial in trials if trial.mean is not None]
    return bool(means) and min(means) > 0 and max(means) / min(means) >= _LOG_FROM


def draw_study_scores(name: str, data: StudyScoresData) -> Drawing:
    """Draw means with intervals; the stretch of good values is shaded, the best marked."""
    figure = go.Figure()
    _shade(figure, data)
    _add_line(figure, data)
    groups = {
        "worse": (GREY, "circle-open"),
        "not worse": (BLUE, "circle"),
        "best": (GREEN, "diamond"),
    }
    for word, (colour, symbol) in groups.items():
        _add_trials(figure, data, word, colour, symbol)
    style(figure, height=380, x_title=data.axis.label, y_title=f"validation {METRIC_NAMES[data.metric]}")
    _add_diverged(figure, data)
    places, texts = data.axis.ticks()
    figure.update_xaxes(tickvals=places, ticktext=texts, range=data.axis.range)
    if data.axis.has_numbers:
        figure.update_xaxes(tickangle=0)
    _scale(figure, data)
    return Drawing(
        name=name,
        title=f"{data.axis.label.capitalize()}: scores",
        alternative=_alternative(data),
        caption=_caption(data),
        figure=figure,
        table=study_table(data),
    )


def study_table(data: StudyScoresData) -> Table:
    """Every value with its score, its uncertainty and its verdict."""
    return Table(
        header=(data.axis.label, "mean", "95% interval", "sd", "n", "p", "verdict", "epochs"),
        rows=tuple(
            (
                data.axis.text(trial.values[data.parameter]),
                *score_cells(trial, data.metric),
                verdict(trial, data.best),
                f"{trial.epochs.mean:,.0f}",
            )
            for trial in data.trials
        ),
        caption=f"Validation {METRIC_NAMES[data.metric]} over {data.resampling}",
        words=(0, 6),
    )


def score_cells(trial: Trial, name: MetricName) -> tuple[str, ...]:
    """Mean, interval, standard deviation, n and p-value of a trial as cells of a table."""
    mean = "–" if trial.mean is None else metric(trial.mean, name)
    ends = (
        "–"
        if trial.low is None or trial.high is None
        else f"{metric(trial.low, name)} to {metric(trial.high, name)}"
    )
    spread = "–" if trial.std is None else metric(trial.std, name)
    return mean, ends, spread, f"{trial.n}", p_text(trial.p_value)


def error_bars(
    trials: list[Trial], colour: str, *, least: float = -math.inf, thickness: float = 1.6, width: float = 4
) -> dict[str, object]:
    """Plotly's description of the intervals of some trials.

    Args:
        trials: Each with a mean.
        colour: Of the bars.
        least: Where bars are cut that reach lower, for a logarithmic axis.
        thickness: Of the bars.
        width: Of their ends.
    """
    means = [trial.mean or 0.0 for trial in trials]
    lows = [
        mean if trial.low is None else max(trial.low, least)
        for trial, mean in zip(trials, means, strict=True)
    ]
    highs = [mean if trial.high is None else trial.high for trial, mean in zip(trials, means, strict=True)]
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - mean for high, mean in zip(highs, means, strict=True)],
        "arrayminus": [mean - low for low, mean in zip(lows, means, strict=True)],
        "color": colour,
        "thickness": thickness,
        "width": width,
    }


def _shade(figure: go.Figure, data: StudyScoresData) -> None:
    if data.good is None:
        return
    low, high = data.good
    least = 0.006 * (data.axis.range[1] - data.axis.range[0])  # so that a single value can be seen
    figure.add_vrect(x0=low - least, x1=high + least, fillcolor=BLUE_BAND, line={"width": 0}, layer="below")


def _add_line(figure: go.Figure, data: StudyScoresData) -> None:
    shown = [trial for trial in data.trials if trial.mean is not None and not _is_name(trial, data)]
    if len(shown) > 1:
        figure.add_scatter(
            x=[data.axis.place(trial.values[data.parameter]) for trial in shown],
            y=[trial.mean for trial in shown],
            mode="lines",
            line={"color": GREY, "width": 1},
            opacity=0.5,
            hoverinfo="skip",
            showlegend=False,
        )


def _add_trials(figure: go.Figure, data: StudyScoresData, word: str, colour: str, symbol: str) -> None:
    trials = [trial for trial in data.trials if verdict(trial, data.best) == word and trial.mean is not None]
    if trials:
        figure.add_scatter(
            x=[data.axis.place(trial.values[data.parameter]) for trial in trials],
            y=[trial.mean for trial in trials],
            error_y=error_bars(trials, colour, least=_least(data)),
            mode="markers",
            marker={
                "color": colour,
                "size": 12 if word == "best" else 8,
                "symbol": symbol,
                "line": {"width": 1.5},
            },
            name=word,
            text=[data.axis.text(trial.values[data.parameter]) for trial in trials],
            hovertemplate=f"{data.axis.label} %{{text}}: %{{y:.4g}}<extra>{word}</extra>",
        )


def _add_diverged(figure: go.Figure, data: StudyScoresData) -> None:
    trials = [trial for trial in data.trials if trial.status == "diverged"]
    if not trials:
        return
    figure.add_scatter(
        x=[data.axis.place(trial.values[data.parameter]) for trial in trials],
        y=[0.97] * len(trials),
        yaxis="y2",
        mode="markers",
        marker={"color": ORANGE, "size": 9, "symbol": "x-thin", "line": {"width": 2, "color": ORANGE}},
        name="diverged",
        text=[
            f"{data.axis.text(trial.values[data.parameter])}: {trial.n_diverged} of {data.n}"
            for trial in trials
        ],
        hovertemplate="%{text} diverged<extra></extra>",
    )
    figure.update_layout(yaxis2={"overlaying": "y", "range": [0, 1], "visible": False, "fixedrange": True})


def _scale(figure: go.Figure, data: StudyScoresData) -> None:
    if data.logarithmic:
        ends = [end for trial in data.trials for end in (trial.mean, trial.high) if end is not None]
        ticks = log_ticks([_least(data), *ends])
        figure.update_layout(
            yaxis={"type": "log", "tickvals": ticks, "ticktext": [f"{tick:g}" for tick in ticks]}
        )
    if data.metric == "accuracy":
        figure.update_layout(yaxis={"tickformat": ".1%"})


def _least(data: StudyScoresData) -> float:
    """The lowest end of an interval that is shown: on a logarithmic axis no less than a fifth of the smallest mean."""
    means = [trial.mean for trial in data.trials if trial.mean is not None]
    if not data.logarithmic or not means:
        return -math.inf
    return max(min(means) / 5, min(trial.low or 0 for trial in data.trials if trial.mean is not None))


def _is_name(trial: Trial, data: StudyScoresData) -> bool:
    return isinstance(trial.values[data.parameter], str)


def _alternative(data: StudyScoresData) -> str:
    known = [trial for trial in data.trials if trial.mean is not None]
    diverged = len(data.trials) - len(known)
    parts = [
        f"Validation {METRIC_NAMES[data.metric]} against {data.axis.label}, {count(len(data.trials), 'value')}."
    ]
    if known:
        means = [trial.mean for trial in known if trial.mean is not None]
        parts.append(f"Means go from {metric(min(means), data.metric)} to {metric(max(means), data.metric)}.")
        parts.append(f"{data.text[0].upper()}{data.text[1:]}.")
    if diverged:
        parts.append(f"{count(diverged, 'value')} diverged.")
    return " ".join(parts)


def _caption(data: StudyScoresData) -> str:
    shaded = (
        " Shaded: the stretch of values around the best in which none is significantly worse."
        if data.good
        else ""
    )
    geometric = " The best has the smallest geometric mean." if data.metric == "mse" else ""
    axis = " The vertical axis is logarithmic." if data.logarithmic else ""
    return (
        f"Means over {data.resampling} with 95% intervals, corrected for overlapping training sets (n = {data.n})."
        f"{shaded}{geometric}{axis}"
    )
