from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studium.introspection.activations import ActivationsInspector
from studium.introspection.training_range import gap_around, training_range, training_rows
from tests.introspection.networks import two_columns
from tests.training.trained import blobs, blobs_model, curve, curve_model


def notes(value: float) -> tuple[str, ...]:
    return ActivationsInspector(curve_model()).inspect(value, survey=False, attributions=False).notes


def test_outside_on_either_side_and_inside() -> None:
    values = curve().inputs.numpy()[curve().training_pool][:, 0]
    low, high = values.min(), values.max()
    assert notes(float(low)) == notes(float(high)) == ()
    (below,) = notes(float(low) - 1e-3)
    (above,) = notes(8.0)
    assert below.endswith("the range of the training rows: the network extrapolates there")
    assert above.startswith("input = 8 is outside ")


def test_the_gaps_of_the_curve_are_told_and_nothing_else_is() -> None:
    for inside in (-2.0, 2.5, 3.0):
        (sentence,) = notes(inside)
        assert f"input = {inside:g} lies in a gap of the training rows" in sentence
    for seen in (-4.0, 0.0, 1.0, 4.0):
        assert notes(seen) == ()


@given(st.lists(st.integers(0, 30), min_size=3, max_size=40, unique=True), st.floats(0, 30))
def test_a_gap_is_between_neighbours(values: list[int], value: float) -> None:
    ordered = np.sort(np.array(values, dtype=float))
    value = float(np.clip(value, ordered[0], ordered[-1]))
    gap = gap_around(ordered, value)
    if gap is None:
        below, above = ordered[ordered <= value].max(), ordered[ordered >= value].min()
        assert above - below <= 8 * np.median(np.diff(ordered))
    else:
        assert gap[0] < value < gap[1]
        assert not ((ordered > gap[0]) & (ordered < gap[1])).any()


def test_several_columns_are_named_one_by_one() -> None:
    found = ActivationsInspector(two_columns()).inspect([20.0, -1.0], survey=False, attributions=False)
    (sentence,) = found.notes  # mean 10 and -1, deviation 2 and 4
    assert sentence.startswith("x1 = 20 is outside 6 to 14, two standard deviations around the training mean")


def test_rows_kept_for_testing_do_not_count() -> None:
    model = blobs_model()
    assert model.test_rows is not None
    rows = training_rows(model, blobs())
    assert sorted([*rows, *model.test_rows]) == list(range(len(blobs())))
    inputs = blobs().inputs.numpy()[rows]
    assert training_range(model, blobs()).low == pytest.approx(inputs.min(axis=0))
    other = training_range(curve_model(), None)
    assert not other.exact
