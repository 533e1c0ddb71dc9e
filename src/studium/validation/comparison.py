"""Which values of a study are worse than the best, and which are not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from studium.errors import SettingError
from studium.validation.multiplicity import holm, simes
from studium.validation.overlap import corrected_error, finite_or_nan, t_statistic


@dataclass(frozen=True, eq=False)
class Comparison:
    """Verdicts on the values of a study.

    Attributes:
        best: Index of the value with the best mean; ``None`` if all diverged.
        not_worse: Which values are not significantly worse than the best, ``[V]`` bool; the best among them.
        p_values: Adjusted p-value of "this value is not among the best", ``[V]``; NaN where a replicate
            diverged.
        diverged: Values with a replicate that diverged, ``[V]`` bool; worse by definition.
        n: Replicates of each value.
        alpha: Bound on the probability that any of the truly best values is called worse.
        ratios: Whether ratios of scores were compared, or differences.
    """

    best: int | None
    not_worse: np.ndarray
    p_values: np.ndarray
    diverged: np.ndarray
    n: int
    alpha: float
    ratios: bool

    @property
    def n_compared(self) -> int:
        """Values that took part in the tests."""
        return int((~self.diverged).sum())

    @property
    def description(self) -> str:
        """The test in one sentence, to be printed where the verdicts are."""
        n_diverged = int(self.diverged.sum())
        if self.best is None:
            return f"nothing to compare: all {n_diverged} values diverged"
        also = f"; {n_diverged} more diverged, worse by definition" if n_diverged else ""
        if self.n_compared == 1:
            return f"no test: one value with {self.n} folds x seeds{also}"
        if self.n == 1:
            return f"no test: a single score a value cannot tell {self.n_compared} values apart{also}"
        return (
            f"{'ratios' if self.ratios else 'differences'} paired over {self.n} folds x seeds, corrected for "
            "overlap (Nadeau and Bengio 2003), each value against every other (Simes 1986), "
            f"Holm over {self.n_compared} values, alpha {self.alpha:g}{also}"
        )


def not_worse(
    scores: np.ndarray,
    test_to_train: float,
    lower_is_better: bool = True,
    alpha: float = 0.05,
    ratios: bool = False,
) -> Comparison:
    """Find the values that are not significantly worse than the best.

    Testing each value against the one that came out best is biased: that one was chosen for its luck on the
    very scores it is then compared with, and of many equal values the unluckiest is called worse far too
    often (in 21% of studies of nine equal values over 15 replicates, Holm's correction included; measured in
    ``tests/validation/test_false_verdicts.py``). Therefore no value is singled out. For each value v the
    hypothesis is that it is among the best,

        ``H_v: mu_v <= mu_j for every other value j``    (lower scores being better),

    1. ``p_vj``: one-sided paired t test that v is worse than j, over the same folds and seeds, corrected for
       the overlap of training sets (Nadeau and Bengio 2003);
    2. ``p_v = simes(p_vj over the V - 1 others j)``, a p-value of ``H_v``;
    3. Holm over the V values.

    Whichever values are truly best, one or several tied, the probability that any of them is called worse is
    at most alpha, as far as the t tests hold (Nadeau and Bengio's assume that scores scatter more by the rows
    tested on than by those trained on). The not-worse values are thus a confidence set that contains all the
    best ones (as in Hansen, Lunde and Nason 2011, "The model confidence set"). Not being called worse is not
    evidence of being as good.

    Args:
        scores: ``[V, S, K]`` or ``[V, n]``, replicates in the same order for every value. A value with a
            score that is NaN or infinite diverged: it is worse by definition, and no test is made with it.
        test_to_train: ``n_test / n_train`` of one replicate, at least 0.
        lower_is_better: True for losses and errors, False for accuracies.
        alpha: In (0, 1).
        ratios: Compare logarithms, hence geometric means. Right for losses, which scatter in proportion to
            their size: a value whose loss is often huge has so large a spread that its differences are never
            significant. Scores must not be negative; 0 counts as the smallest positive number.

    Returns:
        With one value or one replicate no test is possible: nothing is called worse, p is 1, and the
        description says so. Of equally good values the first is the best. Equal scores are never worse than
        each other.

    Raises:
        SettingError: There is no value or no replicate, a score is negative where ratios are compared, or an
            argument is outside its range.

    Example:
        >>> noise = np.random.default_rng(0).normal(0, 0.05, (3, 15))
        >>> found = not_worse(np.array([[0.3], [0.9], [0.31]]) + noise, test_to_train=0.25)
        >>> found.best, found.not_worse.tolist()
        (0, [True, False, True])
    """
    if not 0 < alpha < 1:
        raise SettingError(f"alpha is {alpha}, but it must be in (0, 1): choose for example 0.05")
    losses = _as_losses(scores, lower_is_better, ratios)  # [V, n], lower is better
    diverged = np.isnan(losses).any(axis=1)
    p_values = np.full(len(losses), np.nan)
    if diverged.all():
        return Comparison(None, ~diverged, p_values, diverged, losses.shape[1], alpha, ratios)
    best = int(np.where(diverged, np.inf, losses.mean(axis=1)).argmin())
    raw = _p_among_the_best(losses[~diverged], test_to_train)
    raw[np.flatnonzero(~diverged) == best] = 1.0  # it is at least 0.5 but for rounding
    p_values[~diverged] = holm(raw)
    return Comparison(best, p_values > alpha, p_values, diverged, losses.shape[1], alpha, ratios)


def _as_losses(scores: np.ndarray, lower_is_better: bool, ratios: bool) -> np.ndarray:
    scores = finite_or_nan(scores)
    if scores.ndim < 2 or scores.size == 0:
        raise SettingError(
            f"scores have shape {scores.shape}, but [values, replicates] is needed: pass a row per value"
        )
    scores = scores.reshape(len(scores), -1)  # [V, n]
    if ratios:
        if (scores < 0).any():
            raise SettingError(
                f"a score is {np.nanmin(scores)}, but ratios need scores of at least 0: compare differences"
            )
        scores = np.log(np.maximum(scores, np.finfo(np.float64).tiny))
    return scores if lower_is_better else -scores


def _p_among_the_best(losses: np.ndarray, test_to_train: float) -> np.ndarray:
    """p-value of H_v for each of V values, ``[V, n]`` to ``[V]``."""
    n_values, n = losses.shape
    if n_values == 1 or n == 1:
        return np.ones(n_values)
    return np.array([_p_no_other_is_better(losses, index, test_to_train) for index in range(n_values)])


def _p_no_other_is_better(losses: np.ndarray, index: int, test_to_train: float) -> float:
    differences = losses[index] - np.delete(losses, index, axis=0)  # [V - 1, n]
    statistics = t_statistic(differences.mean(axis=1), corrected_error(differences, test_to_train))
    return float(simes(special.stdtr(differences.shape[1] - 1, -statistics)))
