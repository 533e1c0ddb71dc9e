"""The map of a search: how good trials are over its two most important parameters.

Optuna's contours would draw what lies between trials, which nobody knows, and grow with the square of their number; its
ranks show the trials alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from studium.report.drawing import Drawing, style
from studium.report.palette import GREEN, GREY, HALO, SCALE
from studium.report.search_words import dimensions
from studium.report.study_words import value_text
from studium.report.table import Table
from studium.report.value_axis import value_axis
from studium.studies.results import Value
from studium.studies.search_results import SearchResult, SearchTrial, by_progress

if TYPE_CHECKING:
    import plotly.graph_objects as go

_LISTED = 50  # trials in the table


@dataclass(frozen=True)
class MapPoint:
    """A trial on the map: its number, the values of both parameters, and its place among all trials, 1 the best."""

    trial: int
    values: tuple[Value, Value]
    place: int


@dataclass(frozen=True)
class SearchMapData:
    """Places of trials over two parameters.

    Attributes:
        names: Of both parameters.
        labels: Of both.
        points: Trials that have both.
        n_trials: Trials that were placed, also those without one of the two.
        winner: Number of the winner; ``None`` when there is none.
    """

    names: tuple[str, str]
    labels: tuple[str, str]
    points: tuple[MapPoint, ...]
    n_trials: int
    winner: int | None


def search_map_data(found: SearchResult) -> SearchMapData | None:
    """Gather the map of the two most important parameters, those first that every network has.

    Returns:
        ``None`` when no two parameters have two values each among the trials that have both.
    """
    ranked = by_progress(found.trials, lower_is_better=found.lower_is_better)
    important = [each.parameter for each in found.importance] or list(found.parameters)
    names = sorted(important, key=lambda name: name in found.conditional)
    labels = {each.name: each.parameter.label for each in dimensions(found)}
    for first, second in combinations(names, 2):
        points = _points(ranked, first, second)
        if all(len({point.values[axis] for point in points}) > 1 for axis in (0, 1)):
            winner = None if found.winner is None else found.winner.trial
            return SearchMapData(
                (first, second), (labels[first], labels[second]), points, len(ranked), winner
            )
    return None


def _points(ranked: list[SearchTrial], first: str, second: str) -> tuple[MapPoint, ...]:
    return tuple(
        MapPoint(trial.number, (trial.values[first], trial.values[second]), place + 1)
        for place, trial in enumerate(ranked)
        if first in trial.values and second in trial.values
    )


def draw_search_map(name: str, found: SearchResult, data: SearchMapData) -> Drawing:
    """Draw the map: Optuna's figure of ranks, whose colours say how good a trial is beside the others."""
    from optuna.visualization import plot_rank

    from studium.runs.optuna_trials import ranked_study

    figure = plot_rank(ranked_study(found), params=list(data.names), target_name="place")
    _restyle(figure, data)
    _mark_winner(figure, data)
    style(figure, height=470, x_title=data.labels[0], y_title=data.labels[1])
    figure.update_layout(title=None, margin={"b": 110})
    for place, axis in enumerate((figure.layout.xaxis, figure.layout.yaxis)):
        if axis.type == "log":
            axis.update(_log_ticks(data, place))
    return Drawing(
        name=name,
        title=f"Map of {data.labels[0]} and {data.labels[1]}",
        alternative=_alternative(data),
        caption=_caption(data),
        figure=figure,
        table=_table(data),
    )


def _restyle(figure: go.Figure, data: SearchMapData) -> None:
    trials, figure.data = figure.data[0], figure.data[:1]  # its colour bar is ours
    last = max(data.n_trials, 2)
    trials.update(
        marker={
            "color": [point.place for point in data.points],
            "size": 11,
            "cmin": 1,
            "cmax": last,
            "colorscale": [[place / (len(SCALE) - 1), colour] for place, colour in enumerate(SCALE[::-1])],
            "line": {"width": 1, "color": GREY},
            "colorbar": {
                "title": {"text": "place among the trials", "side": "top"},
                "orientation": "h",
                "thickness": 10,
                "outlinewidth": 0,
                "ticklen": 3,
                "x": 0,
                "xanchor": "left",
                "len": 0.6,
                "y": -0.18,
                "yanchor": "top",
                "tickvals": [1, round((1 + last) / 2), last],
            },
        },
        hovertext=[_hover(point, data) for point in data.points],
    )


def _log_ticks(data: SearchMapData, place: int) -> dict[str, object]:
    values = [point.values[place] for point in data.points]
    places, texts = value_axis(data.labels[place], values, log=True).ticks()
    return {"tickvals": [10**each for each in places], "ticktext": texts}


def _mark_winner(figure: go.Figure, data: SearchMapData) -> None:
    for point in data.points:
        if point.trial == data.winner:
            figure.add_scatter(
                x=[point.values[0]],
                y=[point.values[1]],
                mode="markers",
                marker={
                    "color": GREEN,
                    "size": 16,
                    "symbol": "diamond",
                    "line": {"width": 2.5, "color": HALO},
                },
                name="winner",
                showlegend=True,
                hovertext=[_hover(point, data)],
                hovertemplate="%{hovertext}<extra>winner</extra>",
            )


def _hover(point: MapPoint, data: SearchMapData) -> str:
    values = ", ".join(
        f"{label} {value_text(value)}" for label, value in zip(data.labels, point.values, strict=True)
    )
    return f"trial {point.trial}, place {point.place}<br>{values}"


def _alternative(data: SearchMapData) -> str:
    best = min(data.points, key=lambda point: point.place)
    at = " and ".join(value_text(value) for value in best.values)
    return (
        f"Map of {len(data.points)} trials over {data.labels[0]} and {data.labels[1]}, coloured by place; the best of them, "
        f"place {best.place}, lies at {at}."
    )


def _caption(data: SearchMapData) -> str:
    missing = data.n_trials - len(data.points)
    without = f" {missing} of {data.n_trials} trials do not have both parameters." if missing else ""
    return (
        "The two most important parameters, those first that every network has. Colour: the place of a trial among all, "
        "ordered by how far it came in the race, then by its score there; the stronger, the better. Other parameters vary "
        f"too, and nothing is known between points.{without}"
    )


def _table(data: SearchMapData) -> Table:
    shown = sorted(data.points, key=lambda point: point.place)[:_LISTED]
    which = (
        "All trials"
        if len(shown) == len(data.points)
        else f"The best {_LISTED} of {len(data.points):,} trials"
    )
    return Table(
        header=("trial", *data.labels, "place"),
        rows=tuple((f"{point.trial}", *map(value_text, point.values), f"{point.place}") for point in shown),
        caption=f"{which} with both parameters, by place",
    )
