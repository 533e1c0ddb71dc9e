"""Importance of the parameters of a search, with its spread over resamples of the trials.

Optuna's own figure shows one estimate a parameter; with the few trials of a search the estimate alone says little.
"""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from studium.report.drawing import Drawing, style
from studium.report.labels import labels
from studium.report.numbers import listed
from studium.report.palette import BLUE, TEXT
from studium.report.table import Table
from studium.studies.search_results import Importance, SearchResult

_NAMED = 3  # parameters in the words


@dataclass(frozen=True)
class SearchImportanceData:
    """Importance of each parameter, the most important first, and how many trials it was estimated from."""

    lines: tuple[Importance, ...]
    n_trials: int


def search_importance_data(found: SearchResult) -> SearchImportanceData | None:
    """Gather the importance; ``None`` where there are too few trials, or a single parameter, which decides alone."""
    if len(found.importance) < 2:
        return None
    return SearchImportanceData(found.importance, sum(bool(trial.rungs) for trial in found.trials))


def draw_search_importance(name: str, data: SearchImportanceData) -> Drawing:
    """Draw a bar a parameter, with its 5% and 95% quantiles."""
    names = labels([each.label for each in data.lines])
    means = [each.mean for each in data.lines]
    figure = go.Figure()
    figure.add_bar(
        x=means,
        y=names,
        orientation="h",
        marker={"color": BLUE},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [max(each.high - each.mean, 0) for each in data.lines],
            "arrayminus": [max(each.mean - each.low, 0) for each in data.lines],
            "color": TEXT,
            "thickness": 1.4,
            "width": 4,
        },
        hovertemplate="%{y}: %{x:.0%}<extra></extra>",
        showlegend=False,
    )
    style(figure, height=110 + 27 * len(names), x_title="share of the importance")
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=names[::-1], showgrid=False)
    figure.update_xaxes(tickformat=".0%", rangemode="tozero")
    return Drawing(
        name=name,
        title="Importance of the parameters",
        alternative=_alternative(data),
        caption=_caption(data),
        figure=figure,
        table=_table(data),
    )


def _alternative(data: SearchImportanceData) -> str:
    words = [f"{each.label} {_share(each)}" for each in data.lines[:_NAMED]]
    return f"Bars of the importance of {len(data.lines)} parameters; the longest: {listed(words)}."


def _share(each: Importance) -> str:
    return f"{each.mean:.0%} ({each.low:.0%} to {each.high:.0%})"


def _caption(data: SearchImportanceData) -> str:
    return (
        f"How much a parameter decides whether one of the {data.n_trials} trials is among the best fifth (PED-ANOVA, "
        "Watanabe et al. 2023): mean over resamples of the trials, with 5% and 95% quantiles. Where these overlap, the "
        "order is not settled. It holds for the ranges searched: a parameter searched over good values has little of it."
    )


def _table(data: SearchImportanceData) -> Table:
    return Table(
        header=("parameter", "importance", "5% quantile", "95% quantile"),
        rows=tuple(
            (each.label, f"{each.mean:.1%}", f"{each.low:.1%}", f"{each.high:.1%}") for each in data.lines
        ),
        caption="Share of the importance of all parameters",
    )
