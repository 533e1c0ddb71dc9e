"""Tables of steps that study."""

from __future__ import annotations

from studium.report.figures.study_scores import score_cells
from studium.report.study_words import values_text
from studium.report.table import Table
from studium.studies.results import Candidate, ComparisonResult, MetricName, Trial

_SHOWN = 5  # points of each contender


def tuning_table(found: ComparisonResult) -> Table:
    """The best points that each contender was tuned with."""
    return Table(
        header=("contender", "values", "mean", "95% interval", "sd", "n"),
        rows=tuple(
            (each.name, values_text(trial.values) or "–", *score_cells(trial, found.metric)[:4])
            for each in found.candidates
            for trial in _leading(each, found.metric)
        ),
        caption=f"Tuning: the {_SHOWN} best of {found.n_points} points of each contender, over {found.tuning_resampling}",
        words=(0, 1),
    )


def _leading(candidate: Candidate, name: MetricName) -> list[Trial]:
    def key(trial: Trial) -> tuple[bool, float]:
        mean = trial.mean or 0.0
        return trial.mean is None, -mean if name == "accuracy" else mean

    return sorted(candidate.tuning, key=key)[:_SHOWN]
