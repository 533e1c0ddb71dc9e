import numpy as np
import pytest
from scipy import stats

from studium.errors import SettingError
from studium.validation import band, interval, wilson


def test_without_overlap_it_is_the_t_interval() -> None:
    scores = np.array([0.31, 0.28, 0.35, 0.30, 0.41])
    found = interval(scores, test_to_train=0)
    low, high = stats.t.interval(0.95, 4, loc=scores.mean(), scale=stats.sem(scores))
    assert (found.low, found.high) == pytest.approx((low, high))
    assert (found.mean, found.n, found.std) == pytest.approx((scores.mean(), 5, scores.std(ddof=1)))


def test_hand_arithmetic_of_the_correction() -> None:
    # s^2 = 2.5, n = 5, n_test / n_train = 1/4: error sqrt((1/5 + 1/4) * 2.5); t_4(0.975) = 2.7764451
    found = interval(np.array([[1.0, 2.0, 3.0, 4.0, 5.0]]), test_to_train=0.25)
    assert found.high - found.mean == pytest.approx(1.125**0.5 * 2.7764451)
    assert found.mean - found.low == pytest.approx(found.high - found.mean)


def test_shape_does_not_matter_and_confidence_widens() -> None:
    scores = np.random.default_rng(0).normal(size=(3, 5))
    assert interval(scores, 0.25) == interval(scores.reshape(-1), 0.25)
    assert interval(scores, 0.25, confidence=0.99).high > interval(scores, 0.25).high


@pytest.mark.parametrize("confidence", [0.5, 0.95])
def test_coverage_over_replicates_with_overlapping_training_sets(confidence: float) -> None:
    """4000 simulated studies with the correlation that the correction assumes."""
    rng, n, rho, truth = np.random.default_rng(1), 15, 0.2, 0.3
    shared, own = rng.standard_normal((4000, 1)), rng.standard_normal((4000, n))
    scores = truth + 0.1 * (np.sqrt(rho) * shared + np.sqrt(1 - rho) * own)
    corrected = band(scores.T, rho / (1 - rho), confidence)
    share = np.mean((corrected.low <= truth) & (truth <= corrected.high))
    assert stats.binomtest(int(share * 4000), 4000, confidence).pvalue > 0.01
    naive = band(scores.T, 0, confidence)
    assert np.mean((naive.low <= truth) & (truth <= naive.high)) < confidence - 0.2


def test_band_is_the_interval_at_each_epoch() -> None:
    curves = np.random.default_rng(2).normal(size=(6, 4))
    curves[0, 3] = np.nan
    found = band(curves, 0.25)
    for epoch in range(4):
        single = interval(curves[:, epoch], 0.25)
        here = (found.mean[epoch], found.low[epoch], found.high[epoch])
        assert here == pytest.approx((single.mean, single.low, single.high), nan_ok=True)
    assert found.n == 6
    assert np.isnan(found.mean).tolist() == [False, False, False, True]


def test_one_replicate_has_a_mean_and_nothing_else() -> None:
    found = interval(np.array([0.3]), 0.25)
    assert (found.mean, found.n) == (0.3, 1)
    assert np.isnan([found.low, found.high, found.std]).all()


def test_equal_scores_have_an_interval_of_no_width() -> None:
    found = interval(np.full(5, 0.25), 0.25)
    assert (found.low, found.mean, found.high, found.std) == (0.25, 0.25, 0.25, 0.0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_diverged_replicate_leaves_no_mean(bad: float) -> None:
    found = interval(np.array([0.1, bad, 0.2]), 0.25)
    assert np.isnan([found.mean, found.low, found.high, found.std]).all()
    assert (found.n, found.n_diverged) == (3, 1)


@pytest.mark.parametrize(
    ("scores", "ratio", "confidence", "named"),
    [
        ([], 0.25, 0.95, "0 scores"),
        ([1.0, 2.0], -0.1, 0.95, "-0.1"),
        ([1.0, 2.0], np.inf, 0.95, "inf"),
        ([1.0, 2.0], 0.25, 1.0, "1.0"),
        ([1.0, 2.0], 0.25, 0.0, "0.0"),
    ],
)
def test_bad_arguments_are_named(scores: list[float], ratio: float, confidence: float, named: str) -> None:
    with pytest.raises(SettingError, match=named):
        interval(np.array(scores), ratio, confidence)


def test_wilson_equals_its_formula() -> None:
    successes, n, z = 8901, 10_000, stats.norm.ppf(0.975)
    share = successes / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    found = wilson(successes, n)
    assert (found.low, found.high) == pytest.approx((centre - reach, centre + reach))
    assert (found.mean, found.n, found.std) == pytest.approx((0.8901, n, np.sqrt(share * (1 - share))))


def test_wilson_at_the_ends_stays_inside_and_has_a_width() -> None:
    none, every = wilson(0, 20), wilson(20, 20)
    assert none.low == pytest.approx(0, abs=1e-12)
    assert 0.1 < none.high < 0.2
    assert (every.low, every.high) == pytest.approx((1 - none.high, 1))


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (0, 0)])
def test_wilson_refuses_impossible_counts(successes: int, n: int) -> None:
    with pytest.raises(SettingError, match=f"{successes} of {n}"):
        wilson(successes, n)
