"""The engine that keeps everything in memory: nothing is written, and nothing outlives the program."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from studium.data import Dataset
from studium.training.concurrency import Died, StoppedError, WorkerError, run_items
from studium.training.engine import Advanced, Finished, Message
from studium.training.group import Group, Normalisations, begun_loop
from studium.training.loop import Epoch, Loop
from studium.training.outcome import Outcome
from studium.training.state import State

_SECONDS = 0.1  # between two messages about progress


class _Paused(NamedTuple):
    # Where the members of a group stand that have epochs left, by place.
    group: int
    states: Mapping[int, State]


class InMemory:
    """Trains groups in this process and its forks.

    Args:
        workers: Groups trained at the same time; ``None``: one per core.
    """

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or os.cpu_count() or 1
        self._paused: dict[Group, Mapping[int, State]] = {}

    def run(self, dataset: Dataset, groups: Sequence[Group]) -> Iterator[Message]:
        """Train all groups; see :class:`studium.training.engine.Engine`.

        Raises:
            WorkerError: A process died.
        """
        normalisations = Normalisations(dataset)
        for group in groups:  # before anything forks, so that each is computed once
            for member in group.members:
                normalisations.of(member.train)

        def train(position: int, unwanted: Callable[[], bool]) -> Iterator[Message | _Paused]:
            loop = begun_loop(groups[position], dataset, normalisations, self._paused.get, unwanted)
            return _messages(position, loop, unwanted)

        threads = max((group.threads for group in groups), default=1)
        for message in run_items(range(len(groups)), train, workers=self._workers, threads=threads):
            if isinstance(message, Died):
                raise WorkerError(message.reason)
            if isinstance(message, _Paused):
                self._paused[groups[message.group]] = message.states
                continue
            yield message

    def release(self, dataset: Dataset, groups: Sequence[Group]) -> None:
        """Forget where paused groups stand; see :class:`studium.training.engine.Engine`."""
        for group in groups:
            self._paused.pop(group, None)


def _messages(position: int, loop: Loop, unwanted: Callable[[], bool]) -> Iterator[Message | _Paused]:
    counted, loss, said = 0, 0.0, time.perf_counter()
    for event in loop.run():
        if unwanted():
            raise StoppedError
        if isinstance(event, Epoch):
            counted, loss = counted + event.n_members, event.loss
        else:
            yield Finished(position, event.position, Outcome.of(event.fit))
        if time.perf_counter() - said > _SECONDS:
            yield Advanced(counted, loss)
            counted, said = 0, time.perf_counter()
    paused = loop.paused()
    if paused:
        yield _Paused(position, loop.states())
    yield from (Finished(position, each.position, Outcome.of(each.fit)) for each in paused)
    yield Advanced(counted, loss)
