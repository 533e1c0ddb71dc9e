"""A state is kept as bytes, and damage is noticed."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from studium.seeding import numpy_stream, restore_stream, stream_state
from studium.training.state import State, StateError, as_array
from tests.training.continuing import from_bytes, to_bytes

# A busy machine is no failure.
patient = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])

names = st.sampled_from(["a", "weights", "hidden1.weight", "b", "ä b"])
arrays = hnp.arrays(
    st.sampled_from([np.float32, np.float64, np.int64, np.bool_]),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
facts = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2**64 - 1) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=5,
)
states = st.builds(
    State, st.dictionaries(names, arrays, max_size=4), st.dictionaries(names, facts, max_size=4)
)


def assert_same(one: State, other: State) -> None:
    assert one.facts == other.facts
    assert one.arrays.keys() == other.arrays.keys()
    for name, array in one.arrays.items():
        found = other.arrays[name]
        assert (found.shape, found.dtype, found.tobytes()) == (array.shape, array.dtype, array.tobytes())


@patient
@given(states)
def test_bytes_and_back(state: State) -> None:
    assert_same(from_bytes(to_bytes(state)), state)


@patient
@given(states, states, states)
def test_parts_keep_to_themselves(own: State, one: State, other: State) -> None:
    whole = own.with_parts(a=one, ab=other)
    assert_same(whole.part("a"), one)
    assert_same(whole.part("ab"), other)
    assert_same(whole.part("b"), State())
    assert_same(State().with_parts(outer=whole).part("outer").part("a"), one)


@pytest.mark.parametrize(
    ("like", "words"),
    [
        (np.zeros(3), r"has 'a' as \(2,\) float64, but this training needs \(3,\) float64"),
        (np.zeros(2, np.float32), r"has 'a' as \(2,\) float64, but this training needs \(2,\) float32"),
    ],
)
def test_another_shape_or_type_is_refused(like: np.ndarray, words: str) -> None:
    state = State({"a": np.zeros(2)})
    with pytest.raises(StateError, match=words):
        state.array("a", like=like)
    with pytest.raises(StateError, match=words):
        state.tensor("a", like=torch.from_numpy(like))


def test_what_is_missing_is_named() -> None:
    for ask in (lambda: State().fact("epoch"), lambda: State().array("epoch", like=np.zeros(1))):
        with pytest.raises(StateError, match="lacks 'epoch'"):
            ask()


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (4, 1, 2, 2), (4, 2, 1, 1)])
def test_a_tensor_keeps_its_numbers_and_its_order_of_axes(shape: tuple[int, ...]) -> None:
    tensor = torch.arange(math.prod(shape), dtype=torch.float32).view(shape)
    for format_ in (torch.contiguous_format, torch.channels_last):
        like = tensor.contiguous(memory_format=format_)
        found = State({"a": as_array(like)}).tensor("a", like=like)
        assert torch.equal(found, tensor)
        assert found.stride() == like.stride()


draws = st.lists(st.sampled_from(["random", "integers", "permutation", "raw"]), max_size=6)


def drawn(stream: np.random.Generator, kinds: list[str]) -> list[Any]:
    # "integers" below 2**32 takes half a word and leaves the other half for the next.
    take: dict[str, Callable[[], Any]] = {
        "random": lambda: stream.random(),
        "integers": lambda: stream.integers(0, 7, 3).tolist(),
        "permutation": lambda: stream.permutation(5).tolist(),
        "raw": lambda: stream.bit_generator.random_raw(),
    }
    return [take[kind]() for kind in kinds]


@patient
@given(st.integers(), draws, draws)
def test_a_stream_goes_on_after_any_draws(seed: int, before: list[str], after: list[str]) -> None:
    stream, other = numpy_stream(seed, "a"), numpy_stream(0, "b")
    drawn(stream, before)
    drawn(other, ["integers"])
    state = json.loads(json.dumps(stream_state(stream)))
    restore_stream(other, state)
    assert drawn(other, after) == drawn(stream, after)
