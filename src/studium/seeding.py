"""Every random number comes from a named stream.

A stream is derived from a root seed and a path of names, never drawn from global state: the same path gives the same
numbers on every machine, in any order, on any number of workers.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

import numpy as np
import torch


def derive_seed(root: int, *path: str | int) -> int:
    """Seed of the stream with this path.

    Args:
        root: Root seed, any integer.
        path: Names from the outside in, for example ``("fold", 3, "shuffle")``.

    Returns:
        Integer in [0, 2**63), the leading 63 bits of the SHA-256 of the canonical JSON of ``[root, *path]``.

    Example:
        >>> derive_seed(0, "fold", 3) == derive_seed(0, "fold", 3)
        True
        >>> derive_seed(0, "fold", 3) == derive_seed(0, "fold", 4)
        False
    """
    text = json.dumps([root, *path], separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def numpy_stream(root: int, *path: str | int) -> np.random.Generator:
    """NumPy generator (SFC64, the fastest of NumPy's) of the stream with this path."""
    return np.random.Generator(np.random.SFC64(derive_seed(root, *path)))


def stream_state(stream: np.random.Generator) -> dict[str, Any]:
    """Where a stream of :func:`numpy_stream` stands, for JSON.

    Args:
        stream: It is left as it is.

    Returns:
        ``words``: the four unsigned 64-bit integers of SFC64; ``half``: the 32 bits of a word that are still to be given,
        or ``None``.

    Example:
        >>> stream = numpy_stream(0, "shuffle")
        >>> state = stream_state(stream)
        >>> first = stream.random()
        >>> restore_stream(stream, state)
        >>> stream.random() == first
        True
    """
    state: dict[str, Any] = dict(stream.bit_generator.state)
    half = int(state["uinteger"]) if state["has_uint32"] else None
    return {"words": state["state"]["state"].tolist(), "half": half}


def restore_stream(stream: np.random.Generator, state: dict[str, Any]) -> None:
    """Let a stream of :func:`numpy_stream` go on from where another stood.

    Args:
        stream: It is changed; whoever shares it sees that.
        state: What :func:`stream_state` gave.
    """
    half = state["half"]
    stream.bit_generator.state = {
        "bit_generator": "SFC64",
        "state": {"state": np.array(state["words"], dtype=np.uint64)},
        "has_uint32": int(half is not None),
        "uinteger": half or 0,
    }


def torch_stream(root: int, *path: str | int) -> torch.Generator:
    """Torch CPU generator of the stream with this path."""
    return torch.Generator().manual_seed(derive_seed(root, *path))
