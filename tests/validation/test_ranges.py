from collections.abc import Hashable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studium.errors import SettingError
from studium.validation import good_range

RATES = [1e-5, 1e-4, 3e-3, 3e-2, 1.0]


def test_as_the_source_writes_it() -> None:
    found = good_range(RATES, [False, True, True, True, False], best=2, log=True)
    assert found.text("learning rate") == "learning rate: [1e-4, 3e-2], best 3e-3"
    assert found.values == (1e-4, 3e-3, 3e-2)
    assert (found.reaches_lowest, found.reaches_highest) == (False, False)


def test_order_of_the_values_does_not_matter() -> None:
    order = [3, 0, 4, 2, 1]
    verdicts = np.array([False, True, True, True, False])
    shuffled = good_range([RATES[index] for index in order], verdicts[order], best=3, log=True)
    assert shuffled == good_range(RATES, verdicts, best=2, log=True)


def test_the_stretch_ends_where_a_value_is_worse_and_the_others_are_listed() -> None:
    found = good_range([0, 0.2, 0.4, 0.6, 0.8], [True, False, True, True, True], best=3)
    assert (found.values, found.others) == ((0.4, 0.6, 0.8), (0,))
    assert (found.reaches_lowest, found.reaches_highest) == (False, True)
    assert found.text("dropout") == "dropout: [0.4, 0.8], best 0.6 (not worse either: 0)"


def test_many_others_are_counted() -> None:
    values = list(range(20))
    found = good_range(values, [number != 15 for number in values], best=18)
    assert found.others == tuple(range(15))
    assert found.text("n") == "n: [16, 19], best 18 (not worse either: 15 values from 0 to 14)"
    named = replace(found, others=(*found.others, "none"))
    assert named.text("n").endswith("(not worse either: 15 values from 0 to 14, none)")


def test_only_the_best_is_good() -> None:
    found = good_range([16, 32, 64], [False, True, False], best=1)
    assert found.text("batch size") == "batch size: [32, 32], best 32"


def test_categories_keep_their_order() -> None:
    found = good_range(["sgd", "adam", "rmsprop", "nesterov"], [False, True, False, True], best=1)
    assert found.text("optimizer") == "optimizer: {adam, nesterov}, best adam"
    assert not found.ordered


@pytest.mark.parametrize("values", [(5, 10, None), (True, False, True), ((64,), (64, 64), (32,))])
def test_one_value_that_is_no_number_makes_categories(values: Sequence[Hashable]) -> None:
    found = good_range(values, [True, False, True], best=0)
    assert not found.ordered
    assert found.text("p").startswith("p: {")


def test_numbers_of_numpy_are_numbers() -> None:
    found = good_range([np.float64(0.1), np.float32(0.2), np.int64(1)], np.array([True, True, False]), best=0)
    assert found.ordered
    assert found.text("momentum") == "momentum: [0.1, 0.2], best 0.1"


def test_a_number_tested_twice_is_good_when_once_not_worse() -> None:
    found = good_range([8, 16, 16, 32], [False, False, True, True], best=3)
    assert found.values == (16, 32)


@pytest.mark.parametrize("values", [[1.0, 2.0], ["a", "b"]])
def test_all_diverged_has_a_text(values: Sequence[Hashable]) -> None:
    found = good_range(values, [False, False], best=None)
    assert (found.values, found.best) == ((), None)
    assert found.text("learning rate") == "learning rate: no good value, all diverged"


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.data())
def test_values_and_others_are_the_good_ones_and_the_stretch_has_no_hole(
    verdicts: list[bool], data: st.DataObject
) -> None:
    best = data.draw(st.integers(0, len(verdicts) - 1))
    verdicts[best] = True
    found = good_range(range(len(verdicts)), verdicts, best)
    low, high = (int(str(end)) for end in (found.values[0], found.values[-1]))
    assert low <= best <= high
    assert list(found.values) == list(range(low, high + 1))
    assert {*found.values, *found.others} == {index for index, good in enumerate(verdicts) if good}
    for outside in (low - 1, high + 1):  # it could not be longer
        assert not 0 <= outside < len(verdicts) or not verdicts[outside]


@pytest.mark.parametrize(
    ("values", "verdicts", "best", "named"),
    [
        ([1, 2], [True], 0, "2 values have 1 verdicts"),
        ([1, 2], [True, False], 1, "value 1"),
        ([1, 2], [True, False], 2, "value 2"),
        ([], [], 0, "value 0"),
    ],
)
def test_bad_arguments_are_named(
    values: Sequence[Hashable], verdicts: list[bool], best: int, named: str
) -> None:
    with pytest.raises(SettingError, match=named):
        good_range(values, verdicts, best)
