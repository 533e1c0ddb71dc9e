"""Networks of several runs, as data, and the figure of their learning curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from studium.report.drawing import Drawing, style
from studium.report.figures.loss_curves import Band, band, log_ticks, loss_curves_data
from studium.report.labels import label
from studium.report.numbers import number
from studium.report.palette import BLUE, BLUE_BAND, GREEN, GREEN_BAND, GREY, GREY_BAND, ORANGE, ORANGE_BAND
from studium.report.table import Table
from studium.runs import RunFolder
from studium.runs.evidence import History
from studium.runs.results import TrainResult

_LOOKS = ((BLUE, BLUE_BAND), (ORANGE, ORANGE_BAND), (GREEN, GREEN_BAND), (GREY, GREY_BAND))
_DASHES = ("solid", "dash", "dot", "dashdot")
_LOG_FROM = 8.0  # largest over smallest loss from which the axis is logarithmic


@dataclass(frozen=True)
class Compared:
    """One network of one run.

    Attributes:
        run: Name of the run.
        step: Name of the step.
        result: What it left.
        history: Its learning curves.
    """

    run: str
    step: str
    result: TrainResult
    history: History

    @property
    def name(self) -> str:
        """Of the network among those of other runs."""
        return f"{self.step} ({self.run})"


def compared(folder: RunFolder) -> list[Compared]:
    """The networks that a run has trained and tested: those of its `train` steps, and winners of its comparisons.

    Raises:
        RunFolderError: Something in the folder is missing or damaged.
    """
    trained = [(step.name, folder.result(step.name)) for step in folder.finished("train")]
    won = [
        (step.name, winner)
        for step in folder.finished("compare")
        if (winner := folder.comparison(step.name).winner) is not None
    ]
    return [Compared(folder.name, step, result, folder.history(step)) for step, result in (*trained, *won)]


def draw_compared(name: str, members: Sequence[Compared]) -> list[Drawing]:
    """The validation losses of networks on the same data; nothing where there are none."""
    bands = [(each, _validation(each)) for each in members]
    known = [(each, found) for each, found in bands if found is not None]
    if not known:
        return []
    figure = go.Figure()
    for place, (each, found) in enumerate(known):
        _add(figure, each.name, found, place)
    style(figure, height=400, x_title="epoch", y_title="validation loss")
    values = [value for _, found in known for value in (*found.low, *found.high)]
    if min(values) > 0 and max(values) / min(values) >= _LOG_FROM:
        ticks = log_ticks(values)
        figure.update_yaxes(type="log", tickvals=ticks, ticktext=[f"{tick:g}" for tick in ticks])
    ends = "; ".join(f"{each.name} ends at {number(found.mean[-1])}" for each, found in known)
    return [
        Drawing(
            name=name,
            title="Validation losses",
            alternative=f"Line chart of the validation loss by epoch: {ends}.",
            caption="Means over trainings (after a refit: over folds), shaded from the smallest to the largest.",
            figure=figure,
            table=_table(known),
        )
    ]


def _validation(each: Compared) -> Band | None:
    data = loss_curves_data(each.result, each.history)
    return data.validation or band([curve.validation_loss for curve in each.history.trainings])


def _add(figure: go.Figure, name: str, found: Band, place: int) -> None:
    colour, shade = _LOOKS[place % len(_LOOKS)]
    epochs = list(range(1, len(found.mean) + 1))
    if found.n > 1:
        figure.add_scatter(
            x=[*epochs, *reversed(epochs)],
            y=[*found.high, *reversed(found.low)],
            fill="toself",
            fillcolor=shade,
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
        )
    figure.add_scatter(
        x=epochs,
        y=found.mean,
        name=label(name, 48),
        mode="lines" if len(epochs) > 1 else "markers",
        line={"color": colour, "width": 2, "dash": _DASHES[place // len(_LOOKS) % len(_DASHES)]},
        hovertemplate="epoch %{x}: %{y:.4g}",
    )


def _table(known: Sequence[tuple[Compared, Band]]) -> Table:
    return Table(
        header=("network", "epochs", "smallest mean loss", "at epoch", "last mean loss", "trainings"),
        rows=tuple(
            (
                each.name,
                f"{len(found.mean):,}",
                number(min(found.mean)),
                f"{found.mean.index(min(found.mean)) + 1:,}",
                number(found.mean[-1]),
                str(found.n),
            )
            for each, found in known
        ),
        caption="Validation losses",
    )
