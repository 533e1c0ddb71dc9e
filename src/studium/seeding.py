"""Every random number comes from a named stream.

A stream is derived from a root seed and a path of names, never drawn from global state: the same path gives the same
numbers on every machine, in any order, on any number of workers.
"""

from __future__ import annotations

import hashlib
import json

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


def torch_stream(root: int, *path: str | int) -> torch.Generator:
    """Torch CPU generator of the stream with this path."""
    return torch.Generator().manual_seed(derive_seed(root, *path))
