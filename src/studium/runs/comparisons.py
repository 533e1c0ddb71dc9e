"""How sure it is that one network is ahead of another."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np

from studium.runs.ranking import ranked, same_data
from studium.runs.results import StepComparison, StepComparisons, TrainResult
from studium.validation import corrected_paired_test


def compare_steps(results: Mapping[str, TrainResult]) -> StepComparisons:
    """Compare each network with the next one in the ranking of its data, where both saw the same rows and seeds.

    Args:
        results: By name of the step.
    """
    found = [
        _compare(better, worse, group)
        for group in same_data(results)
        for better, worse in pairwise(ranked(group))
        if _paired(group[better], group[worse])
    ]
    return StepComparisons(items=tuple(found))


def _compare(better: str, worse: str, results: Mapping[str, TrainResult]) -> StepComparison:
    first, second = _validated(results[better]), _validated(results[worse])
    test = corrected_paired_test(first, second, _test_to_train(results[better]))
    return StepComparison(
        better=better,
        worse=worse,
        difference=test.difference,
        low=test.low,
        high=test.high,
        level=test.confidence,
        p_value=test.p_value,
        n=test.n,
        pairs="trainings" if results[better].folds is None else "folds",
    )


def _paired(first: TrainResult, second: TrainResult) -> bool:
    """Whether scores belong together in pairs, which have the same rows and seeds."""
    scores = _validated(first), _validated(second)
    return (
        len(scores[0]) == len(scores[1]) >= 2
        and all(np.isfinite(each).all() for each in scores)
        and (first.folds is None) == (second.folds is None)
        and first.seed == second.seed
        and _test_to_train(first) == _test_to_train(second)
    )


def _validated(result: TrainResult) -> np.ndarray:
    if result.folds is not None:
        return np.array(result.folds.metrics, dtype=np.float64).reshape(-1)  # None becomes NaN
    scores = [each.validation for each in result.trainings]
    return np.array([np.nan if each is None else each.metric for each in scores])


def _test_to_train(result: TrainResult) -> float:
    if result.folds is not None:
        return result.folds.test_to_train
    return result.data.n_validation / result.data.n_train
