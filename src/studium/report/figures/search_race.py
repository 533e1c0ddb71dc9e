"""The race of a search: scores by rung, and who went on."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studium.report.drawing import Drawing, style
from studium.report.figures.search_marks import LOOKS, is_logarithmic, score_axis, score_title
from studium.report.numbers import METRIC_NAMES, count, metric
from studium.report.palette import BLUE, GREEN, GREY
from studium.report.table import Table
from studium.studies.results import MetricName
from studium.studies.search_results import SearchResult, SearchTrial

if TYPE_CHECKING:
    import plotly.graph_objects as go

_LINES: dict[str, dict[str, Any]] = {
    "pruned": {"color": GREY, "width": 1},
    "complete": {"color": BLUE, "width": 1.4},
    "winner": {"color": GREEN, "width": 2.6},
}


@dataclass(frozen=True)
class Rung:
    """One comparison of the race.

    Attributes:
        epoch: After which it was made.
        scores: Of the trials that reached it, by number.
        went_on: Numbers of those that went on; of the last rung those that came to the end.
    """

    epoch: int
    scores: dict[int, float]
    went_on: tuple[int, ...]


@dataclass(frozen=True)
class SearchRaceData:
    """Scores by rung.

    Attributes:
        rungs: In the order of epochs.
        outcomes: ``pruned``, ``complete`` or ``winner`` of each trial that reached a rung, by number.
        metric: What the scores are.
        resampling: Replicates in words.
    """

    rungs: tuple[Rung, ...]
    outcomes: dict[int, str]
    metric: MetricName
    resampling: str


def search_race_data(found: SearchResult) -> SearchRaceData | None:
    """Gather the race; ``None`` when there was none, or nobody reached a rung."""
    trials = _racers(found)
    if len(found.rungs) < 2 or not trials:
        return None
    return SearchRaceData(
        rungs=tuple(_rung(place, found, trials) for place in range(len(found.rungs))),
        outcomes={trial.number: _outcome(trial, found) for trial in trials},
        metric=found.metric,
        resampling=found.resampling,
    )


def _racers(found: SearchResult) -> list[SearchTrial]:
    return [trial for trial in found.trials if trial.rungs and trial.status in ("complete", "pruned")]


def _outcome(trial: SearchTrial, found: SearchResult) -> str:
    is_winner = found.winner is not None and found.winner.trial == trial.number
    return "winner" if is_winner else trial.status


def _rung(place: int, found: SearchResult, trials: list[SearchTrial]) -> Rung:
    epoch = found.rungs[place]
    scores = {trial.number: rung.mean for trial in trials for rung in trial.rungs if rung.epoch == epoch}
    went_on = [
        trial.number
        for trial in trials
        if trial.number in scores and (trial.status == "complete" or trial.rungs[-1].epoch > epoch)
    ]
    return Rung(epoch=epoch, scores=scores, went_on=tuple(went_on))


def draw_search_race(name: str, found: SearchResult, data: SearchRaceData) -> Drawing:
    """Draw the race: Optuna's figure of intermediate values, a line a trial, coloured by how far it came."""
    from optuna.visualization import plot_intermediate_values

    from studium.runs.optuna_trials import search_study

    figure = plot_intermediate_values(search_study(found))
    _restyle(figure, list(data.outcomes.items()))
    style(figure, height=400, x_title="epoch", y_title=score_title(data.metric))
    epochs = [rung.epoch for rung in data.rungs]
    figure.update_layout(title=None, showlegend=True)
    figure.update_xaxes(type="log", tickvals=epochs, ticktext=[f"{epoch:,}" for epoch in epochs])
    scores = [score for rung in data.rungs for score in rung.scores.values()]
    figure.update_layout(yaxis=score_axis(scores, data.metric))
    return Drawing(
        name=name,
        title="The race",
        alternative=_alternative(data),
        caption=_caption(data, scores),
        figure=figure,
        table=_table(data),
    )


def _restyle(figure: go.Figure, outcomes: list[tuple[int, str]]) -> None:
    # Optuna draws a trace for each of these trials, in this order.
    seen: set[str] = set()
    for trace, (number, outcome) in zip(figure.data, outcomes, strict=True):
        trace.update(
            line=_LINES[outcome],
            marker=LOOKS[outcome] | {"size": 9 if outcome == "winner" else 5},
            opacity=0.55 if outcome == "pruned" else 1,
            name=outcome,
            legendgroup=outcome,
            showlegend=outcome not in seen,
            hovertemplate=f"trial {number}, epoch %{{x:,}}: %{{y:.4g}}<extra>{outcome}</extra>",
        )
        seen.add(outcome)
    order = ("pruned", "complete", "winner")
    figure.data = sorted(figure.data, key=lambda trace: order.index(trace.name))  # the winner on top


def _alternative(data: SearchRaceData) -> str:
    steps = [
        f"{count(len(rung.scores), 'trial')} reached epoch {rung.epoch:,} and {len(rung.went_on)} went on"
        for rung in data.rungs[:-1]
    ]
    last = data.rungs[-1]
    return (
        f"Validation {METRIC_NAMES[data.metric]} of each trial at the rungs that it reached: {'; '.join(steps)}; "
        f"{len(last.scores)} came to the end at epoch {last.epoch:,}."
    )


def _caption(data: SearchRaceData, scores: list[float]) -> str:
    axis = " Both axes are" if is_logarithmic(scores, data.metric) else " The axis of epochs is"
    compared = (
        " Before the last two rungs trials were compared with those of their own and of earlier batches, so that one may "
        "have been dropped that is better than another which was not."
        if len(data.rungs) > 2
        else ""
    )
    return (
        f"A line is a trial, a mark its mean over {data.resampling} at a rung; a line that stops was dropped there."
        f"{compared}{axis} logarithmic."
    )


def _table(data: SearchRaceData) -> Table:
    best = max if data.metric == "accuracy" else min
    return Table(
        header=("epoch", "trials", "went on", "best", "median"),
        rows=tuple(
            (
                f"{rung.epoch:,}",
                f"{len(rung.scores)}",
                f"{len(rung.went_on)}",
                metric(best(rung.scores.values()), data.metric) if rung.scores else "–",
                metric(statistics.median(rung.scores.values()), data.metric) if rung.scores else "–",
            )
            for rung in data.rungs
        ),
        caption=f"Rungs of the race; validation {METRIC_NAMES[data.metric]}. At the last, those that came to the end count",
    )
