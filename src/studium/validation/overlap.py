"""Standard errors of scores whose training sets overlap."""

from __future__ import annotations

import numpy as np

from studium.errors import SettingError


def corrected_error(scores: np.ndarray, test_to_train: float) -> np.ndarray:
    """Standard error of the mean over replicates that share training rows.

    Scores of resampled or cross-validated replicates are correlated, since their training sets overlap; the
    ordinary ``s^2 / n`` is far too small. Nadeau and Bengio (2003, "Inference for the generalization error")
    take the correlation for ``rho = n_test / (n_test + n_train)``, which gives the variance

        ``(1/n + n_test/n_train) s^2``,    ``s^2`` the sample variance, with ``n - 1`` degrees of freedom.

    Bouckaert and Frank (2004, "Evaluating the replicability of significance tests for comparing learning
    algorithms") use it unchanged for k-fold cross-validation repeated over seeds, ``n = K S``. The second
    term does not shrink with ``n``: more repetitions on the same rows cannot replace more rows.

    Args:
        scores: ``[..., n]``, replicates last.
        test_to_train: ``n_test / n_train`` of one replicate, at least 0; 0 for independent replicates.

    Returns:
        ``[...]``; NaN where a score is not finite, and everywhere for ``n = 1``.

    Raises:
        SettingError: ``test_to_train`` is negative or not finite, or there is no score.

    Example:
        >>> corrected_error(np.array([1.0, 2.0, 3.0, 4.0, 5.0]), 0.25)  # sqrt((1/5 + 1/4) * 2.5)
        array(1.06066017)
    """
    if not 0 <= test_to_train < np.inf:
        raise SettingError(
            f"the ratio of test to training rows is {test_to_train}, but it must be at least 0 and finite: "
            "pass the replicates' test_to_train"
        )
    n = scores.shape[-1]
    if n == 0:
        raise SettingError("there are 0 scores, but at least 1 is needed: pass the score of each replicate")
    if n == 1:
        return np.full(scores.shape[:-1], np.nan)
    return np.asarray(finite_or_nan(scores).std(axis=-1, ddof=1) * np.sqrt(1 / n + test_to_train))


def finite_or_nan(scores: np.ndarray) -> np.ndarray:
    """Scores as float64 with NaN for whatever is not finite: a diverged replicate has no score."""
    scores = np.asarray(scores, dtype=np.float64)
    return np.where(np.isfinite(scores), scores, np.nan)


def t_statistic(difference: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Mean difference over its standard error, with a limit where the error is 0.

    Args:
        difference: Mean differences, ``[...]``.
        error: Their standard errors, ``[...]``.

    Returns:
        ``[...]``; where the error is 0: 0 for a difference of 0, else infinite with its sign.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((difference == 0) & (error == 0), 0.0, difference / error)


def require_confidence(confidence: float) -> None:
    """Refuse a confidence outside (0, 1).

    Raises:
        SettingError: It is.
    """
    if not 0 < confidence < 1:
        raise SettingError(
            f"the confidence is {confidence}, but it must be in (0, 1): choose for example 0.95"
        )
