"""IDX files, the format of MNIST and its relatives: a pair of images and labels, gzip or not.

The format: two zero bytes, one byte for the type, one for the number of dimensions D, D big-endian 32-bit
lengths, and the values, big-endian, in row-major order (http://yann.lecun.com/exdb/mnist/).
"""

from __future__ import annotations

import math
import sys
import zlib
from pathlib import Path

import numpy as np

from studium.data.arrays import dataset_from_arrays
from studium.data.dataset import Dataset
from studium.data.interpretation import Interpretation
from studium.data.reading import read_bytes
from studium.data.schema import Task
from studium.errors import DataError

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_GZIP = b"\x1f\x8b"
_LONGEST_HEADER = 4 + 4 * 255


def parse_idx(content: bytes, name: str = "IDX data") -> np.ndarray:
    """The array in an IDX file.

    Args:
        content: The file, gzip-compressed or not. Nothing beyond the announced length is ever unpacked.
        name: What to call it in messages.

    Returns:
        Array of the announced type and shape, in native byte order, writable.

    Raises:
        DataError: The magic number, the type or the length is wrong, or the compression is damaged.

    Example:
        >>> parse_idx(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 8, 9]))
        array([7, 8, 9], dtype=uint8)
    """
    dtype, shape, start = _header(_unpack(content, _LONGEST_HEADER, name)[:_LONGEST_HEADER], name)
    expected = start + math.prod(shape) * dtype.itemsize
    content = _unpack(content, expected + 1, name)
    if len(content) != expected:
        length = f"more than {expected:,}" if len(content) > expected else f"only {len(content):,}"
        raise DataError(
            f"{name} has {length} bytes, but its header announces {expected:,}: fetch or write it again"
        )
    values = np.frombuffer(content, dtype=dtype, offset=start).reshape(shape)
    return values.astype(dtype.newbyteorder("="))


def is_idx(path: Path) -> bool:
    """Whether a file starts as an IDX file does, gzip-compressed or not."""
    try:
        with path.open("rb") as file:
            start = _unpack(file.read(4096), 4, str(path))
    except (OSError, DataError):
        return False
    return len(start) >= 4 and start[:2] == b"\0\0" and start[2] in _TYPES and start[3] > 0


def labels_beside(images: Path) -> Path:
    """The labels file that belongs to an images file by the usual naming.

    Args:
        images: For example ``train-images-idx3-ubyte.gz``.

    Raises:
        DataError: The name does not follow the naming, or there is no such file.

    """
    name = images.name.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1")
    uncompressed = name.removesuffix(".gz")
    if name != images.name:
        for candidate in (name, uncompressed, f"{uncompressed}.gz"):
            if (images.parent / candidate).is_file():
                return images.parent / candidate
    raise DataError(
        f"{images} has no file of labels beside it, but images need labels: name both as IMAGES,LABELS"
    )


def read_idx(
    images: Path, labels: Path | None = None, *, task: Task | None = None, like: Interpretation | None = None
) -> Dataset:
    """A dataset from a pair of IDX files.

    Args:
        images: Three dimensions ``[N, H, W]`` or four ``[N, C, H, W]``, bytes.
        labels: One dimension ``[N]``; by default the file beside ``images``.
        task: By default classification for integers, regression for floating numbers.
        like: An interpretation to follow.

    Raises:
        DataError: A file is damaged, not IDX, or does not hold what it should.
    """
    labels = labels or labels_beside(images)
    pixels, classes = (parse_idx(read_bytes(path), str(path)) for path in (images, labels))
    if pixels.ndim not in (3, 4):
        raise DataError(
            f"{images} has {pixels.ndim} dimensions, but images have three or four: name the images first, "
            "then the labels"
        )
    if classes.ndim != 1:
        raise DataError(
            f"{labels} has {classes.ndim} dimensions, but labels have one: name the file of the labels"
        )
    return dataset_from_arrays(
        pixels,
        classes,
        name=images.name.split(".")[0],
        task=task,
        like=like,
        labels=("images", "labels"),
        origin=str(images),
    )


def _header(start: bytes, name: str) -> tuple[np.dtype[np.generic], tuple[int, ...], int]:
    if len(start) < 4 or start[:2] != b"\0\0":
        raise DataError(
            f"{name} starts with {start[:4].hex(' ') or 'nothing'}, but an IDX file starts with 00 00: check "
            "the file"
        )
    code, dimensions = start[2], start[3]
    if code not in _TYPES or dimensions == 0:
        raise DataError(
            f"{name} announces type 0x{code:02x} and {dimensions} dimensions, but an IDX file has a type "
            f"among {', '.join(f'0x{known:02x}' for known in _TYPES)} and at least one dimension: check the "
            "file"
        )
    length = 4 + 4 * dimensions
    if len(start) < length:
        raise DataError(f"{name} ends within its header of {length} bytes: fetch or write it again")
    return (
        np.dtype(_TYPES[code]),
        tuple(int(size) for size in np.frombuffer(start, ">u4", dimensions, 4)),
        length,
    )


def _unpack(content: bytes, most: int, name: str) -> bytes:
    """At most ``most`` bytes, decompressed when compressed; the whole gzip stream is checked when it fits."""
    if not content.startswith(_GZIP):
        return content
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(content, min(most, sys.maxsize))
    except zlib.error as error:
        raise DataError(f"{name} has damaged compression ({error}): fetch or write it again") from error
    if len(unpacked) < most and (unpacker.unused_data or not unpacker.eof):
        where = "after its compressed data" if unpacker.eof else "missing at the end of its compressed data"
        raise DataError(f"{name} has bytes {where}: fetch or write it again")
    return unpacked
