"""Rungs: who goes on follows from the scores alone, and never more than the share that may."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studium.errors import SettingError
from studium.studies.rungs import Ladder, rung_epochs

SCORES = st.lists(st.integers(0, 8).map(float), min_size=1, max_size=12)  # few values, so that there are ties
quick = settings(max_examples=60, deadline=None, derandomize=True)


@pytest.mark.parametrize(
    ("epochs", "n_rungs", "keep", "expected"),
    [
        (12, 3, 4, (1, 3, 12)),
        (8, 3, 2, (2, 4, 8)),
        (100, 1, 4, (100,)),
        (1, 3, 4, (1,)),
        (2, 5, 4, (1, 2)),
        (27, 4, 3, (1, 3, 9, 27)),
    ],
)
def test_rungs_are_powers_of_the_share_by_hand(
    epochs: int, n_rungs: int, keep: int, expected: tuple[int, ...]
) -> None:
    assert rung_epochs(epochs, n_rungs, keep) == expected


@quick
@given(epochs=st.integers(1, 2000), n_rungs=st.integers(1, 8), keep=st.integers(2, 9))
def test_rungs_rise_to_the_end(epochs: int, n_rungs: int, keep: int) -> None:
    found = rung_epochs(epochs, n_rungs, keep)
    assert found[-1] == epochs
    assert found[0] >= 1
    assert list(found) == sorted(set(found))
    assert len(found) <= n_rungs


@pytest.mark.parametrize(("n_rungs", "keep"), [(0, 4), (3, 1)])
def test_a_race_needs_a_rung_and_somebody_to_drop(n_rungs: int, keep: int) -> None:
    with pytest.raises(SettingError, match="needs at least 1 rung and to keep one in 2"):
        rung_epochs(10, n_rungs, keep)


@pytest.mark.parametrize("lower", [True, False])
def test_the_best_quarter_goes_on_best_first(lower: bool) -> None:
    errors = {0: 0.3, 1: 0.1, 2: 0.8, 3: 0.2, 4: 0.9, 5: 0.7, 6: 0.6, 7: 0.5}
    scores = errors if lower else {number: 1 - error for number, error in errors.items()}
    assert Ladder((1, 4), 4, lower).survivors(0, scores) == [1, 3]


def test_a_poor_batch_sends_nobody_on_and_a_good_one_its_share() -> None:
    ladder = Ladder((1, 4), 2, lower_is_better=True)
    assert ladder.survivors(0, {0: 0.5, 1: 0.4, 2: 0.3, 3: 0.6}) == [2, 1]
    assert ladder.survivors(0, {4: 0.9, 5: 0.8}) == []  # the third of six is 0.5
    assert ladder.survivors(0, {6: 0.1, 7: 0.2}) == [6]  # both are better than the fourth of eight, 0.4
    assert ladder.survivors(0, {}) == []


def test_rungs_do_not_know_of_each_other() -> None:
    ladder = Ladder((1, 4, 16), 2, lower_is_better=True)
    ladder.survivors(0, {0: 0.1, 1: 0.2})
    assert ladder.survivors(1, {1: 9.0}) == [1]


@quick
@given(scores=SCORES, keep=st.integers(2, 5), lower=st.booleans())
def test_of_the_first_batch_just_the_share_goes_on(scores: list[float], keep: int, lower: bool) -> None:
    kept = Ladder((1, 2), keep, lower).survivors(0, dict(enumerate(scores)))
    best = sorted(
        range(len(scores)), key=lambda number: scores[number] if lower else -scores[number]
    )  # stable
    assert kept == best[: math.ceil(len(scores) / keep)]


@quick
@given(batches=st.lists(SCORES, min_size=1, max_size=5), keep=st.integers(2, 5), data=st.data())
def test_the_order_within_a_batch_does_not_matter_and_every_batch_is_judged_by_all_before(
    batches: list[list[float]], keep: int, data: st.DataObject
) -> None:
    one, twin = Ladder((1, 2), keep, True), Ladder((1, 2), keep, True)
    reached: list[float] = []
    for scores in batches:
        named = dict(enumerate(scores))
        shuffled = dict(data.draw(st.permutations(list(named.items()))))
        kept = one.survivors(0, named)
        assert twin.survivors(0, shuffled) == kept
        reached += scores
        # Who goes on has fewer than the share better than it, in all so far and, lower numbers first, in its batch.
        n, n_batch = math.ceil(len(reached) / keep), math.ceil(len(scores) / keep)
        for number, score in named.items():
            ahead = sum(each < score or (each == score and other < number) for other, each in named.items())
            assert (number in kept) == (sum(each < score for each in reached) < n and ahead < n_batch)
