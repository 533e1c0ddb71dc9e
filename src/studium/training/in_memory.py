"""The engine that keeps everything in memory: nothing is written, and nothing outlives the program."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from studium.data import Dataset
from studium.training.concurrency import Died, StoppedError, WorkerError, run_items
from studium.training.engine import Advanced, Finished, Message
from studium.training.group import Group, Normalisations, group_loop
from studium.training.loop import Ended, Epoch, Loop
from studium.training.outcome import Outcome
from studium.training.stages import Stage
from studium.training.state import State

_SECONDS = 0.1  # between two messages about progress


class _Paused(NamedTuple):
    # Where a group stands at the end of its stages.
    group: int
    state: State
    ended: dict[int, Outcome]


_Key = tuple[tuple[int, ...], tuple[Stage, ...]]


class InMemory:
    """Trains groups in this process and its forks.

    Args:
        workers: Groups trained at the same time; ``None``: one per core.
    """

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or os.cpu_count() or 1
        # With the group, whose members are then not made anew under the same identity.
        self._paused: dict[_Key, tuple[Group, _Paused]] = {}

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
            group = groups[position]
            loop, ended = self._begun(group, dataset, normalisations)
            return _messages(position, group, loop, ended, unwanted)

        threads = max((group.threads for group in groups), default=1)
        for message in run_items(range(len(groups)), train, workers=self._workers, threads=threads):
            if isinstance(message, Died):
                raise WorkerError(message.reason)
            if isinstance(message, _Paused):
                self._keep(groups[message.group], message)
                continue
            yield message

    def release(self, dataset: Dataset, groups: Sequence[Group]) -> None:
        """Forget where paused groups stand; see :class:`studium.training.engine.Engine`."""
        for group in groups:
            self._paused.pop(_key(group), None)

    def _begun(
        self, group: Group, dataset: Dataset, normalisations: Normalisations
    ) -> tuple[Loop, dict[int, Outcome]]:
        loop = group_loop(group, dataset, normalisations)
        before = group.before
        known = None if before is None else self._paused.get(_key(before))
        if known is None:
            return loop, {}
        loop.restore(known[1].state)
        return loop, dict(known[1].ended)

    def _keep(self, group: Group, paused: _Paused) -> None:
        before = group.before
        if before is not None:
            self._paused.pop(_key(before), None)
        self._paused[_key(group)] = (group, paused)


def _key(group: Group) -> _Key:
    return tuple(map(id, group.members)), group.stages


def _messages(
    position: int,
    group: Group,
    loop: Loop,
    ended: dict[int, Outcome],
    unwanted: Callable[[], bool],
) -> Iterator[Message | _Paused]:
    counted, loss, said = 0, 0.0, time.perf_counter()
    yield from (Finished(position, place, outcome, trained=False) for place, outcome in ended.items())
    for event in loop.run():
        if unwanted():
            raise StoppedError
        if isinstance(event, Epoch):
            counted, loss = counted + event.n_members, event.loss
        else:
            ended[event.position] = Outcome.of(event.fit)
            yield Finished(position, event.position, ended[event.position])
        if time.perf_counter() - said > _SECONDS:
            yield Advanced(counted, loss)
            counted, said = 0, time.perf_counter()
    if group.stages:
        yield _Paused(position, loop.state(), ended)
    yield from (Finished(position, *_ended(each)) for each in loop.paused())
    yield Advanced(counted, loss)


def _ended(event: Ended) -> tuple[int, Outcome]:
    return event.position, Outcome.of(event.fit)
