from typing import Any

import numpy as np
import pytest
from scipy import stats

from studium.errors import SettingError
from studium.validation import mcnemar, paired_errors


def _results(both: int, only_a: int, only_b: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    a = np.repeat([True, True, False, False], [both, only_a, only_b, neither])
    b = np.repeat([True, False, True, False], [both, only_a, only_b, neither])
    return a, b


def test_mcnemar_by_hand() -> None:
    # 1 against 7: P(X <= 1 or X >= 7) for 8 tosses of a coin = 2 * (1 + 8) / 256
    found = mcnemar(*_results(80, 1, 7, 12))
    assert (found.only_a, found.only_b, found.n) == (1, 7, 100)
    assert found.p_value == pytest.approx(18 / 256)
    assert found.difference == pytest.approx(-0.06)


def test_the_interval_is_that_of_agresti_and_min() -> None:
    # 0.5 added to each of 60, 10, 25, 5; n = 102, b = 10.5, c = 25.5
    found = mcnemar(*_results(60, 10, 25, 5))
    centre, error = -15 / 102, np.sqrt(36 - 15**2 / 102) / 102
    assert (found.low, found.high) == pytest.approx((centre - 1.959964 * error, centre + 1.959964 * error))


def test_the_interval_covers() -> None:
    """4000 pairs of classifiers, right together more often than by chance, on 200 rows."""
    rng, shares = np.random.default_rng(0), [0.8, 0.08, 0.04, 0.08]
    covered = [
        found.low <= 0.04 <= found.high
        for found in (mcnemar(*_results(*counts)) for counts in rng.multinomial(200, shares, size=4000))
    ]
    assert 0.94 < np.mean(covered) < 0.97


def test_equal_models_are_seldom_called_different() -> None:
    rng = np.random.default_rng(1)
    p_values = [
        mcnemar(*_results(*c)).p_value for c in rng.multinomial(200, [0.8, 0.06, 0.06, 0.08], size=2000)
    ]
    assert np.mean(np.array(p_values) <= 0.05) <= 0.05  # exact tests are conservative


@pytest.mark.parametrize("counts", [(10, 0, 0, 0), (0, 0, 0, 10), (1, 0, 0, 0)])
def test_models_right_on_the_same_rows_do_not_differ(counts: tuple[int, int, int, int]) -> None:
    found = mcnemar(*_results(*counts))
    assert (found.difference, found.p_value) == (0, 1)
    assert found.low < 0 < found.high


def test_a_one_sided_outcome_stays_inside_its_range() -> None:
    found = mcnemar(*_results(0, 1, 0, 0))
    assert -1 <= found.low < found.high <= 1
    assert found.p_value == 1


@pytest.mark.parametrize(("a", "b"), [([True], [True, False]), ([], []), ([[True]], [[True]])])
def test_what_cannot_be_paired_is_refused(a: list[Any], b: list[Any]) -> None:
    with pytest.raises(SettingError, match="cannot be compared"):
        mcnemar(np.array(a, bool), np.array(b, bool))


def test_paired_errors_is_the_paired_t_test_of_scipy() -> None:
    a, b = np.random.default_rng(2).chisquare(1, (2, 50))
    ours, theirs = paired_errors(a, b), stats.ttest_rel(a, b)
    assert (ours.statistic, ours.p_value) == pytest.approx((theirs.statistic, theirs.pvalue))
    assert ours.difference == pytest.approx(a.mean() - b.mean())
