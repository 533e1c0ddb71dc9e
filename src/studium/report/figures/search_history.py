"""The history of a search: the score of every trial in the order of sampling, and the best so far."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from studium.report.drawing import Drawing, style
from studium.report.figures.search_marks import LOOKS, is_logarithmic, mark_scoreless, score_axis, score_title
from studium.report.numbers import METRIC_NAMES, count, metric
from studium.report.palette import BLUE
from studium.report.search_words import last_score, named_values
from studium.report.table import Table
from studium.studies.results import MetricName
from studium.studies.search_results import SearchResult, SearchTrial

_LISTED = 100  # trials in the table


@dataclass(frozen=True)
class HistoryPoint:
    """One trial that was trained.

    Attributes:
        trial: Its number.
        outcome: ``complete``, ``pruned``, ``diverged``, ``failed``, or ``winner``.
        score: At its end, or at the rung where it was dropped; ``None`` when it has none.
        epoch: Epochs after which that was.
        values: Of its parameters, in words.
    """

    trial: int
    outcome: str
    score: float | None
    epoch: int
    values: str


@dataclass(frozen=True)
class SearchHistoryData:
    """Trials in the order of sampling.

    Attributes:
        points: Those that were trained.
        best: Number and score of each complete trial that was better than all before it.
        n_trials: Points that the search met, trained or not.
        metric: What the scores are.
        resampling: Replicates in words.
    """

    points: tuple[HistoryPoint, ...]
    best: tuple[tuple[int, float], ...]
    n_trials: int
    metric: MetricName
    resampling: str

    @property
    def scores(self) -> list[float]:
        """All that are known."""
        return [point.score for point in self.points if point.score is not None]


def search_history_data(found: SearchResult) -> SearchHistoryData:
    """Gather the history of a search."""
    return SearchHistoryData(
        points=tuple(
            _point(trial, found) for trial in found.trials if trial.status not in ("invalid", "duplicate")
        ),
        best=tuple(_best(found)),
        n_trials=len(found.trials),
        metric=found.metric,
        resampling=found.resampling,
    )


def _point(trial: SearchTrial, found: SearchResult) -> HistoryPoint:
    winner = found.winner is not None and found.winner.trial == trial.number
    return HistoryPoint(
        trial=trial.number,
        outcome="winner" if winner else trial.status,
        score=last_score(trial),
        epoch=trial.rungs[-1].epoch if trial.rungs else 0,
        values=named_values(found, trial.values),
    )


def _best(found: SearchResult) -> list[tuple[int, float]]:
    steps: list[tuple[int, float]] = []
    for trial in found.trials:
        if trial.status != "complete" or trial.mean is None:
            continue
        ahead = not steps or (
            trial.mean < steps[-1][1] if found.lower_is_better else trial.mean > steps[-1][1]
        )
        steps += [(trial.number, trial.mean)] if ahead else []
    return steps


def draw_search_history(name: str, data: SearchHistoryData) -> Drawing:
    """Draw the history."""
    figure = go.Figure()
    _add_best(figure, data)
    for outcome in ("pruned", "complete", "winner"):
        _add_trials(figure, data, outcome)
    style(figure, height=380, x_title="trial", y_title=score_title(data.metric))
    for outcome in ("diverged", "failed"):
        points = [point for point in data.points if point.outcome == outcome]
        mark_scoreless(
            figure, [point.trial for point in points], [_hover(point) for point in points], outcome
        )
    figure.update_xaxes(range=[-0.03 * data.n_trials - 0.5, 1.03 * data.n_trials - 0.5])
    figure.update_layout(yaxis=score_axis(data.scores, data.metric))
    return Drawing(
        name=name,
        title="History of the search",
        alternative=_alternative(data),
        caption=_caption(data),
        figure=figure,
        table=_table(data),
    )


def _add_best(figure: go.Figure, data: SearchHistoryData) -> None:
    if not data.best:
        return
    steps = [*data.best, (data.n_trials - 1, data.best[-1][1])]
    figure.add_scatter(
        x=[trial for trial, _ in steps],
        y=[score for _, score in steps],
        mode="lines",
        line={"shape": "hv", "color": BLUE, "width": 1.8},
        name="best so far",
        hoverinfo="skip",
    )


def _add_trials(figure: go.Figure, data: SearchHistoryData, outcome: str) -> None:
    points = [point for point in data.points if point.outcome == outcome and point.score is not None]
    if points:
        figure.add_scatter(
            x=[point.trial for point in points],
            y=[point.score for point in points],
            mode="markers",
            marker=LOOKS[outcome],
            name=outcome,
            text=[_hover(point) for point in points],
            hovertemplate=f"%{{text}}: %{{y:.4g}}<extra>{outcome}</extra>",
        )


def _hover(point: HistoryPoint) -> str:
    return f"trial {point.trial}{f', epoch {point.epoch:,}' if point.epoch else ''}"


def _alternative(data: SearchHistoryData) -> str:
    n = {outcome: sum(point.outcome == outcome for point in data.points) for outcome in LOOKS}
    complete = n["complete"] + n["winner"]
    parts = [
        f"Validation {METRIC_NAMES[data.metric]} of {count(len(data.points), 'trial')} in the order of sampling: "
        f"{complete} complete, {n['pruned']} pruned, {n['diverged']} diverged, {n['failed']} failed."
    ]
    if data.best:
        first, last = data.best[0], data.best[-1]
        parts.append(
            f"The best so far goes from {metric(first[1], data.metric)} at trial {first[0]} to "
            f"{metric(last[1], data.metric)} at trial {last[0]}."
        )
    return " ".join(parts)


def _caption(data: SearchHistoryData) -> str:
    axis = " The vertical axis is logarithmic." if is_logarithmic(data.scores, data.metric) else ""
    return (
        f"Means over {data.resampling}. A pruned trial stands at its score when it was dropped, after fewer epochs than a "
        "complete one. The winner is the best of the leading trials on fresh rows and seeds, and so need not be the best "
        f"here.{axis}"
    )


def _table(data: SearchHistoryData) -> Table:
    sign = -1 if data.metric == "accuracy" else 1
    ordered = sorted(
        data.points,
        key=lambda point: (point.score is None, -point.epoch, sign * (point.score or 0.0), point.trial),
    )
    shown = ordered[:_LISTED]
    which = "All trials" if len(shown) == len(ordered) else f"The first {_LISTED} of {len(ordered):,} trials"
    return Table(
        header=("trial", "values", "outcome", "epochs", "score"),
        rows=tuple(
            (
                f"{point.trial}",
                point.values,
                point.outcome,
                f"{point.epoch:,}",
                "–" if point.score is None else metric(point.score, data.metric),
            )
            for point in shown
        ),
        caption=f"{which}, those that came farthest first, then by validation {METRIC_NAMES[data.metric]}",
        words=(0, 1, 2),
    )
