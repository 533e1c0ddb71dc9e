"""Records: what is read is what was written, or it is noticed."""

from __future__ import annotations

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from studium.execution.record_file import DamagedRecordError, decode, encode

FACTS = st.dictionaries(
    st.text(max_size=5), st.integers() | st.text(max_size=5) | st.lists(st.booleans(), max_size=3), max_size=3
)
ARRAYS = st.dictionaries(
    st.text("abc/", min_size=1, max_size=4),
    st.sampled_from([np.float32, np.float64, np.int64, np.uint8]).flatmap(
        lambda dtype: arrays.arrays(
            dtype, arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)
        )
    ),
    max_size=3,
)


@given(FACTS, ARRAYS)
def test_what_is_read_is_what_was_written(facts: dict[str, object], given: dict[str, np.ndarray]) -> None:
    read_facts, read = decode(encode(facts, given))
    assert read_facts == facts
    assert read.keys() == given.keys()
    for name, array in given.items():
        assert read[name].dtype == array.dtype
        np.testing.assert_array_equal(read[name], array)


@given(FACTS, ARRAYS, st.data())
def test_every_changed_byte_and_every_cut_is_noticed(
    facts: dict[str, object], given: dict[str, np.ndarray], data: st.DataObject
) -> None:
    content = encode(facts, given)
    place = data.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[place] ^= data.draw(st.integers(1, 255))
    for damaged in (bytes(changed), content[:place]):
        try:
            read_facts, read = decode(damaged)
        except DamagedRecordError:
            continue
        # Some bytes of the header mean nothing, as a space behind it does; then nothing else has changed.
        assert read_facts == facts
        assert {name: array.tobytes() for name, array in read.items()} == {
            name: array.tobytes() for name, array in given.items()
        }


def test_it_is_a_safetensors_file_for_everyone_else() -> None:
    content = encode({"epochs": 3}, {"loss": np.arange(3.0)})
    np.testing.assert_array_equal(safetensors.numpy.load(content)["loss"], [0, 1, 2])


def test_a_file_of_somebody_else_is_refused() -> None:
    with pytest.raises(DamagedRecordError):
        decode(safetensors.numpy.save({"loss": np.arange(3.0)}))
    with pytest.raises(DamagedRecordError):
        decode(b"")
