"""The engine that keeps everything in memory: nothing is written, and nothing outlives the program."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence

from studium.data import Dataset
from studium.training.concurrency import Died, StoppedError, WorkerError, run_items
from studium.training.engine import Advanced, Finished, Message
from studium.training.group import Group, Normalisations, group_loop
from studium.training.loop import Epoch
from studium.training.outcome import Outcome

_SECONDS = 0.1  # between two messages about progress


class InMemory:
    """Trains groups in this process and its forks.

    Args:
        workers: Groups trained at the same time; ``None``: one per core.
    """

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or os.cpu_count() or 1

    def run(self, dataset: Dataset, groups: Sequence[Group]) -> Iterator[Message]:
        """Train all groups; see :class:`studium.training.engine.Engine`.

        Raises:
            WorkerError: A process died.
        """
        normalisations = Normalisations(dataset)
        for group in groups:  # before anything forks, so that each is computed once
            for member in group.members:
                normalisations.of(member.train)

        def train(position: int, unwanted: Callable[[], bool]) -> Iterator[Message]:
            return _messages(position, groups[position], dataset, normalisations, unwanted)

        threads = max((group.threads for group in groups), default=1)
        for message in run_items(range(len(groups)), train, workers=self._workers, threads=threads):
            if isinstance(message, Died):
                raise WorkerError(message.reason)
            yield message


def _messages(
    position: int,
    group: Group,
    dataset: Dataset,
    normalisations: Normalisations,
    unwanted: Callable[[], bool],
) -> Iterator[Message]:
    counted, loss, said = 0, 0.0, time.perf_counter()
    for event in group_loop(group, dataset, normalisations).run():
        if unwanted():
            raise StoppedError
        if isinstance(event, Epoch):
            counted, loss = counted + event.n_members, event.loss
        else:
            yield Finished(position, event.position, Outcome.of(event.fit))
        if time.perf_counter() - said > _SECONDS:
            yield Advanced(counted, loss)
            counted, said = 0, time.perf_counter()
    yield Advanced(counted, loss)
