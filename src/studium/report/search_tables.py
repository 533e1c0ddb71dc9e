"""Tables of steps that search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studium.report.figures.study_scores import score_cells
from studium.report.numbers import METRIC_NAMES, metric
from studium.report.search_words import FATES, dimensions, is_near_end, range_text, standing
from studium.report.study_words import value_text
from studium.report.table import Table
from studium.studies.results import Value
from studium.studies.search_results import Finalist, SearchResult

if TYPE_CHECKING:
    from studium.studies import Dimension


def finalists_table(found: SearchResult) -> Table:
    """Leading trials and structures made by hand: what the search said of them, and what fresh rows and seeds say."""
    return Table(
        header=(
            "network",
            "parameters",
            "in the search",
            "mean",
            "95% interval",
            "sd",
            "n",
            "p",
            "verdict",
        ),
        rows=tuple(_finalist_row(each, found) for each in found.finalists),
        caption=f"Validation {METRIC_NAMES[found.metric]} over {found.fresh_resampling} that had no part in the search; "
        "p of “not among the best” of the trials, corrected for their number",
        words=(0, 8),
    )


def space_table(found: SearchResult) -> Table:
    """Where each parameter was searched, what the winner has, and what the trials have that are not worse than it."""
    good = [each.values for each in found.finalists if standing(each, found) in ("winner", "not worse")]
    importance = {
        each.parameter: f"{each.mean:.0%} ({each.low:.0%} to {each.high:.0%})" for each in found.importance
    }
    winner = {} if found.winner is None else found.winner.values
    return Table(
        header=("parameter", "searched", "winner", "not worse", "importance"),
        rows=tuple(
            (
                _parameter(each, found),
                range_text(each),
                _value(each, winner),
                _span(each, good),
                importance.get(each.name, "–"),
            )
            for each in dimensions(found)
        ),
        caption=f"The space {found.space}, and the best values in it: the winner's, and from the smallest to the largest "
        "of the leading trials that are not significantly worse. Importance: share, with its 5% and 95% quantiles over "
        "resamples of the trials",
        words=(0, 1),
    )


def values_table(found: SearchResult) -> Table:
    """The values of every leading trial."""
    leading = [each for each in found.finalists if each.trial is not None]
    return Table(
        header=("parameter", *(each.name for each in leading)),
        rows=tuple(
            (dimension.parameter.label, *(_plain(dimension, each.values) for each in leading))
            for dimension in dimensions(found)
        ),
        caption="Values of the leading trials, in the order of the search",
    )


def accounting_table(found: SearchResult) -> Table:
    """What became of every point that the search met."""
    total = max(len(found.trials), 1)
    free = {"duplicate"} | ({"invalid"} if found.on_invalid == "resample" else set())
    rows = [
        (status, f"{n:,}", f"{n / total:.0%}", "no" if status in free else "yes", FATES[status])
        for status, n in found.counts.items()
    ]
    return Table(
        header=("outcome", "points", "share", "counts as a trial", "meaning"),
        rows=(*rows, ("all", f"{len(found.trials):,}", "", "", "")),
        caption="What became of all points that the search met",
        words=(0, 3, 4),
    )


def reasons_table(found: SearchResult) -> Table | None:
    """Why points could not be built; ``None`` when all could."""
    reasons = found.invalid_reasons
    if not reasons:
        return None
    total = sum(reasons.values())
    return Table(
        header=("reason", "points", "share"),
        rows=tuple((reason, f"{n:,}", f"{n / total:.0%}") for reason, n in reasons.items()),
        caption="Why points could not be built, numbers left out",
    )


def _finalist_row(each: Finalist, found: SearchResult) -> tuple[str, ...]:
    searched = "–" if each.searched is None else metric(each.searched, found.metric)
    size = f"{each.score.parameters:,}"
    return each.name, size, searched, *score_cells(each.score, found.metric), standing(each, found)


def _parameter(dimension: Dimension, found: SearchResult) -> str:
    label = dimension.parameter.label
    return f"{label} (of some networks)" if dimension.name in found.conditional else label


def _plain(dimension: Dimension, values: dict[str, Value]) -> str:
    return value_text(values[dimension.name]) if dimension.name in values else "–"


def _value(dimension: Dimension, values: dict[str, Value]) -> str:
    text = _plain(dimension, values)
    is_near = dimension.name in values and is_near_end(dimension, values[dimension.name])
    return f"{text} (near an end)" if is_near else text


def _span(dimension: Dimension, points: list[dict[str, Value]]) -> str:
    values = [point[dimension.name] for point in points if dimension.name in point]
    names = dict.fromkeys(value for value in values if isinstance(value, str))
    numbers = [value for value in values if not isinstance(value, str)]
    parts = [*names]
    if numbers:
        low, high = value_text(min(numbers)), value_text(max(numbers))
        parts.insert(0, low if low == high else f"{low} to {high}")
    return ", ".join(parts) or "–"
