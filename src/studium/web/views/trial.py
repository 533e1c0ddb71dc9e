"""An opened trial: its values, its scores, its learning curves."""

from __future__ import annotations

import plotly.graph_objects as go
from dash import html

from studium.report.drawing import Drawing, style
from studium.report.figures.loss_curves import log_ticks
from studium.report.numbers import number
from studium.report.palette import BLUE, BLUE_BAND, ORANGE, ORANGE_BAND
from studium.report.table import Table
from studium.studies.results import Curve
from studium.web.parts.figures import figure_element
from studium.web.parts.tables import table_element
from studium.web.trials.exploration import Exploration, ExploredTrial
from studium.web.trials.explorer_figure import score_words, value_words

_LOG_FROM = 8.0  # largest over smallest loss from which the axis is logarithmic
_TABLE_ROWS = 12


def trial_elements(trial: ExploredTrial, exploration: Exploration) -> html.Section:
    """All that is known of a trial."""
    curves = draw_trial_curves("trial-curves", trial)
    return html.Section(
        [
            html.H3(f"Trial {trial.number}: {trial.verdict}"),
            html.Div(
                [
                    table_element(values_table(trial, exploration)),
                    *([table_element(scores_table(trial, exploration))] if trial.scores else []),
                ],
                className="pair",
            ),
            *([figure_element(curves, level=4)] if curves is not None else []),
        ],
        className="opened",
    )


def values_table(trial: ExploredTrial, exploration: Exploration) -> Table:
    """The trial's values, and its mean score."""
    rows = [
        (parameter.label, value_words(trial.values[parameter.name]))
        for parameter in exploration.parameters
        if parameter.name in trial.values
    ]
    rows.append(("mean score", score_words(trial.score, exploration.metric)))
    if trial.low is not None and trial.high is not None:
        ends = (score_words(end, exploration.metric) for end in (trial.low, trial.high))
        rows.append(("95% interval", " to ".join(ends)))
    rows.append(("epochs, mean", f"{trial.epochs:,.0f}"))
    rows += [("trainable numbers", f"{trial.parameters:,}")] if trial.parameters else []
    return Table(header=("", "value"), rows=tuple(rows), caption=f"Scored over {exploration.scored_by}")


def scores_table(trial: ExploredTrial, exploration: Exploration) -> Table:
    """The score of each replicate."""
    if not exploration.finished:
        cells = [score_words(each, exploration.metric) for line in trial.scores for each in line]
        rows = tuple((str(place + 1), cell) for place, cell in enumerate(cells))
        return Table(header=("training", "score"), rows=rows, caption="Trainings that have ended so far")
    folds = max(map(len, trial.scores))
    return Table(
        header=("seed", *(f"fold {place + 1}" if folds > 1 else "score" for place in range(folds))),
        rows=tuple(
            (str(seed), *(score_words(each, exploration.metric) for each in line))
            for seed, line in enumerate(trial.scores)
        ),
        caption="The score of each replicate",
    )


def draw_trial_curves(name: str, trial: ExploredTrial) -> Drawing | None:
    """Training and validation loss with 95% bands; ``None`` where no curves were kept."""
    looks = {"training": (BLUE, BLUE_BAND, "solid"), "validation": (ORANGE, ORANGE_BAND, "dash")}
    curves = _curves(trial)
    if not curves:
        return None
    figure = go.Figure()
    for word, curve in curves.items():
        _add(figure, curve, word, *looks[word])
    style(figure, height=320, x_title="epoch", y_title="loss")
    means = [mean for curve in curves.values() for mean in curve.mean]
    if min(means) > 0 and max(means) / min(means) >= _LOG_FROM:
        ticks = log_ticks(means)
        figure.update_yaxes(type="log", tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks])
    words = "; ".join(f"the {word} loss ends at {number(curve.mean[-1])}" for word, curve in curves.items())
    banded = any(curve.low for curve in curves.values())
    bands = " Shaded: 95% intervals, corrected for overlapping training sets." if banded else ""
    return Drawing(
        name=name,
        title="Learning curves",
        alternative=f"Line chart of the loss by epoch: {words}.",
        caption=f"Means over the replicates.{bands}",
        figure=figure,
        table=_table(curves),
    )


def _add(figure: go.Figure, curve: Curve, name: str, colour: str, shade: str, dash: str) -> None:
    epochs = list(curve.epochs)
    if curve.low and curve.high:
        lows = [
            max(low, mean / 10) for low, mean in zip(curve.low, curve.mean, strict=True)
        ]  # an axis may be logarithmic
        figure.add_scatter(
            x=[*epochs, *reversed(epochs)],
            y=[*curve.high, *reversed(lows)],
            fill="toself",
            fillcolor=shade,
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
        )
    figure.add_scatter(
        x=epochs,
        y=curve.mean,
        name=name,
        mode="lines" if len(epochs) > 1 else "markers",
        line={"color": colour, "width": 2, "dash": dash},
        hovertemplate="epoch %{x}: %{y:.4g}",
    )


def _curves(trial: ExploredTrial) -> dict[str, Curve]:
    known = {"training": trial.training, "validation": trial.validation}
    return {word: curve for word, curve in known.items() if curve is not None and curve.epochs}


def _table(curves: dict[str, Curve]) -> Table:
    epochs = next(iter(curves.values())).epochs
    step = max(1, len(epochs) // _TABLE_ROWS)
    places = sorted({*range(0, len(epochs), step), len(epochs) - 1})
    return Table(
        header=("epoch", *curves),
        rows=tuple(
            (
                f"{epochs[place]:,}",
                *(number(curve.mean[min(place, len(curve.mean) - 1)]) for curve in curves.values()),
            )
            for place in places
        ),
        caption="Mean loss after some epochs",
    )
