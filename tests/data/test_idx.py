import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from studium.data import open_dataset
from studium.data.idx import parse_idx
from studium.errors import DataError

from .sentences import refused

CODES = {"u1": 0x08, "i1": 0x09, "i2": 0x0B, "i4": 0x0C, "f4": 0x0D, "f8": 0x0E}
PIXELS = np.arange(6 * 4 * 5, dtype=np.uint8).reshape(6, 4, 5)
LABELS = np.array([2, 0, 1, 2, 0, 1], dtype=np.uint8)


def encode(array: np.ndarray) -> bytes:
    """An IDX file, value by value, as the format's description says."""
    code = CODES[array.dtype.str[1:]]
    letter = {0x08: "B", 0x09: "b", 0x0B: "h", 0x0C: "i", 0x0D: "f", 0x0E: "d"}[code]
    header = struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape)
    return header + b"".join(struct.pack(f">{letter}", value) for value in array.ravel().tolist())


WRAPPINGS: list[Callable[[bytes], bytes]] = [bytes, lambda content: gzip.compress(content, mtime=0)]
ANY_ARRAY = st.sampled_from(list(CODES)).flatmap(
    lambda kind: arrays.arrays(np.dtype(kind), arrays.array_shapes(max_dims=4, max_side=4, min_side=0))
)


@given(array=ANY_ARRAY, wrap=st.sampled_from(WRAPPINGS))
def test_what_is_written_is_read_back(array: np.ndarray, wrap: Callable[[bytes], bytes]) -> None:
    parsed = parse_idx(wrap(encode(array)))
    assert parsed.dtype == array.dtype
    np.testing.assert_array_equal(parsed, array)


@given(array=ANY_ARRAY, wrap=st.sampled_from(WRAPPINGS), data=st.data())
def test_any_part_of_a_file_is_refused(
    array: np.ndarray, wrap: Callable[[bytes], bytes], data: st.DataObject
) -> None:
    whole = wrap(encode(array))
    with pytest.raises(DataError, match="NAME"):
        parse_idx(whole[: data.draw(st.integers(0, len(whole) - 1))], "NAME")


@given(array=ANY_ARRAY, extra=st.binary(min_size=1, max_size=9), wrap=st.sampled_from(WRAPPINGS))
def test_anything_after_the_end_is_refused(
    array: np.ndarray, extra: bytes, wrap: Callable[[bytes], bytes]
) -> None:
    for content in (wrap(encode(array) + extra), wrap(encode(array)) + extra):
        with pytest.raises(DataError, match="NAME"):
            parse_idx(content, "NAME")


@given(content=st.binary(max_size=40) | st.binary(max_size=40).map(lambda tail: b"\0\0\x08\x01" + tail))
def test_any_bytes_give_an_array_or_a_sentence(content: bytes) -> None:
    for wrapped in (content, gzip.compress(content), b"\x1f\x8b" + content):
        try:
            assert isinstance(parse_idx(wrapped), np.ndarray)
        except DataError as error:
            assert "\n" not in str(error)  # noqa: PT017 - both outcomes are right


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["nothing"]),
        (b"\x89PNG", ["89 50 4e 47"]),
        (b"\0\0\x07\x01\0\0\0\0", ["type 0x07"]),
        (b"\0\0\x08\0", ["0 dimensions"]),
        (b"\0\0\x08\x02\0\0\0\1", ["ends within its header"]),
        (encode(LABELS)[:-1], ["only 13 bytes", "announces 14"]),
        (encode(LABELS) + b"\0", ["more than 14 bytes"]),
        (gzip.compress(encode(LABELS), mtime=0)[:-1], ["missing at the end"]),
        (gzip.compress(encode(LABELS), mtime=0) + b"\0", ["after its compressed data"]),
        (gzip.compress(encode(LABELS), mtime=0)[:-8] + b"\0" * 8, ["damaged compression"]),
        (b"\0\0\x0e\xff" + b"\xff" * 1020, ["announces"]),
    ],
)
def test_bad_files(content: bytes, words: list[str]) -> None:
    with refused("NAME", *words):
        parse_idx(content, "NAME")


def test_a_bomb_is_not_unpacked() -> None:
    bomb = gzip.compress(encode(LABELS) + bytes(50_000_000))
    with refused("more than 14 bytes"):
        parse_idx(bomb)


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
        ("t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte.gz"),
    ],
)
def test_labels_are_found_by_the_usual_naming(tmp_path: Path, images: str, labels: str) -> None:
    for name, array in ((images, PIXELS), (labels, LABELS)):
        content = encode(array)
        (tmp_path / name).write_bytes(gzip.compress(content) if name.endswith("gz") else content)
    data = open_dataset(tmp_path / images)
    assert (data.class_names, data.targets.tolist()) == (("0", "1", "2"), LABELS.tolist())
    np.testing.assert_array_equal(data.inputs[:, 0], PIXELS)


def pair(folder: Path, images: np.ndarray, labels: np.ndarray) -> str:
    (folder / "a").write_bytes(encode(images))
    (folder / "b").write_bytes(encode(labels))
    return f"{folder / 'a'},{folder / 'b'}"


def test_a_pair(tmp_path: Path) -> None:
    data = open_dataset(pair(tmp_path, PIXELS[:, None], LABELS.astype(np.float32) / 2))
    assert (data.task, data.input_shape) == ("regression", (1, 4, 5))
    assert open_dataset(pair(tmp_path, PIXELS, LABELS)).task == "classification"


def test_a_pair_as_test_set(tmp_path: Path) -> None:
    name = pair(tmp_path, PIXELS, LABELS)
    assert len(open_dataset(name, test=name)) == 12


@pytest.mark.parametrize(
    ("images", "labels", "words"),
    [
        (LABELS, LABELS, ["1 dimensions", "three or four"]),
        (PIXELS, PIXELS, ["3 dimensions", "labels have one"]),
        (PIXELS, LABELS[:5], ["6 rows of images", "5 of labels"]),
        (PIXELS, LABELS * 0, ["one class", "'0'"]),
        (PIXELS.astype(np.float32), LABELS, ["pixels of type float32"]),
        (PIXELS[:1], LABELS[:1], ["only 1 row"]),
    ],
)
def test_bad_pairs(tmp_path: Path, images: np.ndarray, labels: np.ndarray, words: list[str]) -> None:
    with refused(*words):
        open_dataset(pair(tmp_path, images, labels))


def test_missing_partners(tmp_path: Path) -> None:
    name = pair(tmp_path, PIXELS, LABELS)
    with refused("no file of labels", "IMAGES,LABELS"):
        open_dataset(tmp_path / "a")
    with refused("there is no file", "/c"):
        open_dataset(name.replace("/b", "/c"))
    (tmp_path / "images-idx3").write_bytes(encode(PIXELS))
    with refused("no file of labels"):
        open_dataset(tmp_path / "images-idx3")
