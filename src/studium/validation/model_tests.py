"""Significance between two trained models on the same test rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from studium.errors import SettingError
from studium.validation.overlap import require_confidence
from studium.validation.paired_test import PairedTest, corrected_paired_test


@dataclass(frozen=True)
class McNemarTest:
    """Result of McNemar's test.

    Attributes:
        only_a: Rows that only model a predicts right.
        only_b: Rows that only model b predicts right.
        difference: Accuracy of a minus accuracy of b.
        low, high: Interval of the difference.
        p_value: Two-sided, exact.
        n: Rows.
        confidence: Of the interval.
    """

    only_a: int
    only_b: int
    difference: float
    low: float
    high: float
    p_value: float
    n: int
    confidence: float = 0.95


def mcnemar(correct_a: np.ndarray, correct_b: np.ndarray, confidence: float = 0.95) -> McNemarTest:
    """Test whether two classifiers have the same accuracy, by the rows on which only one of them is right.

    If they have, either is the right one equally often: ``only_a`` is binomial with ``only_a + only_b``
    trials and probability 1/2 (McNemar 1947; exact, two-sided). The interval adds half a row to each of the
    four counts (Agresti and Min 2005, "Simple improved confidence intervals for comparing matched
    proportions"); being approximate, it may disagree with a p-value near the border. It compares two trained
    models; training again could change both.

    Args:
        correct_a: Whether model a predicts each test row right, ``[N]`` bool.
        correct_b: The same of model b, on the same rows.
        confidence: Of the interval, in (0, 1).

    Returns:
        p is 1 where the models are right on the same rows.

    Raises:
        SettingError: The lengths differ, there is no row, or the confidence is outside its range.

    Example:
        >>> test = mcnemar(np.array([True] * 9 + [False]), np.array([True] * 2 + [False] * 8))
        >>> test.only_a, test.only_b, test.difference, test.p_value
        (7, 0, 0.7, 0.015625)
    """
    require_confidence(confidence)
    a, b = np.asarray(correct_a, dtype=bool), np.asarray(correct_b, dtype=bool)
    if a.shape != b.shape or a.ndim != 1 or not a.size:
        raise SettingError(
            f"results of shapes {a.shape} and {b.shape} cannot be compared: use the same rows, at least 1"
        )
    only_a, only_b, n = int((a & ~b).sum()), int((b & ~a).sum()), a.size
    p_value = float(stats.binomtest(only_a, only_a + only_b).pvalue) if only_a + only_b else 1.0
    centre = (only_a - only_b) / (n + 2)
    error = np.sqrt(((only_a + only_b + 1) / (n + 2) - centre**2) / (n + 2))
    reach = float(special.ndtri((1 + confidence) / 2) * error)
    low, high = max(centre - reach, -1.0), min(centre + reach, 1.0)
    return McNemarTest(only_a, only_b, (only_a - only_b) / n, low, high, p_value, n, confidence)


def paired_errors(
    squared_errors_a: np.ndarray, squared_errors_b: np.ndarray, confidence: float = 0.95
) -> PairedTest:
    """Test whether two regression models have the same mean squared error, row by row.

    The ordinary paired t test, two-sided, on the squared errors of the same test rows, which are taken for
    independent. It compares two trained models; training again could change both. With few rows and heavy
    tails it is approximate.

    Args:
        squared_errors_a: Of model a on each test row, averaged over target columns, ``[N]``.
        squared_errors_b: Of model b, on the same rows.
        confidence: Of the interval, in (0, 1).

    Returns:
        Its ``difference`` is the mean squared error of a minus that of b.

    Raises:
        SettingError: The lengths differ, there is no row, or the confidence is outside its range.

    Example:
        >>> paired_errors(np.array([1.0, 2.0, 3.0]), np.array([0.0, 1.0, 1.0])).difference
        1.3333333333333333
    """
    return corrected_paired_test(squared_errors_a, squared_errors_b, test_to_train=0.0, confidence=confidence)
