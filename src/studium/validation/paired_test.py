"""The paired test of two settings on the same replicates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy import special

from studium.errors import SettingError
from studium.validation.overlap import corrected_error, finite_or_nan, require_confidence, t_statistic

Alternative = Literal["two-sided", "less", "greater"]


@dataclass(frozen=True)
class PairedTest:
    """Result of a paired t test.

    Attributes:
        difference: Mean of ``a - b``.
        low, high: Two-sided interval of the difference, whatever the alternative.
        statistic: The difference over its corrected standard error.
        df: Degrees of freedom, ``n - 1``.
        p_value: Of the alternative.
        n: Pairs.
        confidence: Of the interval.
    """

    difference: float
    low: float
    high: float
    statistic: float
    df: int
    p_value: float
    n: int
    confidence: float = 0.95


def corrected_paired_test(
    a: np.ndarray,
    b: np.ndarray,
    test_to_train: float,
    alternative: Alternative = "two-sided",
    confidence: float = 0.95,
) -> PairedTest:
    """Paired t test over the same folds and seeds, corrected for the overlap of training sets.

    With ``d_i = a_i - b_i``, ``t = mean(d) / sqrt((1/n + n_test/n_train) s_d^2)`` has ``n - 1`` degrees of
    freedom (Nadeau and Bengio 2003; for repeated k-fold, Bouckaert and Frank 2004). With ``test_to_train =
    0`` it is the ordinary paired t test. It assumes that the scores scatter more by the rows tested on than
    by the rows trained on.

    Args:
        a: Scores of one setting, ``[S, K]`` or ``[n]``.
        b: Scores of the other on the same replicates, same shape.
        test_to_train: ``n_test / n_train`` of one replicate, at least 0.
        alternative: ``greater`` asks whether ``a`` is above ``b`` in the mean, ``less`` whether below.
        confidence: Of the interval, in (0, 1).

    Returns:
        With one pair only the difference is known, with a diverged replicate (NaN or infinite score) not even
        that: everything unknown is NaN. If all differences are equal, the statistic is infinite (p 0 or 1),
        and 0 if they are all 0 (p 1, or 0.5 one-sided).

    Raises:
        SettingError: The shapes differ, there is no pair, or an argument is outside its range.

    Example:
        >>> test = corrected_paired_test(np.array([1.0, 2, 3, 4, 5]), np.zeros(5), 0.25, "greater")
        >>> round(test.statistic, 4), test.df, round(test.p_value, 4)
        (2.8284, 4, 0.0237)
    """
    require_confidence(confidence)
    if alternative not in ("two-sided", "less", "greater"):
        raise SettingError(
            f"the alternative is {alternative!r}, but it must be two-sided, less or greater: choose one"
        )
    a, b = finite_or_nan(a), finite_or_nan(b)
    if a.shape != b.shape:
        raise SettingError(
            f"scores of shapes {a.shape} and {b.shape} cannot be paired: score both on the same replicates"
        )
    differences = (a - b).reshape(-1)
    error = float(corrected_error(differences, test_to_train))
    n = differences.size
    difference = float(differences.mean())
    statistic = float(t_statistic(np.array(difference), np.array(error)))
    reach = float(special.stdtrit(max(n - 1, 1), (1 + confidence) / 2)) * error
    return PairedTest(
        difference,
        difference - reach,
        difference + reach,
        statistic,
        n - 1,
        _p_value(statistic, n - 1, alternative),
        n,
        confidence,
    )


def _p_value(statistic: float, df: int, alternative: Alternative) -> float:
    if df == 0:
        return float("nan")
    if alternative == "two-sided":
        return float(2 * special.stdtr(df, -abs(statistic)))
    return float(special.stdtr(df, statistic if alternative == "less" else -statistic))
