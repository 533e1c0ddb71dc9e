from typing import Any

import numpy as np
import pytest
from scipy import stats

from studium.errors import SettingError
from studium.validation import corrected_paired_test
from studium.validation.paired_test import Alternative


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
def test_without_overlap_it_is_the_paired_t_test_of_scipy(alternative: Alternative) -> None:
    a, b = np.random.default_rng(0).normal(size=(2, 12))
    ours = corrected_paired_test(a, b + 0.3, 0, alternative)
    theirs = stats.ttest_rel(a, b + 0.3, alternative=alternative)
    assert (ours.statistic, ours.p_value, ours.df) == pytest.approx((theirs.statistic, theirs.pvalue, 11))
    bounds = stats.ttest_rel(a, b + 0.3).confidence_interval(0.95)
    assert (ours.low, ours.high) == pytest.approx((bounds.low, bounds.high))


def test_numbers_published_by_scikit_learn() -> None:
    """Its example of grid search: 10 x 10 folds, t 2.611 before the correction, 0.750 after, p 0.227."""
    noise = np.random.default_rng(0).normal(size=100)
    noise = (noise - noise.mean()) / noise.std(ddof=1)
    scores = noise + 2.611 / np.sqrt(100)  # paired t of 2.611 with 99 degrees of freedom
    plain = corrected_paired_test(scores, np.zeros(100), 0, "greater")
    corrected = corrected_paired_test(scores, np.zeros(100), 10 / 90, "greater")
    assert plain.statistic == pytest.approx(2.611)
    assert plain.p_value == pytest.approx(0.005, abs=5e-4)
    assert corrected.statistic == pytest.approx(0.750, abs=5e-4)
    assert corrected.p_value == pytest.approx(0.227, abs=5e-4)


def test_hand_arithmetic() -> None:
    # differences 1 to 5: mean 3, s^2 = 2.5, error sqrt((1/5 + 1/4) * 2.5); t_4(0.975) = 2.7764451
    found = corrected_paired_test(np.array([[3.0, 5, 7, 9, 11]]), np.array([[2.0, 3, 4, 5, 6]]), 0.25)
    assert (found.difference, found.statistic, found.df, found.n) == pytest.approx((3, 8**0.5, 4, 5))
    assert (found.low, found.high) == pytest.approx((3 - 2.7764451 * 1.125**0.5, 3 + 2.7764451 * 1.125**0.5))


def test_swapping_the_sides_mirrors_the_result() -> None:
    a, b = np.random.default_rng(1).normal(size=(2, 3, 5))
    one, other = corrected_paired_test(a, b, 0.25, "less"), corrected_paired_test(b, a, 0.25, "greater")
    assert one.p_value == pytest.approx(other.p_value)
    assert (one.difference, one.low) == pytest.approx((-other.difference, -other.high))


def test_level_under_overlap() -> None:
    """Of 4000 tests of equal settings 5% are significant; without the correction far more."""
    rng, n, rho = np.random.default_rng(2), 10, 1 / 3
    shared, own = rng.standard_normal((4000, 1)), rng.standard_normal((4000, n))
    differences = np.sqrt(rho) * shared + np.sqrt(1 - rho) * own
    zeros = np.zeros(n)
    p_values = np.array([corrected_paired_test(row, zeros, rho / (1 - rho)).p_value for row in differences])
    assert stats.kstest(p_values, "uniform").pvalue > 0.01
    naive = np.array([corrected_paired_test(row, zeros, 0).p_value for row in differences[:500]])
    assert (naive <= 0.05).mean() > 0.2


@pytest.mark.parametrize(
    ("shift", "alternative", "p_value"),
    [
        (0.0, "two-sided", 1.0),
        (0.0, "greater", 0.5),
        (1.0, "two-sided", 0.0),
        (1.0, "greater", 0.0),
        (1.0, "less", 1.0),
    ],
)
def test_equal_differences(shift: float, alternative: Alternative, p_value: float) -> None:
    found = corrected_paired_test(np.arange(4.0) + shift, np.arange(4.0), 0.25, alternative)
    assert found.p_value == p_value
    assert (found.low, found.difference, found.high) == (shift, shift, shift)
    assert found.statistic == (np.inf if shift else 0)


def test_one_pair_gives_the_difference_only() -> None:
    found = corrected_paired_test(np.array([0.4]), np.array([0.1]), 0.25)
    assert found.difference == pytest.approx(0.3)
    assert (found.df, found.n) == (0, 1)
    assert np.isnan([found.low, found.high, found.statistic, found.p_value]).all()


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_diverged_replicate_leaves_nothing(bad: float) -> None:
    found = corrected_paired_test(np.array([0.1, bad, 0.3]), np.array([0.1, bad, 0.2]), 0.25)
    assert np.isnan([found.difference, found.low, found.high, found.statistic, found.p_value]).all()
    assert found.n == 3


@pytest.mark.parametrize(
    ("a", "b", "arguments", "named"),
    [
        ([1.0, 2], [1.0], {}, r"\(2,\) and \(1,\)"),
        ([], [], {}, "0 scores"),
        ([1.0, 2], [1.0, 2], {"test_to_train": -1}, "-1"),
        ([1.0, 2], [1.0, 2], {"alternative": "worse"}, "'worse'"),
        ([1.0, 2], [1.0, 2], {"confidence": 1.5}, "1.5"),
    ],
)
def test_bad_arguments_are_named(
    a: list[float], b: list[float], arguments: dict[str, Any], named: str
) -> None:
    with pytest.raises(SettingError, match=named):
        corrected_paired_test(np.array(a), np.array(b), **{"test_to_train": 0.25} | arguments)
