"""Test scores of all networks on one dataset, with their uncertainty, beside somebody else's numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from studium.report.drawing import Drawing, style
from studium.report.numbers import METRIC_NAMES, listed, mean_and_spread, metric
from studium.report.palette import BLUE, ORANGE
from studium.report.table import Table
from studium.runs.results import Interval, MetricName, TrainResult
from studium.runs.summary import Summary, summarise


@dataclass(frozen=True)
class NetworkScores:
    """Test scores of one step.

    Attributes:
        step: Its name.
        values: Test metric of each training.
        summary: Their mean and spread.
        interval: Of the exported model's test metric.
        reference: Somebody else's number.
    """

    step: str
    values: tuple[float, ...]
    summary: Summary | None
    interval: Interval | None
    reference: float | None


@dataclass(frozen=True)
class ScoresData:
    """Test scores of the networks on one dataset.

    Attributes:
        data: Name of the dataset.
        metric: What the scores are.
        networks: One entry a step.
        reference_name: Who reported the references.
    """

    data: str
    metric: MetricName
    networks: tuple[NetworkScores, ...]
    reference_name: str


def scores_data(
    steps: Sequence[tuple[str, TrainResult]], references: dict[str, float], reference_name: str
) -> ScoresData:
    """Gather the scores of steps on one dataset.

    Args:
        steps: Name and result of each; at least one.
        references: Somebody else's test metric by step.
        reference_name: Who reported them.
    """
    return ScoresData(
        data=steps[0][1].data.name,
        metric=steps[0][1].data.metric,
        networks=tuple(_scores(name, result, references.get(name)) for name, result in steps),
        reference_name=reference_name,
    )


def draw_scores(name: str, data: ScoresData) -> Drawing:
    """Draw one line a network: a dot per training, the mean with its spread, and the reference."""
    figure = go.Figure()
    names = [each.step for each in data.networks]
    figure.add_scatter(
        x=[value for each in data.networks for value in each.values],
        y=[each.step for each in data.networks for _ in each.values],
        mode="markers",
        marker={"color": BLUE, "size": 9, "opacity": 0.45},
        name="one training",
        hovertemplate="%{y}: %{x:.4g}<extra></extra>",
    )
    known = [(each.step, each.summary) for each in data.networks if each.summary is not None]
    figure.add_scatter(
        x=[summary.mean for _, summary in known],
        y=[step for step, _ in known],
        error_x={
            "array": [summary.std or 0 for _, summary in known],
            "color": BLUE,
            "thickness": 2,
            "width": 6,
        },
        mode="markers",
        marker={"color": BLUE, "size": 12, "symbol": "line-ns-open", "line": {"width": 3}},
        name="mean ± sd",
        hovertemplate="%{y}: %{x:.4g}<extra></extra>",
    )
    _add_references(figure, data)
    style(figure, height=130 + 52 * len(names), x_title=_axis(data.metric))
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=names[::-1], showgrid=False)
    figure.update_yaxes(range=[-0.6, len(names) - 0.4])
    figure.update_xaxes(tickformat=".1%" if data.metric == "accuracy" else None)
    return Drawing(
        name=name,
        title=f"Test scores on {data.data}",
        alternative=_alternative(data),
        caption=f"{'Higher' if data.metric == 'accuracy' else 'Lower'} is better. Trainings differ in their seeds.",
        figure=figure,
        table=_table(data),
    )


def _scores(step: str, result: TrainResult, reference: float | None) -> NetworkScores:
    values = tuple(result.metrics("test"))
    interval = None if result.model is None else result.model.test_interval
    return NetworkScores(step, values, summarise(values), interval, reference)


def _add_references(figure: go.Figure, data: ScoresData) -> None:
    known = [(each.step, each.reference) for each in data.networks if each.reference is not None]
    if known:
        figure.add_scatter(
            x=[reference for _, reference in known],
            y=[step for step, _ in known],
            mode="markers",
            marker={"color": ORANGE, "size": 11, "symbol": "diamond"},
            name=data.reference_name,
            hovertemplate="%{y}: %{x:.4g}<extra></extra>",
        )


def _axis(name: MetricName) -> str:
    return f"test {METRIC_NAMES[name]}"


def _alternative(data: ScoresData) -> str:
    words = [f"{each.step} {mean_and_spread(each.summary, data.metric)}" for each in data.networks]
    return f"Dot chart of the {_axis(data.metric)} on {data.data}: {listed(words)}."


def _table(data: ScoresData) -> Table:
    return Table(
        header=("network", "trainings", "mean ± sd", "single values", data.reference_name),
        rows=tuple(
            (
                each.step,
                f"{len(each.values)}",
                mean_and_spread(each.summary, data.metric),
                ", ".join(metric(value, data.metric) for value in each.values) or "–",
                "–" if each.reference is None else metric(each.reference, data.metric),
            )
            for each in data.networks
        ),
        caption=f"{_axis(data.metric).capitalize()} on {data.data}",
        words=(0, 3),
    )
