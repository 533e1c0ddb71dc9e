"""Single predictions: a picture, and the probability of each class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from studium.report.drawing import Drawing, style
from studium.report.labels import labels
from studium.report.palette import GREEN, GREY, ORANGE
from studium.report.pictures import png
from studium.report.table import Table
from studium.runs.evidence import Sample
from studium.runs.results import TrainResult

_MOST_BARS = 10
_HEIGHT = 220
_PICTURE = 0.4  # of the width


@dataclass(frozen=True)
class SampleData:
    """One test row, and what the model says of it.

    Attributes:
        sample: As it was stored.
        classes: Names of all classes.
        shown: Indices of the classes that are drawn: all, or the likeliest, the true one always among them.
    """

    sample: Sample
    classes: tuple[str, ...]
    shown: tuple[int, ...]

    @property
    def right(self) -> bool:
        """Whether the prediction is the true class."""
        return self.sample.label == self.sample.predicted


def sample_data(result: TrainResult) -> list[SampleData]:
    """Gather the samples; none for a regression."""
    classes = result.data.classes
    return [SampleData(sample, classes, _shown(sample)) for sample in result.evidence.samples]


def draw_sample(name: str, data: SampleData) -> Drawing:
    """Draw the picture, if there is one, and the probabilities."""
    sample = data.sample
    figure = go.Figure(_bars(data))
    style(figure, height=_HEIGHT)
    figure.update_layout(margin={"l": 4, "r": 20, "t": 6, "b": 22}, showlegend=False)
    figure.update_yaxes(
        type="category", autorange="reversed", showgrid=False, ticks="", tickfont={"size": 11}
    )
    figure.update_xaxes(range=[0, 1.02], tickformat=".0%", tickvals=[0, 0.5, 1], tickfont={"size": 11})
    if sample.pixels:
        _add_picture(figure, data)
    true, predicted = data.classes[sample.label], data.classes[sample.predicted]
    verdict = f"{true}, recognised" if data.right else f"{true}, taken for {predicted}"
    return Drawing(
        name=name,
        title=verdict,
        alternative=f"Test row {sample.row}, {verdict} with probability {sample.probabilities[sample.predicted]:.1%}.",
        caption=f"row {sample.row:,}",
        figure=figure,
        table=_table(data),
    )


def _shown(sample: Sample) -> tuple[int, ...]:
    n_classes = len(sample.probabilities)
    if n_classes <= _MOST_BARS:
        return tuple(range(n_classes))
    likeliest = sorted(range(n_classes), key=lambda place: -sample.probabilities[place])
    return tuple(sorted({*likeliest[: _MOST_BARS - 1], sample.label}))


def _bars(data: SampleData) -> go.Bar:
    sample = data.sample
    colours = {sample.predicted: ORANGE, sample.label: GREEN}
    return go.Bar(
        x=[sample.probabilities[place] for place in data.shown],
        y=_bar_labels(data),
        orientation="h",
        marker={"color": [colours.get(place, GREY) for place in data.shown]},
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
    )


def _bar_labels(data: SampleData) -> list[str]:
    return labels([data.classes[place] for place in data.shown], longest=13)


def _add_picture(figure: go.Figure, data: SampleData) -> None:
    """Put the picture into the left part, and leave room for the names of the bars beside it."""
    pixels = np.array(data.sample.pixels, dtype=np.uint8)  # [C, H, W]
    figure.add_trace(go.Image(source=png(pixels[:3]), hoverinfo="skip", xaxis="x2", yaxis="y2"))
    longest = max(map(len, _bar_labels(data)))
    figure.update_layout(
        xaxis={"domain": [_PICTURE + 0.03 + 0.021 * longest, 1]},
        yaxis={"automargin": False},
        xaxis2={"domain": [0, _PICTURE], "visible": False, "anchor": "y2"},
        yaxis2={"visible": False, "anchor": "x2", "scaleanchor": "x2", "autorange": "reversed"},
    )


def _table(data: SampleData) -> Table:
    order = sorted(range(len(data.classes)), key=lambda place: -data.sample.probabilities[place])
    return Table(
        header=("class", "probability"),
        rows=tuple((data.classes[place], f"{data.sample.probabilities[place]:.2%}") for place in order),
        caption=f"Probabilities for test row {data.sample.row:,}",
    )
