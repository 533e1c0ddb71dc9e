"""Which rows each step sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studium.seeding import numpy_stream, restore_stream, stream_state
from studium.training.member import Member
from studium.training.state import State


@dataclass(frozen=True, eq=False)
class Batch:
    """Rows of one step for its k members.

    Attributes:
        rows: ``[k, B]`` row indices, or ``[1, B]`` when all members see the same rows.
        counts: ``[k]``, how many leading rows of each line count; the rest only fill the rectangle.
    """

    rows: np.ndarray
    counts: np.ndarray


class Batches:
    """The steps of each epoch, for members that train together.

    Members are ordered by rows, most first, so that in each step the members that still have rows are the leading ones.
    Each member shuffles with its own stream; a batch that holds all rows is not shuffled.

    Args:
        members: They share the batch size, unless it holds all rows of each.

    Attributes:
        n_steps: Steps of each member in one epoch, ``[P]``, not increasing.
        shared: All members see the same rows in every step; then they are drawn once.
    """

    def __init__(self, members: Sequence[Member]) -> None:
        self._lengths = np.array([len(member.train) for member in members])
        assert (np.diff(self._lengths) <= 0).all(), "members must be ordered by rows, most first"
        longest = int(self._lengths[0])
        self._size = min(members[0].config.batch_size or longest, longest)
        self._shuffled = longest > self._size
        self.n_steps = -(-self._lengths // self._size)
        self.shared = len({(member.train.tobytes(), member.seed) for member in members}) == 1
        drawn = members[:1] if self.shared else members
        self._rows = [member.train for member in drawn]
        self._streams = [numpy_stream(member.seed, "shuffle") for member in drawn]
        self._fixed = None if self._shuffled else self._draw()

    def epoch(self) -> list[Batch]:
        """Steps of the next epoch; the very same objects each time when nothing is shuffled."""
        return self._draw() if self._fixed is None else self._fixed

    def compact(self, kept: np.ndarray) -> None:
        """Go on with the members at these positions, in order."""
        self.n_steps, self._lengths = self.n_steps[kept], self._lengths[kept]
        if not self.shared:
            self._rows = [self._rows[position] for position in kept]
            self._streams = [self._streams[position] for position in kept]
        self._fixed = None if self._shuffled else self._draw()

    def states(self) -> list[State]:
        """Where the shuffling of each member of now stands, between two epochs."""
        found = [State(facts={"shuffle": stream_state(stream)}) for stream in self._streams]
        return found * len(self._lengths) if self.shared else found

    def restore(self, states: Sequence[State]) -> None:
        """Go on from states of the same members, one each."""
        for stream, state in zip(self._streams, states, strict=False):  # a single one, when they share it
            restore_stream(stream, state.fact("shuffle"))

    def _draw(self) -> list[Batch]:
        n_steps, size = int(self.n_steps[0]), self._size
        table = np.empty((len(self._rows), n_steps * size), dtype=np.int64)
        for line, rows, stream in zip(table, self._rows, self._streams, strict=True):
            line[: len(rows)] = stream.permutation(rows) if self._shuffled else rows
            line[len(rows) :] = rows[0]
        return [self._batch(table, step) for step in range(n_steps)]

    def _batch(self, table: np.ndarray, step: int) -> Batch:
        counts = np.minimum(self._lengths[self.n_steps > step] - step * self._size, self._size)
        start = step * self._size
        lines = 1 if self.shared else len(counts)
        return Batch(table[:lines, start : start + int(counts.max())], counts)
