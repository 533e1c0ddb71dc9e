"""Intervals: a mean never goes without its n, spread and bounds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from studium.errors import SettingError
from studium.validation.overlap import corrected_error, finite_or_nan, require_confidence


@dataclass(frozen=True)
class Interval:
    """A mean and how sure it is.

    Attributes:
        mean: Of the scores; NaN when a replicate diverged.
        low, high: Bounds of the interval; NaN when a replicate diverged or there is only one.
        n: Replicates, the diverged ones included.
        std: Sample standard deviation of the scores, ``n - 1`` in the denominator; NaN likewise.
        n_diverged: Replicates without a finite score.
        confidence: Of the interval, in (0, 1).
    """

    mean: float
    low: float
    high: float
    n: int
    std: float
    n_diverged: int = 0
    confidence: float = 0.95


@dataclass(frozen=True, eq=False)
class Band:
    """An interval at each point of a curve.

    Attributes:
        mean, low, high: ``[E]``; NaN as in :class:`Interval`, point by point.
        n: Replicates.
        confidence: Of each point's interval; not of the whole curve at once.
    """

    mean: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: int
    confidence: float = 0.95


def interval(scores: np.ndarray, test_to_train: float, confidence: float = 0.95) -> Interval:
    """Mean over replicates and its t interval, corrected for the overlap of training sets.

    ``mean +- t_{n-1} sqrt((1/n + n_test/n_train) s^2)``, see
    :func:`~studium.validation.overlap.corrected_error` (Nadeau and Bengio 2003; for repeated k-fold,
    Bouckaert and Frank 2004). The bounds are not cut to the range of the score: near 1 an accuracy's interval
    may reach above it.

    Args:
        scores: One score per replicate, ``[S, K]`` or ``[n]``. NaN or infinite: the replicate diverged, and
            the mean, the bounds and the spread are NaN, since the mean of what did not diverge would flatter
            the value.
        test_to_train: ``n_test / n_train`` of one replicate, at least 0.
        confidence: In (0, 1).

    Returns:
        For ``n = 1`` the mean, without spread and bounds; for equal scores an interval of width 0.

    Raises:
        SettingError: There is no score, or the ratio or the confidence is outside its range.

    Example:
        >>> found = interval(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), test_to_train=0.25)
        >>> round(found.low, 3), found.mean, round(found.high, 3), found.n
        (0.055, 3.0, 5.945, 5)
    """
    flat = finite_or_nan(scores).reshape(-1)
    around = band(flat[:, None], test_to_train, confidence)
    return Interval(
        mean=float(around.mean[0]),
        low=float(around.low[0]),
        high=float(around.high[0]),
        n=flat.size,
        std=float(flat.std(ddof=1)) if flat.size > 1 else float("nan"),
        n_diverged=int(np.isnan(flat).sum()),
        confidence=confidence,
    )


def band(curves: np.ndarray, test_to_train: float, confidence: float = 0.95) -> Band:
    """:func:`interval` at each epoch of learning curves.

    Args:
        curves: One curve per replicate, ``[n, E]``. Bring curves of unequal length to one length first.
        test_to_train: ``n_test / n_train`` of one replicate, at least 0.
        confidence: In (0, 1), at each epoch.

    Raises:
        SettingError: There is no curve, or the ratio or the confidence is outside its range.
    """
    require_confidence(confidence)
    curves = finite_or_nan(curves)
    n = len(curves)
    error = corrected_error(curves.T, test_to_train)  # [E]
    mean = curves.mean(axis=0)
    reach = special.stdtrit(max(n - 1, 1), (1 + confidence) / 2) * error
    return Band(mean, mean - reach, mean + reach, n, confidence)


def wilson(successes: int, n: int, confidence: float = 0.95) -> Interval:
    """Interval of an accuracy on independent rows, such as a test set's.

    Wilson's score interval (1927): it stays inside [0, 1] and has a width also when all or no rows are right.
    It tells how sure one trained model's accuracy is, given finite test rows; not how training again would
    scatter.

    Args:
        successes: Rows predicted right, in [0, n].
        n: Rows, at least 1.
        confidence: In (0, 1).

    Returns:
        ``std`` is that of one row's correctness, ``sqrt(p (1 - p))``.

    Raises:
        SettingError: An argument is outside its range.

    Example:
        >>> found = wilson(85, 100)
        >>> round(found.low, 4), found.mean, round(found.high, 4)
        (0.7672, 0.85, 0.9069)
    """
    require_confidence(confidence)
    if not 0 <= successes <= n or n < 1:
        raise SettingError(
            f"{successes} of {n} rows are right, but it must be 0 to n of at least 1 row: count again"
        )
    bounds = stats.binomtest(int(successes), int(n)).proportion_ci(confidence, method="wilson")
    share = successes / n
    return Interval(
        share,
        float(bounds.low),
        float(bounds.high),
        int(n),
        float(np.sqrt(share * (1 - share))),
        confidence=confidence,
    )
