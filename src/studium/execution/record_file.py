"""Facts and arrays in one file that tells whether it is whole.

The file is a safetensors file, which any of its readers opens. The facts are JSON in its metadata, beside a SHA-256 over
everything else, so that a file that was cut off, mixed up or changed on the disk is noticed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import safetensors
import safetensors.numpy

_FACTS, _DIGEST = "facts", "sha256"
_LENGTH = 8  # bytes that say how long the header is


class DamagedRecordError(Exception):
    """The bytes are not what was written."""


def encode(facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """Facts and arrays as bytes.

    Args:
        facts: Anything that JSON can say.
        arrays: By name.

    Example:
        >>> decode(encode({"epochs": 3}, {"loss": np.zeros(3)}))
        ({'epochs': 3}, {'loss': array([0., 0., 0.])})
    """
    said = json.dumps(facts, sort_keys=True, separators=(",", ":"))
    ordered = {name: np.asarray(arrays[name], order="C") for name in sorted(arrays)}
    metadata = {_FACTS: said, _DIGEST: _digest(said, ordered)}
    return bytes(safetensors.numpy.save(ordered, metadata))


def decode(content: bytes) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What :func:`encode` was given.

    Raises:
        DamagedRecordError: The bytes are not what was written.
    """
    try:
        metadata = _header(content)["__metadata__"]
        arrays = safetensors.numpy.load(content)
        facts = json.loads(metadata[_FACTS])
        whole = metadata[_DIGEST] == _digest(metadata[_FACTS], arrays)
    except Exception as error:  # a foreign or damaged header fails in many ways
        raise DamagedRecordError(f"not a whole record ({type(error).__name__})") from error
    if not whole:
        raise DamagedRecordError("its content does not have its checksum")
    return facts, arrays


def _header(content: bytes) -> dict[str, Any]:
    length = int.from_bytes(content[:_LENGTH], "little")
    return dict(json.loads(content[_LENGTH : _LENGTH + length]))


def _digest(said: str, arrays: Mapping[str, np.ndarray]) -> str:
    digest = hashlib.sha256(said.encode())
    for name in sorted(arrays):
        array = arrays[name]
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
