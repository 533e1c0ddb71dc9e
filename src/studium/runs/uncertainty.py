"""How sure the test score of one network is, from the number of rows it was measured on."""

from __future__ import annotations

import numpy as np

from studium.runs.results import Interval
from studium.validation import interval, wilson


def accuracy_interval(share: float, n: int) -> Interval:
    """Where the true accuracy lies: Wilson's score interval.

    Args:
        share: Share of right rows, in [0, 1].
        n: Rows, at least 1.

    Example:
        >>> found = accuracy_interval(0.85, 100)
        >>> round(found.low, 4), round(found.high, 4)
        (0.7672, 0.9069)
    """
    found = wilson(round(share * n), n)
    return Interval(
        low=found.low,
        high=found.high,
        level=found.confidence,
        method=f"Wilson's score interval, {n:,} test rows",
    )


def error_interval(errors: np.ndarray) -> Interval | None:
    """Where the true mean of errors lies: Student's t interval, cut at 0.

    Args:
        errors: Squared error of each test row, ``[N]``, independent of each other.

    Returns:
        ``None`` for fewer than two rows.
    """
    if len(errors) < 2:
        return None
    found = interval(errors, test_to_train=0)
    method = f"Student's t interval of the squared errors of {len(errors):,} test rows"
    return Interval(low=max(0.0, found.low), high=found.high, level=found.confidence, method=method)
