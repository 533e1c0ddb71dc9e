"""A comparison: the score of each tuned contender with its interval, and whether it is worse than the best."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from studium.report.drawing import Drawing, style
from studium.report.figures.study_scores import error_bars, score_cells
from studium.report.labels import labels
from studium.report.numbers import METRIC_NAMES, listed, metric
from studium.report.palette import BLUE, GREEN, GREY, ORANGE
from studium.report.study_words import values_text, verdict
from studium.report.table import Table
from studium.studies.results import Candidate, ComparisonResult, MetricName


@dataclass(frozen=True)
class ComparisonScoresData:
    """Scores of the contenders.

    Attributes:
        candidates: In the order given.
        best: Position of the best; ``None`` when all diverged.
        metric: What the scores are.
        resampling: Replicates of the verdict in words.
    """

    candidates: tuple[Candidate, ...]
    best: int | None
    metric: MetricName
    resampling: str

    def verdict(self, candidate: Candidate) -> str:
        """What was found of a contender."""
        return verdict(candidate.score, self.best)


def comparison_scores_data(found: ComparisonResult) -> ComparisonScoresData:
    """Gather the scores of a comparison."""
    return ComparisonScoresData(found.candidates, found.best, found.metric, found.resampling)


def draw_comparison_scores(name: str, data: ComparisonScoresData) -> Drawing:
    """Draw one line a contender: every score, and the mean with its interval."""
    figure = go.Figure()
    names = dict(
        zip(
            (each.name for each in data.candidates),
            labels([each.name for each in data.candidates]),
            strict=True,
        )
    )
    points = [
        (value, names[each.name])
        for each in data.candidates
        for line in each.score.scores
        for value in line
        if value is not None
    ]
    figure.add_scatter(
        x=[value for value, _ in points],
        y=[label for _, label in points],
        mode="markers",
        marker={"color": GREY, "size": 7, "opacity": 0.35},
        name="one training",
        hovertemplate="%{y}: %{x:.4g}<extra></extra>",
    )
    looks = {"worse": (ORANGE, "square"), "not worse": (BLUE, "circle"), "best": (GREEN, "diamond")}
    for word, (colour, symbol) in looks.items():
        _add(figure, data, names, word, colour, symbol)
    style(figure, height=130 + 46 * len(names), x_title=f"validation {METRIC_NAMES[data.metric]}")
    order = list(names.values())[::-1]
    figure.update_yaxes(type="category", categoryorder="array", categoryarray=order, showgrid=False)
    figure.update_yaxes(range=[-0.6, len(order) - 0.4])
    figure.update_xaxes(tickformat=".1%" if data.metric == "accuracy" else None)
    return Drawing(
        name=name,
        title="Scores after tuning",
        alternative=_alternative(data),
        caption=f"Means over {data.resampling} that had no part in the tuning, with 95% intervals corrected for overlapping "
        f"training sets. {'Higher' if data.metric == 'accuracy' else 'Lower'} is better; verdicts come from paired "
        "tests, so intervals may overlap where a difference is clear.",
        figure=figure,
        table=comparison_table(data),
    )


def comparison_table(data: ComparisonScoresData) -> Table:
    """Every contender with its tuned values, its score, its uncertainty and its verdict."""
    return Table(
        header=("contender", "parameters", "tuned values", "mean", "95% interval", "sd", "n", "p", "verdict"),
        rows=tuple(
            (
                each.name,
                f"{each.score.parameters:,}",
                values_text(each.tuned) or "–",
                *score_cells(each.score, data.metric),
                data.verdict(each),
            )
            for each in data.candidates
        ),
        caption=f"Tuned values, and validation {METRIC_NAMES[data.metric]} over {data.resampling}",
        words=(0, 2, 8),
    )


def _add(
    figure: go.Figure, data: ComparisonScoresData, names: dict[str, str], word: str, colour: str, symbol: str
) -> None:
    found = [each for each in data.candidates if data.verdict(each) == word and each.score.mean is not None]
    if found:
        figure.add_scatter(
            x=[each.score.mean for each in found],
            y=[names[each.name] for each in found],
            error_x=error_bars([each.score for each in found], colour, thickness=2.2, width=7),
            mode="markers",
            marker={"color": colour, "size": 12, "symbol": symbol},
            name=word,
            hovertemplate=f"%{{y}}: %{{x:.4g}}<extra>{word}</extra>",
        )


def _alternative(data: ComparisonScoresData) -> str:
    words = [
        f"{each.name} {'diverged' if each.score.mean is None else metric(each.score.mean, data.metric)} "
        f"({data.verdict(each)})"
        for each in data.candidates
    ]
    return f"Dot chart of the validation {METRIC_NAMES[data.metric]}: {listed(words)}."
