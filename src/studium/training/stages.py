"""Stages: a training that pauses, so that its beginning can decide who goes on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np


class Stage(NamedTuple):
    """A stretch of a group's training.

    Attributes:
        kept: Positions in the group of the members that train in it; each stage keeps a part of the one before it.
        until: Epoch at whose end it is over, counted from the start of the training.
    """

    kept: tuple[int, ...]
    until: int


def training_in(stages: Sequence[Stage], epoch: int, alive: np.ndarray) -> np.ndarray:
    """Which members train in the epoch that comes next.

    Args:
        stages: Of the group; none: everybody trains to the end.
        epoch: Epochs trained so far.
        alive: Positions of the members that have not ended, ``[P]``.

    Returns:
        Places in ``alive``; none when the last stage is over.

    Example:
        >>> training_in([Stage((0, 1, 2), 4), Stage((2,), 8)], 4, np.array([0, 2]))
        array([1])
    """
    if not stages:
        return np.arange(len(alive))
    for stage in stages:
        if epoch < stage.until:
            return np.flatnonzero(np.isin(alive, stage.kept))
    return np.empty(0, dtype=np.int64)
