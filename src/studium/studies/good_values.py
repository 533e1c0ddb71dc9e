"""Which values of each parameter are good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from studium.studies.results import GoodValues, Trial
from studium.studies.space import Dimension
from studium.validation import GoodRange, good_range


def good_values(dimension: Dimension, trials: Sequence[Trial], best: int | None) -> GoodValues:
    """The good values of one parameter.

    Where a second parameter varies too, a value is good when it belongs to some point that is not worse than the best; that
    does not make every combination of good values good.

    Args:
        dimension: The parameter.
        trials: All trials of the study, judged.
        best: Position of the best; ``None`` when all diverged.
    """
    if len(trials[0].values) == 1:
        found = _along(dimension, trials, best)
        return _record(dimension, found, found.reaches_lowest, found.reaches_highest)
    good = [trial for trial in trials if trial.not_worse]
    values = [trial.values[dimension.name] for trial in good]
    place = next((place for place, trial in enumerate(good) if trial.number == best), None)
    found = good_range(values, [True] * len(good), place, dimension.is_log)
    if not found.ordered or not found.values:
        return _record(dimension, found)
    tried = [float(trial.values[dimension.name]) for trial in trials]
    return _record(
        dimension, found, min(map(float, values)) == min(tried), max(map(float, values)) == max(tried)
    )


def _along(dimension: Dimension, trials: Sequence[Trial], best: int | None) -> GoodRange:
    """The range along one parameter; a name among numbers, such as ``none``, is told apart when the best is a number."""
    values = [trial.values[dimension.name] for trial in trials]
    verdicts = [trial.not_worse for trial in trials]
    places = [place for place, value in enumerate(values) if not isinstance(value, str)]
    if best is None or best not in places:
        return good_range(values, verdicts, best, dimension.is_log)
    numbers, good = [values[place] for place in places], [verdicts[place] for place in places]
    found = good_range(numbers, good, places.index(best), dimension.is_log)
    names = tuple(
        value for value, verdict in zip(values, verdicts, strict=True) if isinstance(value, str) and verdict
    )
    return replace(found, others=(*found.others, *names))


def _record(
    dimension: Dimension, found: GoodRange, reaches_lowest: bool = False, reaches_highest: bool = False
) -> GoodValues:
    numbers = found.ordered and bool(found.values)
    return GoodValues.model_validate(
        {
            "parameter": dimension.name,
            "text": found.text(dimension.parameter.label),
            "best": found.best,
            "low": found.values[0] if numbers else None,
            "high": found.values[-1] if numbers else None,
            "values": found.values,
            "others": found.others,
            "reaches_lowest": reaches_lowest,
            "reaches_highest": reaches_highest,
        }
    )
