"""A study of patience: how long trainings ran, and which epoch they kept."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from studium.report.drawing import Drawing, style
from studium.report.numbers import count, number
from studium.report.palette import BLUE, ORANGE
from studium.report.table import Table
from studium.report.value_axis import ValueAxis, value_axis
from studium.studies.results import Estimate, StudyResult, Trial

PARAMETER = "patience"


@dataclass(frozen=True)
class StudyStoppingData:
    """Epochs against patience.

    Attributes:
        axis: Of the patience.
        trials: Those that did not diverge, by place on the axis.
        n: Replicates.
        most: Epochs at most.
    """

    axis: ValueAxis
    trials: tuple[Trial, ...]
    n: int
    most: int


def study_stopping_data(study: StudyResult) -> StudyStoppingData | None:
    """Gather epochs spent and chosen; ``None`` when patience was not studied, or everything diverged."""
    if study.parameters != (PARAMETER,) or study.best is None:
        return None
    axis = value_axis(study.labels[0], [trial.values[PARAMETER] for trial in study.trials], log=study.log[0])
    complete = [trial for trial in study.trials if trial.status == "complete"]
    return StudyStoppingData(
        axis=axis,
        trials=tuple(sorted(complete, key=lambda trial: axis.place(trial.values[PARAMETER]))),
        n=study.n_replicates,
        most=int(study.config["epochs"]),
    )


def draw_study_stopping(name: str, data: StudyStoppingData) -> Drawing:
    """Draw epochs spent and the epoch that was kept, with intervals."""
    figure = go.Figure()
    places = [data.axis.place(trial.values[PARAMETER]) for trial in data.trials]
    spent, chosen = [trial.epochs for trial in data.trials], [trial.best_epoch for trial in data.trials]
    _add(figure, places, spent, "epochs spent", BLUE, "circle")
    _add(figure, places, chosen, "epoch with the smallest watched loss", ORANGE, "diamond")
    style(figure, height=340, x_title=data.axis.label, y_title="epochs")
    ticks, texts = data.axis.ticks()
    figure.update_xaxes(tickvals=ticks, ticktext=texts, range=data.axis.range, tickangle=0)
    figure.update_yaxes(rangemode="tozero")
    return Drawing(
        name=name,
        title="Epochs spent and epoch chosen",
        alternative=_alternative(data),
        caption=f"Means over {count(data.n, 'training')} a value with 95% intervals; at most {data.most:,} epochs each. "
        "With early stopping the weights of the chosen epoch are restored; without, those of the last epoch are kept.",
        figure=figure,
        table=_table(data),
    )


def _add(
    figure: go.Figure, places: list[float], estimates: list[Estimate], name: str, colour: str, symbol: str
) -> None:
    figure.add_scatter(
        x=places,
        y=[each.mean for each in estimates],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [(each.mean if each.high is None else each.high) - each.mean for each in estimates],
            "arrayminus": [
                each.mean - (each.mean if each.low is None else max(each.low, 0)) for each in estimates
            ],
            "color": colour,
            "thickness": 1.4,
            "width": 4,
        },
        mode="lines+markers",
        line={"color": colour, "width": 1.5},
        marker={"size": 8, "symbol": symbol},
        name=name,
        hovertemplate=f"{name}: %{{y:,.0f}}<extra></extra>",
    )


def _alternative(data: StudyStoppingData) -> str:
    first, last = data.trials[0], data.trials[-1]
    return (
        f"Epochs against patience. With patience {data.axis.text(first.values[PARAMETER])} trainings run "
        f"{number(first.epochs.mean)} epochs and keep epoch {number(first.best_epoch.mean)}; with "
        f"{data.axis.text(last.values[PARAMETER])}, {number(last.epochs.mean)} and {number(last.best_epoch.mean)}."
    )


def _table(data: StudyStoppingData) -> Table:
    return Table(
        header=("patience", "epochs spent", "95% interval", "epoch chosen", "95% interval"),
        rows=tuple(
            (data.axis.text(trial.values[PARAMETER]), *_cells(trial.epochs), *_cells(trial.best_epoch))
            for trial in data.trials
        ),
        caption=f"Means over {count(data.n, 'training')}",
    )


def _cells(estimate: Estimate) -> tuple[str, str]:
    ends = "–"
    if estimate.low is not None and estimate.high is not None:
        ends = f"{estimate.low:,.0f} to {estimate.high:,.0f}"
    return f"{estimate.mean:,.0f}", ends
