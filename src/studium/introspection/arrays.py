"""Arrays inside frozen results: NumPy in memory, nested lists in JSON."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from studium.config import Frozen


def _as_floats(value: Any) -> np.ndarray:
    array = np.array(value, dtype=np.float32)
    array.flags.writeable = False
    return array


def _as_pixels(value: Any) -> np.ndarray:
    array = np.array(value, dtype=np.uint8)
    array.flags.writeable = False
    return array


def _shortest(array: np.ndarray) -> Any:
    # The shortest text that gives the same float32 again, half as long as that of the same number in float64.
    return array.astype(str).astype(np.float64).tolist()


_schema = WithJsonSchema({"type": "array"})

Array = Annotated[np.ndarray, BeforeValidator(_as_floats), PlainSerializer(_shortest), _schema]
"""A float32 array of any shape, read-only."""

Pixels = Annotated[np.ndarray, BeforeValidator(_as_pixels), PlainSerializer(np.ndarray.tolist), _schema]
"""A uint8 array of shape ``[C, H, W]``, read-only."""


class Result(Frozen):
    """A frozen result that may hold arrays."""

    model_config = Frozen.model_config | {"arbitrary_types_allowed": True}
