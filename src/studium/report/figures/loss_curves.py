"""Training and validation loss by epoch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from studium.report.drawing import Drawing, style
from studium.report.numbers import count, number
from studium.report.palette import BLUE, BLUE_BAND, GREEN, ORANGE, ORANGE_BAND
from studium.report.table import Table
from studium.runs.evidence import History
from studium.runs.results import TrainResult

_LOG_FROM = 8.0  # largest over smallest loss from which the axis is logarithmic
_FEW_DECADES = 3
_FEW_EPOCHS = 10  # each gets its tick
_LOSS_NAMES = {
    "mse": "squared error, normalised",
    "mae": "absolute error, normalised",
    "huber": "Huber's loss, normalised",
    "cross_entropy": "cross-entropy",
}
_TABLE_EPOCHS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)


@dataclass(frozen=True)
class Band:
    """Curves of several trainings in one: their mean, and the range from the smallest to the largest.

    Attributes:
        mean: ``[E]``, E the epochs of the longest; a training that ended before counts with its last value.
        low: Smallest, ``[E]``.
        high: Largest, ``[E]``.
        n: Trainings.
    """

    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    n: int


@dataclass(frozen=True)
class LossCurvesData:
    """Learning curves of a step.

    Attributes:
        train: Training loss; ``None`` when nothing was trained for a whole epoch.
        validation: Validation loss: of the trainings, or, after a refit, of the folds; ``None`` without.
        validated_by: What the validation curves are of: ``trainings`` or ``folds``.
        best_epoch: Epoch, from 1, of the smallest mean validation loss; 0 without.
        logarithmic: Whether the losses span so much that a logarithmic axis is clearer.
        loss: What the loss is, in words.
    """

    train: Band | None
    validation: Band | None
    validated_by: str
    best_epoch: int
    logarithmic: bool
    loss: str


def loss_curves_data(result: TrainResult, history: History) -> LossCurvesData:
    """Gather the curves of a step."""
    source = history.folds if result.refit else history.trainings
    train = band([curve.train_loss for curve in history.trainings])
    validation = band([curve.validation_loss for curve in source])
    return LossCurvesData(
        train=train,
        validation=validation,
        validated_by="folds" if result.refit else "trainings",
        best_epoch=_best_epoch(result, validation),
        logarithmic=_spans([each for each in (train, validation) if each is not None]),
        loss=_loss(result),
    )


def band(curves: Sequence[Sequence[float]]) -> Band | None:
    """Mean, smallest and largest of curves, epoch by epoch; ``None`` when none has a value.

    Example:
        >>> band([[4.0, 2.0], [2.0]])
        Band(mean=(3.0, 2.0), low=(2.0, 2.0), high=(4.0, 2.0), n=2)
    """
    known = [curve for curve in curves if curve]
    if not known:
        return None
    epochs = [[curve[min(place, len(curve) - 1)] for curve in known] for place in range(max(map(len, known)))]
    return Band(
        mean=tuple(sum(values) / len(values) for values in epochs),
        low=tuple(map(min, epochs)),
        high=tuple(map(max, epochs)),
        n=len(known),
    )


def draw_loss_curves(name: str, data: LossCurvesData) -> Drawing:
    """Draw the curves."""
    figure = go.Figure()
    if data.train is not None:
        _add(figure, data.train, "training", BLUE, BLUE_BAND, "solid")
    if data.validation is not None:
        _add(figure, data.validation, "validation", ORANGE, ORANGE_BAND, "dash")
        _mark_best(figure, data.validation, data.best_epoch)
    style(figure, height=360, x_title="epoch", y_title=f"loss ({data.loss})")
    if data.train is not None and len(data.train.mean) <= _FEW_EPOCHS:
        figure.update_xaxes(dtick=1)
    if data.logarithmic:
        ticks = log_ticks(
            [value for each in (data.train, data.validation) if each for value in (*each.low, *each.high)]
        )
        figure.update_yaxes(type="log", tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks])
    return Drawing(
        name=name,
        title="Losses",
        alternative=_alternative(data),
        caption=_caption(data),
        figure=figure,
        table=_table(data),
    )


def _best_epoch(result: TrainResult, validation: Band | None) -> int:
    if validation is None:
        return 0
    if result.refit and result.folds is not None:
        return result.folds.best_epochs  # chosen before the stored curves were rounded
    return validation.mean.index(min(validation.mean)) + 1


def _loss(result: TrainResult) -> str:
    own = "cross_entropy" if result.data.task == "classification" else "mse"
    return _LOSS_NAMES[result.config.get("loss") or own]


def _add(figure: go.Figure, data: Band, name: str, colour: str, shade: str, dash: str) -> None:
    epochs = list(range(1, len(data.mean) + 1))
    if data.n > 1:
        figure.add_scatter(
            x=[*epochs, *reversed(epochs)],
            y=[*data.high, *reversed(data.low)],
            fill="toself",
            fillcolor=shade,
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
        )
    figure.add_scatter(
        x=epochs,
        y=data.mean,
        name=name,
        mode="lines" if len(epochs) > 1 else "markers",
        line={"color": colour, "width": 2, "dash": dash},
        hovertemplate="epoch %{x}: %{y:.4g}",
    )


def _mark_best(figure: go.Figure, validation: Band, best_epoch: int) -> None:
    figure.add_scatter(
        x=[best_epoch],
        y=[validation.mean[best_epoch - 1]],
        name=f"smallest validation loss, epoch {best_epoch:,}",
        mode="markers",
        marker={"color": GREEN, "size": 10, "symbol": "diamond"},
        hovertemplate="epoch %{x}: %{y:.4g}",
    )


def _spans(bands: list[Band]) -> bool:
    values = [value for each in bands for value in (*each.low, *each.high)]
    return bool(values) and min(values) > 0 and max(values) / min(values) >= _LOG_FROM


def log_ticks(values: list[float]) -> list[float]:
    """1, 2 and 5 of each decade within the values; of many decades, only the 1."""
    lowest, highest = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    digits = (1, 2, 5) if highest - lowest <= _FEW_DECADES else (1,)
    return [digit * 10.0**power for power in range(lowest, highest + 1) for digit in digits]


def _alternative(data: LossCurvesData) -> str:
    parts = []
    if data.train is not None:
        parts.append(f"The training loss goes from {_from_to(data.train)}.")
    if data.validation is not None:
        best = number(data.validation.mean[data.best_epoch - 1])
        parts.append(
            f"The validation loss goes from {_from_to(data.validation)}; its minimum is {best} at epoch {data.best_epoch:,}."
        )
    return f"Line chart of the loss by epoch. {' '.join(parts)}"


def _from_to(data: Band) -> str:
    return f"{number(data.mean[0])} to {number(data.mean[-1])} in {count(len(data.mean), 'epoch')}"


def _caption(data: LossCurvesData) -> str:
    if data.train is None:
        return "No training finished an epoch with a finite loss."
    lines = "Lines are means" if data.train.n > 1 else "Lines are of one training"
    spread = (
        f" over {data.train.n} trainings, shaded from the smallest to the largest" if data.train.n > 1 else ""
    )
    folds = ""
    if data.validated_by == "folds" and data.validation is not None:
        folds = (
            f"; the validation loss is that of {data.validation.n} folds, which chose the number of epochs"
        )
    axis = " The vertical axis is logarithmic." if data.logarithmic else ""
    return f"{lines}{spread}{folds}.{axis}"


def _table(data: LossCurvesData) -> Table:
    bands = {"training": data.train, "validation": data.validation}
    present = {name: each for name, each in bands.items() if each is not None}
    longest = max((len(each.mean) for each in present.values()), default=0)
    epochs = sorted(
        {*(epoch for epoch in _TABLE_EPOCHS if epoch < longest), data.best_epoch or longest, longest} - {0}
    )
    return Table(
        header=(
            "epoch",
            *(f"{name}, {part}" for name in present for part in ("mean", "smallest", "largest")),
        ),
        rows=tuple((f"{epoch:,}", *_cells(list(present.values()), epoch)) for epoch in epochs),
        caption="Loss after some of the epochs",
    )


def _cells(bands: list[Band], epoch: int) -> list[str]:
    return [
        number(values[epoch - 1]) if epoch <= len(values) else "–"
        for each in bands
        for values in (each.mean, each.low, each.high)
    ]
