from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from studium.errors import SettingError
from studium.validation import corrected_paired_test, not_worse


def _scores(means: Sequence[float], *, n: int = 15, spread: float = 0.1, seed: int = 0) -> np.ndarray:
    return np.array(means)[:, None] + spread * np.random.default_rng(seed).normal(size=(len(means), n))


def test_it_is_made_of_paired_tests_simes_and_holm() -> None:
    scores = _scores([0.3, 0.5, 0.4])
    p = [
        [corrected_paired_test(scores[v], scores[j], 0.25, "greater").p_value for j in range(3) if j != v]
        for v in range(3)
    ]
    single = [min(2 * min(pair), max(pair)) for pair in p]  # Simes of two
    assert single[1] < single[2] < single[0]
    by_hand = [1.0, 3 * single[1], max(3 * single[1], 2 * single[2])]
    found = not_worse(scores, 0.25)
    assert found.p_values == pytest.approx(by_hand)
    assert (found.best, found.not_worse.tolist()) == (0, [True, False, True])


def test_without_overlap_two_values_are_one_paired_t_test() -> None:
    scores = _scores([0.3, 0.345])
    one_sided = stats.ttest_rel(scores[1], scores[0], alternative="greater").pvalue
    assert not_worse(scores, 0).p_values[1] == pytest.approx(2 * one_sided)


@pytest.mark.parametrize(("alpha", "verdict"), [(0.04, False), (0.03, True)])
def test_both_sides_of_alpha(alpha: float, verdict: bool) -> None:
    found = not_worse(_scores([0.3, 0.345]), 0, alpha=alpha)
    assert 0.03 < found.p_values[1] < 0.04
    assert found.not_worse.tolist() == [True, verdict]


def test_a_higher_score_is_better_when_told_so() -> None:
    scores = _scores([0.3, 0.9, 0.4])
    lower, higher = not_worse(scores, 0.25), not_worse(-scores, 0.25, lower_is_better=False)
    assert (lower.p_values == higher.p_values).all()
    assert lower.best == higher.best == 0
    assert not_worse(scores, 0.25, lower_is_better=False).best == 1


def test_seeds_and_folds_may_have_their_own_axes() -> None:
    scores = _scores([0.3, 0.9, 0.4])
    assert (not_worse(scores.reshape(3, 3, 5), 0.25).p_values == not_worse(scores, 0.25).p_values).all()


@given(st.permutations(range(6)))
def test_the_order_of_the_values_does_not_matter(order: list[int]) -> None:
    scores = _scores([0.3, 0.31, 0.4, 0.5, 0.9, 0.32])
    one, other = not_worse(scores, 0.25), not_worse(scores[order], 0.25)
    assert other.p_values == pytest.approx(one.p_values[order])
    assert other.best is not None
    assert order[other.best] == one.best


@given(st.integers(0, 10_000), st.integers(1, 8), st.integers(1, 6))
def test_the_best_is_never_worse(seed: int, n_values: int, n: int) -> None:
    scores = np.round(np.random.default_rng(seed).normal(size=(n_values, n)), 1)  # with ties
    found = not_worse(scores, 0.25, alpha=0.9)
    assert found.best is not None
    assert found.not_worse[found.best]
    assert found.p_values[found.best] == 1
    assert scores.mean(axis=1)[found.best] == pytest.approx(scores.mean(axis=1).min())


def test_equal_scores_are_not_worse_than_each_other() -> None:
    found = not_worse(np.tile([0.1, 0.2, 0.3], (4, 1)), 0.25)
    assert found.best == 0
    assert found.not_worse.all()


def test_constant_differences_are_certain() -> None:
    found = not_worse(np.array([[1.0, 2, 3], [2.0, 3, 4]]), 0.25)
    assert found.p_values.tolist() == [1, 0]
    assert found.not_worse.tolist() == [True, False]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_diverged_value_is_worse_and_takes_no_part(bad: float) -> None:
    scores = _scores([0.3, 0.1, 0.9, 0.31])
    scores[1, 4] = bad
    found = not_worse(scores, 0.25)
    others = not_worse(scores[[0, 2, 3]], 0.25)
    assert (found.best, found.not_worse.tolist()) == (0, [True, False, False, True])
    assert np.isnan(found.p_values[1])
    assert (found.p_values[[0, 2, 3]] == others.p_values).all()
    assert found.n_compared == 3
    assert found.description.endswith("Holm over 3 values, alpha 0.05; 1 more diverged, worse by definition")


def test_all_diverged_is_a_result() -> None:
    found = not_worse(np.full((3, 5), np.nan), 0.25)
    assert found.best is None
    assert not found.not_worse.any()
    assert found.description == "nothing to compare: all 3 values diverged"


def test_one_replicate_tells_nothing_apart() -> None:
    found = not_worse(np.array([[0.1], [0.9]]), 0.25)
    assert (found.best, found.not_worse.tolist(), found.p_values.tolist()) == (0, [True, True], [1, 1])
    assert found.description.startswith("no test: a single score a value")


def test_one_value_is_the_best() -> None:
    found = not_worse(np.array([[0.1, 0.2]]), 0.25)
    assert (found.best, found.not_worse.tolist(), found.p_values.tolist()) == (0, [True], [1])
    assert found.description == "no test: one value with 2 folds x seeds"


def test_the_description_states_the_test() -> None:
    assert not_worse(_scores([0.0] * 9), 0.25).description == (
        "differences paired over 15 folds x seeds, corrected for overlap (Nadeau and Bengio 2003), "
        "each value against every other (Simes 1986), Holm over 9 values, alpha 0.05"
    )
    assert not_worse(_scores([1.0, 2.0]), 0.25, ratios=True).description.startswith("ratios paired")


def test_ratios_compare_logarithms() -> None:
    scores = np.exp(_scores([0.3, 0.5, 0.4]))
    assert not_worse(scores, 0.25, ratios=True).p_values == pytest.approx(
        not_worse(np.log(scores), 0.25).p_values
    )


def test_ratios_find_a_value_whose_loss_is_often_huge() -> None:
    good = 0.3 * np.exp(_scores([0.0]))
    erratic = 3 * np.exp(_scores([0.0], spread=2.0, seed=1))
    scores = np.concatenate([good, erratic])
    assert not_worse(scores, 0.25).not_worse.tolist() == [True, True]
    assert not_worse(scores, 0.25, ratios=True).not_worse.tolist() == [True, False]


def test_ratios_of_a_zero_loss_are_finite() -> None:
    found = not_worse(np.array([[0.0, 0.0, 0.0], [0.1, 0.2, 0.3]]), 0.25, ratios=True)
    assert (found.best, found.not_worse.tolist()) == (0, [True, False])


@pytest.mark.parametrize(
    ("scores", "arguments", "named"),
    [
        (np.zeros(3), {}, r"\(3,\)"),
        (np.zeros((0, 3)), {}, r"\(0, 3\)"),
        (np.zeros((3, 0)), {}, r"\(3, 0\)"),
        (np.zeros((2, 3)), {"alpha": 0}, "alpha is 0"),
        (np.zeros((2, 3)), {"alpha": 1.0}, "alpha is 1.0"),
        (np.zeros((2, 3)), {"test_to_train": -0.5}, "-0.5"),
        (np.array([[1.0, -0.5], [1, 1]]), {"ratios": True}, "-0.5"),
    ],
)
def test_bad_arguments_are_named(scores: np.ndarray, arguments: dict[str, Any], named: str) -> None:
    with pytest.raises(SettingError, match=named):
        not_worse(scores, **{"test_to_train": 0.25} | arguments)
