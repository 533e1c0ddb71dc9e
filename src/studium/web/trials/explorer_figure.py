"""The explorer's figure: trials over any parameter, against their score or a second parameter."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from studium.numerals import compact_number
from studium.report.drawing import Drawing, style
from studium.report.labels import label
from studium.report.numbers import METRIC_NAMES, count, metric
from studium.report.palette import AXIS, BLUE, GREEN, GREY, ORANGE, SCALE
from studium.report.table import Table
from studium.report.value_axis import ValueAxis, value_axis
from studium.studies.results import MetricName, Value
from studium.web.trials.exploration import Exploration, ExploredParameter, ExploredTrial

SCORE = "score"
"""The vertical axis that is no parameter."""

_LOG_FROM = 8.0  # largest over smallest score from which the axis is logarithmic
_WORST = 10.0  # errors from so many times the best on have one colour
_TABLE_ROWS = 20
_MOST_BARS = 150  # trials whose intervals are drawn; more cover each other
_ELSEWHERE = "not there"  # the value of a trial that lacks the parameter
_LOOKS = {
    "diverged": (ORANGE, "x-thin-open", 9),
    "failed": (ORANGE, "x-thin-open", 9),
    "invalid": (ORANGE, "x-thin-open", 9),
    "tuning": (GREY, "circle-open", 7),
    "pruned": (GREY, "circle-open", 7),
    "worse": (GREY, "circle-open", 8),
    "so far": (BLUE, "circle", 8),
    "complete": (BLUE, "circle", 8),
    "not worse": (BLUE, "circle", 8),
    "best": (GREEN, "diamond", 13),
}


@dataclass(frozen=True)
class ExplorerData:
    """Trials over one or two axes.

    Attributes:
        exploration: What is explored.
        x: The horizontal axis.
        x_parameter: Its parameter.
        y: The vertical axis; ``None`` when it shows the score.
        y_parameter: Its parameter; ``None`` likewise.
        logarithmic: Whether the axis of scores is.
    """

    exploration: Exploration
    x: ValueAxis
    x_parameter: ExploredParameter
    y: ValueAxis | None
    y_parameter: ExploredParameter | None
    logarithmic: bool

    def groups(self) -> dict[str, list[ExploredTrial]]:
        """Trials that can be placed, by verdict, those last that must not be covered."""
        placed = [trial for trial in self.exploration.trials if self.y is not None or trial.score is not None]
        words = dict.fromkeys([*_LOOKS, *(trial.verdict for trial in placed)])
        groups = {word: [trial for trial in placed if trial.verdict == word] for word in words}
        return {word: trials for word, trials in groups.items() if trials}


def explorer_data(exploration: Exploration, x: str = "", y: str = SCORE) -> ExplorerData:
    """Gather what is drawn.

    Args:
        exploration: What is explored.
        x: Name of the parameter across; by default, and when there is none of this name, the first.
        y: Name of the parameter upwards; the score when there is none of this name.
    """
    parameters = {parameter.name: parameter for parameter in exploration.parameters}
    across = parameters.get(x, exploration.parameters[0])
    upwards = parameters.get(y)
    scores = [trial.score for trial in exploration.trials if trial.score is not None]
    is_error = exploration.metric == "mse"
    return ExplorerData(
        exploration=exploration,
        x=_axis(across, exploration.trials),
        x_parameter=across,
        y=None if upwards is None else _axis(upwards, exploration.trials),
        y_parameter=upwards,
        logarithmic=is_error and bool(scores) and min(scores) > 0 and max(scores) / min(scores) >= _LOG_FROM,
    )


def draw_explorer(name: str, data: ExplorerData, chosen: int | None = None) -> Drawing:
    """Draw the trials; each point carries its trial's number.

    Args:
        name: Of the drawing.
        data: What to draw.
        chosen: Number of the trial that is open; it gets a ring.
    """
    figure = go.Figure()
    if data.y is None:
        _add_scores(figure, data)
    else:
        _add_pairs(figure, data)
    _add_ring(figure, data, chosen)
    scored = f"validation {METRIC_NAMES[data.exploration.metric]}"
    style(figure, height=440, x_title=data.x.label, y_title=scored if data.y is None else data.y.label)
    _set_axes(figure, data)
    figure.update_layout(hovermode="closest", clickmode="event", margin={"t": 44})
    return Drawing(
        name=name,
        title="Trials",
        alternative=_alternative(data),
        caption=_caption(data),
        figure=figure,
        table=trials_table(data.exploration),
    )


def trials_table(exploration: Exploration) -> Table:
    """The best trials in numbers."""
    sign = -1 if exploration.metric == "accuracy" else 1
    known = [trial for trial in exploration.trials if trial.score is not None]
    best = sorted(known, key=lambda trial: sign * (trial.score or 0.0))[:_TABLE_ROWS]
    names = [parameter.name for parameter in exploration.parameters]
    return Table(
        header=("trial", *(parameter.label for parameter in exploration.parameters), "score", "n", "verdict"),
        rows=tuple(
            (
                str(trial.number),
                *(value_words(trial.values.get(name)) for name in names),
                score_words(trial.score, exploration.metric),
                str(trial.n),
                trial.verdict,
            )
            for trial in best
        ),
        caption=f"The best {len(best)} of {count(len(exploration.trials), 'trial')}, scored over {exploration.scored_by}",
        words=(0, 2 + len(names) + 1),
    )


def value_words(value: Value | None) -> str:
    """A value as text; a dash where a trial does not have the parameter."""
    if value is None:
        return "–"
    return value if isinstance(value, str) else compact_number(value)


def score_words(score: float | None, name: MetricName) -> str:
    """A score as the report writes it; a dash where there is none."""
    return "–" if score is None else metric(score, name)


def _axis(parameter: ExploredParameter, trials: Sequence[ExploredTrial]) -> ValueAxis:
    values = [trial.values.get(parameter.name, _ELSEWHERE) for trial in trials]
    numbers = [value for value in values if not isinstance(value, str)]
    log = parameter.log and bool(numbers) and min(numbers) > 0
    return value_axis(label(parameter.label), [_named(value) for value in values], log=log)


def _named(value: Value) -> Value:
    return label(value) if isinstance(value, str) else value


def _place(axis: ValueAxis, parameter: ExploredParameter, trial: ExploredTrial) -> float:
    return axis.place(_named(trial.values.get(parameter.name, _ELSEWHERE)))


def _places(data: ExplorerData, trials: Sequence[ExploredTrial]) -> tuple[list[float], list[float | None]]:
    across = [_place(data.x, data.x_parameter, trial) for trial in trials]
    if data.y is None or data.y_parameter is None:
        return across, [trial.score for trial in trials]
    return across, [_place(data.y, data.y_parameter, trial) for trial in trials]


def _add_scores(figure: go.Figure, data: ExplorerData) -> None:
    barred = len(data.exploration.trials) <= _MOST_BARS
    for word, trials in data.groups().items():
        colour, symbol, size = _LOOKS.get(word, (BLUE, "circle", 8))
        marker = {"color": colour, "symbol": symbol, "size": size, "line": {"width": 1.5, "color": colour}}
        _add(figure, data, word, trials, marker, _bars(trials, colour, data) if barred else None)


def _add_pairs(figure: go.Figure, data: ExplorerData) -> None:
    """Two parameters: the colour is the score."""
    low, high = _shades(data)
    for word, trials in data.groups().items():
        _, symbol, size = _LOOKS.get(word, (BLUE, "circle", 8))
        scored = all(trial.score is not None for trial in trials)
        marker = {
            "symbol": symbol if not scored or word == "best" else "circle",
            "size": size,
            "line": {"width": 1, "color": AXIS},
            "color": [_shade(trial.score, data) for trial in trials] if scored else ORANGE,
        }
        if scored:
            marker |= {"colorscale": _scale(data), "cmin": low, "cmax": high}
        _add(figure, data, word, trials, marker, None)


def _add(
    figure: go.Figure,
    data: ExplorerData,
    word: str,
    trials: Sequence[ExploredTrial],
    marker: dict[str, object],
    bars: dict[str, object] | None,
) -> None:
    across, upwards = _places(data, trials)
    figure.add_scatter(
        x=across,
        y=upwards,
        error_y=bars,
        mode="markers",
        marker=marker,
        name=f"{word} ({len(trials)})",
        customdata=[trial.number for trial in trials],
        text=[_words(trial, data.exploration) for trial in trials],
        hovertemplate=f"%{{text}}<extra>{word}</extra>",
    )


def _add_ring(figure: go.Figure, data: ExplorerData, chosen: int | None) -> None:
    trial = None if chosen is None else data.exploration.trial(chosen)
    if trial is None or (data.y is None and trial.score is None):
        return
    across, upwards = _places(data, [trial])
    figure.add_scatter(
        x=across,
        y=upwards,
        mode="markers",
        marker={"color": ORANGE, "symbol": "circle-open", "size": 20, "line": {"width": 2.5}},
        name=f"open: trial {trial.number}",
        hoverinfo="skip",
    )


def _bars(trials: Sequence[ExploredTrial], colour: str, data: ExplorerData) -> dict[str, object] | None:
    if all(trial.low is None for trial in trials):
        return None
    least = min(trial.score or 0.0 for trial in data.exploration.trials if trial.score is not None) / 5
    floor = least if data.logarithmic else -math.inf
    means = [trial.score or 0.0 for trial in trials]
    highs = [mean if trial.high is None else trial.high for trial, mean in zip(trials, means, strict=True)]
    lows = [
        mean if trial.low is None else max(trial.low, floor)
        for trial, mean in zip(trials, means, strict=True)
    ]
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - mean for high, mean in zip(highs, means, strict=True)],
        "arrayminus": [max(mean - low, 0.0) for low, mean in zip(lows, means, strict=True)],
        "color": colour,
        "thickness": 1.4,
        "width": 3,
    }


def _set_axes(figure: go.Figure, data: ExplorerData) -> None:
    places, texts = data.x.ticks()
    figure.update_xaxes(tickvals=places, ticktext=texts, range=data.x.range)
    if data.y is not None:
        places, texts = data.y.ticks()
        figure.update_yaxes(tickvals=places, ticktext=texts, range=data.y.range)
    elif data.logarithmic:
        figure.update_yaxes(type="log", dtick="D1" if _decades(data) <= 1 else 1)
    elif data.exploration.metric == "accuracy":
        figure.update_yaxes(tickformat=".1%")


def _decades(data: ExplorerData) -> float:
    scores = [trial.score for trial in data.exploration.trials if trial.score]
    return math.log10(max(scores) / min(scores)) if scores else 0.0


def _shade(score: float | None, data: ExplorerData) -> float:
    best = data.exploration.best
    if score is None or best is None or best.score is None:
        return 0.0
    if data.exploration.metric == "accuracy" or best.score <= 0:
        return score
    return math.log10(max(min(score, _WORST * best.score), best.score))


def _shades(data: ExplorerData) -> tuple[float, float]:
    shades = [_shade(trial.score, data) for trial in data.exploration.trials if trial.score is not None]
    return (min(shades), max(shades)) if shades else (0.0, 1.0)


def _scale(data: ExplorerData) -> list[list[float | str]]:
    # The darkest colour is the best.
    colours = SCALE if data.exploration.metric == "accuracy" else SCALE[::-1]
    return [[place / (len(colours) - 1), colour] for place, colour in enumerate(colours)]


def _words(trial: ExploredTrial, exploration: Exploration) -> str:
    score = score_words(trial.score, exploration.metric)
    lines = [f"trial {trial.number}: {score}"]
    lines += [
        f"{label(parameter.label)} {label(value_words(trial.values[parameter.name]))}"
        for parameter in exploration.parameters
        if parameter.name in trial.values
    ]
    return "<br>".join(lines)


def _alternative(data: ExplorerData) -> str:
    best = data.exploration.best
    words = f"{count(len(data.exploration.trials), 'trial')} over {data.x.label}"
    words += "" if data.y is None else f" and {data.y.label}"
    if best is None:
        return f"{words}; none has a score."
    return (
        f"{words}; the best is trial {best.number} with {score_words(best.score, data.exploration.metric)}."
    )


def _caption(data: ExplorerData) -> str:
    colour = (
        ""
        if data.y is None
        else " The darker, the better; errors from ten times the best on have one colour."
    )
    axis = " The vertical axis is logarithmic." if data.y is None and data.logarithmic else ""
    hidden = sum(trial.score is None for trial in data.exploration.trials) if data.y is None else 0
    lost = (
        f" {count(hidden, 'trial')} without a score {'is' if hidden == 1 else 'are'} not shown."
        if hidden
        else ""
    )
    return f"Scores over {data.exploration.scored_by}.{lost} Click a point to open its trial.{colour}{axis}"
