from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from studium.errors import SettingError
from studium.validation import holm, simes

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12).map(np.array)


@pytest.mark.parametrize(
    ("raw", "adjusted"),
    [
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),  # 4*.005, 3*.01, 2*.03, 1*.04 raised to .06
        ([0.02, 0.02, 0.02], [0.06, 0.06, 0.06]),
        ([0.9, 0.001, 0.6], [1.0, 0.003, 1.0]),
        ([0.2], [0.2]),
        ([], []),
    ],
)
def test_holm_by_hand(raw: np.ndarray, adjusted: list[float]) -> None:
    assert holm(np.array(raw)) == pytest.approx(np.array(adjusted))


@given(P_VALUES)
def test_holm_only_raises_and_keeps_the_order(raw: np.ndarray) -> None:
    adjusted = holm(raw)
    assert (adjusted >= raw).all()
    assert (adjusted <= 1).all()
    assert (np.diff(adjusted[raw.argsort()]) >= 0).all()
    assert (adjusted <= np.minimum(len(raw) * raw, 1)).all()  # never above Bonferroni's


@given(P_VALUES, st.randoms(use_true_random=False))
def test_holm_does_not_depend_on_the_order_given(raw: np.ndarray, random: Random) -> None:
    order = np.array(random.sample(range(len(raw)), len(raw)))
    assert (holm(raw[order]) == holm(raw)[order]).all()


@given(P_VALUES, st.sampled_from([0.01, 0.05, 0.3]))
def test_holm_rejects_what_the_step_down_rule_rejects(raw: np.ndarray, alpha: float) -> None:
    rejected = np.zeros(len(raw), bool)
    for step, index in enumerate(raw.argsort(kind="stable")):
        if raw[index] * (len(raw) - step) > alpha:
            break
        rejected[index] = True
    assert ((holm(raw) <= alpha) == rejected).all()


def test_simes_by_hand() -> None:
    assert simes(np.array([0.5, 0.02, 0.03])) == pytest.approx(0.045)  # of 0.06, 0.045, 0.5
    assert simes(np.array([[0.04, 0.04], [0.01, 1.0]])) == pytest.approx(np.array([0.04, 0.02]))


@given(P_VALUES)
def test_simes_is_the_smallest_benjamini_hochberg_p_value(raw: np.ndarray) -> None:
    assert simes(raw) == pytest.approx(stats.false_discovery_control(raw).min())
    assert raw.min() <= simes(raw) <= min(len(raw) * raw.min(), 1)


@pytest.mark.parametrize("correction", [holm, simes])
@pytest.mark.parametrize("bad", [-0.1, 1.1, np.nan])
def test_what_is_no_p_value_is_refused(correction: Callable[[np.ndarray], np.ndarray], bad: float) -> None:
    with pytest.raises(SettingError, match="p-value"):
        correction(np.array([0.5, bad]))


def test_simes_of_nothing_is_refused() -> None:
    with pytest.raises(SettingError, match="0 p-values"):
        simes(np.array([]))
