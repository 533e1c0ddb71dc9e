"""Learning curves of a few telling values of a study: the best, the ends, and one between."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from studium.numerals import compact_number
from studium.report.drawing import Drawing, style
from studium.report.figures.loss_curves import log_ticks
from studium.report.numbers import number
from studium.report.palette import (
    BLUE,
    BLUE_BAND,
    GREEN,
    GREEN_BAND,
    GREY,
    GREY_BAND,
    ORANGE,
    ORANGE_BAND,
)
from studium.report.study_words import verdict
from studium.report.table import Table
from studium.report.value_axis import value_axis
from studium.studies.results import Curve, StudyResult, Trial

_LOG_FROM = 8.0  # largest over smallest loss from which the axis is logarithmic
_FEW_EPOCHS = 10  # each gets its tick
_ROOM = 1.25  # above the largest mean; bands are cut there
_LEAST_SHARE = 0.2  # of the smallest mean loss; a band that reaches lower is cut there on a logarithmic axis
_COLOURS = (
    (GREEN, GREEN_BAND),
    (BLUE, BLUE_BAND),
    (ORANGE, ORANGE_BAND),
    (GREY, GREY_BAND),
)


@dataclass(frozen=True)
class ValueCurves:
    """Learning curves of one value.

    Attributes:
        label: The value in words.
        verdict: What was found of it.
        validation: Curve of the validation loss.
        training: Curve of the training loss.
        n: Replicates.
    """

    label: str
    verdict: str
    validation: Curve
    training: Curve
    n: int


@dataclass(frozen=True)
class StudyCurvesData:
    """Learning curves of some values, the best first.

    Attributes:
        values: At most four.
        watched: Whether validation losses are those of the rows that early stopping watches.
        logarithmic: Whether the losses span so much that a logarithmic axis is clearer.
    """

    values: tuple[ValueCurves, ...]
    watched: bool
    logarithmic: bool


def study_curves_data(study: StudyResult) -> StudyCurvesData | None:
    """Gather the curves; ``None`` when every value diverged."""
    if study.best_trial is None:
        return None
    values = tuple(_curves(trial, study) for trial in telling_trials(study))
    means = [mean for each in values for mean in (*each.validation.mean, *each.training.mean)]
    logarithmic = min(means) > 0 and max(means) / min(means) >= _LOG_FROM
    return StudyCurvesData(values, bool(study.watched), logarithmic)


def telling_trials(study: StudyResult) -> list[Trial]:
    """The best trial, those at the ends that did not diverge, and one half-way to the farther end."""
    best = study.best_trial
    complete = [trial for trial in study.trials if trial.mean is not None]
    if best is None:
        return []
    if len(study.parameters) > 1:  # there are no ends; the range of scores has some
        ordered = sorted(complete, key=lambda trial: trial.mean or 0)
    else:
        name = study.parameters[0]
        axis = value_axis(study.labels[0], [trial.values[name] for trial in study.trials], log=study.log[0])
        ordered = sorted(complete, key=lambda trial: axis.place(trial.values[name]))
    place = next(index for index, trial in enumerate(ordered) if trial.number == best.number)
    end = 0 if place > len(ordered) - 1 - place else len(ordered) - 1
    chosen = [best, ordered[0], ordered[(place + end) // 2], ordered[-1]]
    return list({trial.number: trial for trial in chosen}.values())


def draw_study_curves(name: str, data: StudyCurvesData) -> Drawing:
    """Draw validation losses with bands, and training losses dotted."""
    figure = go.Figure()
    floor = _LEAST_SHARE * min(
        mean for each in data.values for mean in (*each.validation.mean, *each.training.mean)
    )
    for each, (_, shade) in zip(data.values, _COLOURS, strict=False):
        _add_band(figure, each.validation, shade, floor if data.logarithmic else 0.0)
    for each, (colour, _) in zip(data.values, _COLOURS, strict=False):
        _add(figure, each.training, colour, "dot", f"{each.label}, training", 1.2)
        _add(figure, each.validation, colour, "solid", f"{each.label} ({each.verdict})", 2.2)
    style(figure, height=400, x_title="epoch", y_title="loss")
    figure.update_layout(legend={"traceorder": "normal"})
    if max(each.validation.epochs[-1] for each in data.values) <= _FEW_EPOCHS:
        figure.update_xaxes(dtick=1)
    means = [mean for each in data.values for mean in (*each.validation.mean, *each.training.mean)]
    if data.logarithmic:
        ticks = log_ticks(means)
        figure.update_yaxes(type="log", tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks])
    else:
        figure.update_yaxes(range=[0, _ROOM * max(means)])
    return Drawing(
        name=name,
        title="Learning curves of a few values",
        alternative=_alternative(data),
        caption=_caption(data),
        figure=figure,
        table=_table(data),
    )


def _curves(trial: Trial, study: StudyResult) -> ValueCurves:
    assert trial.validation is not None
    assert trial.training is not None
    label = ", ".join(
        f"{label} {value if isinstance(value, str) else compact_number(value, log=log)}"
        for label, value, log in zip(study.labels, trial.values.values(), study.log, strict=True)
    )
    return ValueCurves(label, verdict(trial, study.best), trial.validation, trial.training, trial.n)


def _add_band(figure: go.Figure, curve: Curve, shade: str, floor: float) -> None:
    if not curve.low:
        return
    low = [max(value, floor) for value in curve.low]
    figure.add_scatter(
        x=[*curve.epochs, *reversed(curve.epochs)],
        y=[*curve.high, *reversed(low)],
        fill="toself",
        fillcolor=shade,
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        showlegend=False,
    )


def _add(figure: go.Figure, curve: Curve, colour: str, dash: str, name: str, width: float) -> None:
    figure.add_scatter(
        x=curve.epochs,
        y=curve.mean,
        mode="lines",
        line={"color": colour, "width": width, "dash": dash},
        name=name,
        showlegend=dash != "dot",
        hovertemplate=f"epoch %{{x:,}}: %{{y:.4g}}<extra>{name}</extra>",
    )


def _alternative(data: StudyCurvesData) -> str:
    parts = [
        f"{each.label}: validation loss from {number(each.validation.mean[0])} to {number(each.validation.mean[-1])}, "
        f"training loss to {number(each.training.mean[-1])}."
        for each in data.values
    ]
    return f"Line chart of the loss by epoch. {' '.join(parts)}"


def _caption(data: StudyCurvesData) -> str:
    rows = (
        "validation rows (with early stopping, those that it watches)" if data.watched else "validation rows"
    )
    axis = " The vertical axis is logarithmic." if data.logarithmic else ""
    return (
        f"Solid: mean loss on {rows}, with the 95% interval at each epoch; dotted: mean training loss. Losses are on "
        f"the normalised scale, n = {data.values[0].n}.{axis}"
    )


def _table(data: StudyCurvesData) -> Table:
    places = [0.0, 0.1, 0.25, 0.5, 0.75, 1.0]
    longest = max((each.validation.epochs for each in data.values), key=len)
    shown = sorted({round(place * (len(longest) - 1)) for place in places})
    return Table(
        header=("epoch", *(each.label for each in data.values)),
        rows=tuple(
            (f"{longest[place]:,}", *(_cell(each.validation, longest[place]) for each in data.values))
            for place in shown
        ),
        caption="Mean validation loss and 95% interval after some of the epochs",
    )


def _cell(curve: Curve, epoch: int) -> str:
    place = max((index for index, each in enumerate(curve.epochs) if each <= epoch), default=0)
    mean = number(curve.mean[place])
    return mean if not curve.low else f"{mean} [{number(curve.low[place])}, {number(curve.high[place])}]"
