"""Many tests at once: corrections of p-values."""

from __future__ import annotations

import numpy as np

from studium.errors import SettingError


def holm(p_values: np.ndarray) -> np.ndarray:
    """Holm's step-down adjustment, which bounds the probability of any false rejection.

    In ascending order ``p_(1) <= ... <= p_(m)``, the adjusted ``p_(i)`` is ``max_{j <= i} min(1, (m - j + 1)
    p_(j))``; rejecting those at most alpha keeps the family-wise error at or below alpha, however the tests
    depend on each other (Holm 1979, "A simple sequentially rejective multiple test procedure").

    Args:
        p_values: ``[m]``, each in [0, 1]; may be empty.

    Returns:
        ``[m]``, in the order given, none below its raw p-value.

    Raises:
        SettingError: A p-value is outside [0, 1] or NaN.

    Example:
        >>> holm(np.array([0.01, 0.04, 0.03, 0.005]))
        array([0.03, 0.06, 0.06, 0.02])
    """
    p_values = _checked(p_values)
    order = p_values.argsort(kind="stable")
    factors = np.arange(len(order), 0, -1)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(factors * p_values[order]), 1.0)
    return adjusted


def simes(p_values: np.ndarray) -> np.ndarray:
    """Simes' p-value of the hypothesis that all of some hypotheses are true.

    ``min_k (m / k) p_(k)`` over the ascending p-values: never above Bonferroni's ``m p_(1)``, and near the
    single p-values when they agree. It holds for independent and for positively dependent tests, such as
    those of one setting against many others (Simes 1986, "An improved Bonferroni procedure for multiple tests
    of significance"; Sarkar 1998).

    Args:
        p_values: ``[..., m]``, each in [0, 1], m at least 1.

    Returns:
        ``[...]``.

    Raises:
        SettingError: A p-value is outside [0, 1] or NaN, or there is none.

    Example:
        >>> simes(np.array([0.02, 0.03, 0.5]))  # min(3 * 0.02, 3 / 2 * 0.03, 0.5)
        array(0.045)
    """
    p_values = _checked(p_values)
    m = p_values.shape[-1]
    if m == 0:
        raise SettingError("there are 0 p-values, but at least 1 is needed: pass one per hypothesis")
    return np.asarray((np.sort(p_values, axis=-1) * (m / np.arange(1, m + 1))).min(axis=-1))


def _checked(p_values: np.ndarray) -> np.ndarray:
    p_values = np.asarray(p_values, dtype=np.float64)
    if not ((p_values >= 0) & (p_values <= 1)).all():
        raise SettingError("a p-value is outside [0, 1] or NaN: leave out hypotheses that were not tested")
    return p_values
