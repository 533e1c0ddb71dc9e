"""Words for searches: what became of trials, where values were searched, how finalists stand."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

from studium.report.numbers import METRIC_NAMES, count, difference, metric
from studium.report.study_words import p_text, value_text, verdict
from studium.studies.results import Value
from studium.studies.search_results import Difference, Finalist, SearchResult, SearchStatus, SearchTrial

if TYPE_CHECKING:
    from studium.studies import Dimension

FATES: dict[SearchStatus, str] = {
    "complete": "trained to the end",
    "pruned": "dropped on the way, because others were ahead at the same epoch",
    "invalid": "cannot be built; nothing was trained",
    "duplicate": "had the values of an earlier trial; nothing was trained",
    "diverged": "the loss stopped being finite",
    "failed": "the computation broke, so that nothing is known",
}
"""What each outcome of a trial means."""

_ALPHA = 0.05
_SHORT_RANGE = 10  # whole numbers


def dimensions(found: SearchResult) -> tuple[Dimension, ...]:
    """The parameters with their values."""
    from studium.studies import (
        parse_dimension,
    )  # brings PyTorch, which a report without a search does without

    return tuple(map(parse_dimension, found.dimensions))


def range_text(dimension: Dimension) -> str:
    """Where a parameter was searched.

    Example:
        >>> from studium.studies import parse_dimension
        >>> [range_text(parse_dimension(text)) for text in ("lr=1e-5:1e-1:log", "layers=1:4", "activation=relu,tanh")]
        ['1e-5 to 0.1, log', '1 to 4', 'relu, tanh']
    """
    if dimension.values:
        return ", ".join(map(value_text, dimension.values))
    ends = f"{value_text(dimension.low)} to {value_text(dimension.high)}"
    return f"{ends}, log" if dimension.log else ends


def is_near_end(dimension: Dimension, value: Value) -> bool:
    """Whether a value lies so near an end of its range that a better one may lie outside; of short ranges every value would.

    Example:
        >>> from studium.studies import parse_dimension
        >>> [is_near_end(parse_dimension(text), 2) for text in ("layers=1:2", "units1=2:64")]
        [False, True]
    """
    short = dimension.parameter.kind == "int" and dimension.high - dimension.low < _SHORT_RANGE
    return dimension.is_near_end(value) and not short


def named_values(found: SearchResult, values: dict[str, Value], most: int | None = None) -> str:
    """Values of a trial, with the labels of their parameters.

    Args:
        found: The search.
        values: Of a trial.
        most: How many are said; of more than so many the most important ones.
    """
    labels = dict(zip(found.parameters, found.labels, strict=True))
    said = list(values)
    if most is not None and len(said) > most:
        important = [each.parameter for each in found.importance if each.parameter in values] or said
        said = [name for name in said if name in important[:most]]
    text = ", ".join(f"{labels[name]} = {value_text(values[name])}" for name in said)
    return text if len(said) == len(values) else f"{text}, and {len(values) - len(said)} more"


def last_score(trial: SearchTrial) -> float | None:
    """The score that a trial came to: at its end, or at the rung where it was dropped; ``None`` when it has none."""
    if trial.status == "pruned" and trial.rungs:
        return trial.rungs[-1].mean
    return trial.mean


def n_counted(found: SearchResult) -> int:
    """Trials that count towards the budget."""
    free = ["duplicate", "invalid"] if found.on_invalid == "resample" else ["duplicate"]
    return sum(trial.status not in free for trial in found.trials)


def standing(finalist: Finalist, found: SearchResult) -> str:
    """How a finalist stands: ``winner``, ``not worse`` or ``worse`` of a trial; ``by hand``; or what became of it."""
    if finalist.score.status != "complete":
        return finalist.score.status
    if finalist.trial is None:
        return "by hand"
    word = verdict(finalist.score, found.best)
    return "winner" if word == "best" else word


def is_settled(found: Difference) -> bool:
    """Whether a difference is significant at 5%."""
    return found.p_value is not None and found.p_value < _ALPHA


def difference_words(found: SearchResult, subject: str, rival: str) -> str:
    """How the winner compares with the best structure made by hand, in a sentence; empty without one.

    Args:
        found: The search.
        subject: What the winner is called in it.
        rival: What the structure is called in it.
    """
    each = found.difference
    if each is None:
        return ""
    if each.p_value is None or each.low is None or each.high is None:
        return f"Nothing can be said of {subject} against {rival}: there are too few scores, or they are all equal."
    better = each.value < 1 if each.ratio else each.value > 0
    verdict = f"{subject} is significantly {'better' if better else 'worse'} than {rival}"
    if not is_settled(each):
        verdict = f"there is no significant difference between {subject} and {rival}"
    return f"By a paired test, {verdict}: {_size(each, found)}, p {_p(each.p_value)}, n = {each.n})."


def other_epochs(found: SearchResult) -> int | None:
    """Epochs of the final measurement, where the winner was trained for others there than in the search."""
    if found.winner is None:
        return None
    measured = round(found.winner.score.epochs.mean)
    return None if measured == found.rungs[-1] else measured


def flattery(found: SearchResult) -> float | None:
    """How much better the leading trials looked in the search than on fresh replicates: the mean over them.

    Returns:
        Of errors the geometric mean of fresh over searched; of accuracies the mean of searched minus fresh; ``None`` when no
        leading trial has both scores, or when they come from trainings of different length.
    """
    if other_epochs(found) is not None:
        return None
    pairs = [
        (each.searched, each.score.mean)
        for each in found.finalists
        if each.searched is not None and each.score.mean is not None
    ]
    if not pairs or (found.lower_is_better and min(min(pair) for pair in pairs) <= 0):
        return None
    if found.lower_is_better:
        return math.exp(statistics.fmean(math.log(fresh / searched) for searched, fresh in pairs))
    return statistics.fmean(searched - fresh for searched, fresh in pairs)


def flattery_words(found: SearchResult) -> str:
    """How much the search flattered its leading trials, in a sentence; empty when nothing is known."""
    size, winner = flattery(found), found.winner
    if winner is None or winner.searched is None:
        return ""
    if other_epochs(found) is not None:
        return (
            f"In the search, after {count(found.rungs[-1], 'epoch')}, it had scored "
            f"{metric(winner.searched, found.metric)}; "
            "trainings of different length do not tell how much the search flattered it."
        )
    if size is None:
        return ""
    n = sum(each.searched is not None and each.score.mean is not None for each in found.finalists)
    name = METRIC_NAMES[found.metric]
    own = f"In the search the winner had scored {metric(winner.searched, found.metric)}"
    if n == 1:
        return f"{own}."
    return f"{own}. Over the {n} leading trials the {name} is {_flattered(size, found)}."


def _flattered(size: float, found: SearchResult) -> str:
    change = 100 * (size - 1) if found.lower_is_better else 100 * size
    unit = "%" if found.lower_is_better else " percentage points"
    worse, better = ("higher", "lower") if found.lower_is_better else ("lower", "higher")
    if change <= 0:
        return f"{abs(change):.1f}{unit} {better} on fresh rows and seeds than in the search, which did not flatter them"
    return f"{change:.1f}{unit} {worse} on fresh rows and seeds than in the search, which chose and so flattered them"


def _size(each: Difference, found: SearchResult) -> str:
    low, high = each.low, each.high
    assert low is not None
    assert high is not None
    if each.ratio:
        return f"its {METRIC_NAMES[found.metric]} is {each.value:.3g} times as large (95% interval {low:.3g} to {high:.3g}"
    ends = f"{difference(low, found.metric)} to {difference(high, found.metric)}"
    return (
        f"its {METRIC_NAMES[found.metric]} differs by {difference(each.value, found.metric)} percentage points "
        f"(95% interval {ends}"
    )


def _p(value: float) -> str:
    text = p_text(value)
    return text if text.startswith("<") else f"= {text}"
