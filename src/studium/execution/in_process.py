"""Tasks computed by this process and its forks: nothing has to start."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from studium.data import Dataset
from studium.errors import UnavailableError
from studium.execution.failure import failure
from studium.execution.place import Died, Done, Report
from studium.execution.task import Task
from studium.execution.train_task import OnDisk, Written, train_task
from studium.training import concurrency
from studium.training.concurrency import StoppedError
from studium.training.group import Normalisations


class InProcess:
    """This process, and forks of it on the other cores.

    Args:
        directory: The run's folder.
        workers: Tasks at the same time; ``None``: one per core.
    """

    name = "in process"

    def __init__(self, directory: Path, workers: int | None = None) -> None:
        self._results = OnDisk(directory)
        self.n_workers = workers or os.cpu_count() or 1

    def run(self, dataset: Dataset, tasks: Sequence[Task], stop: Callable[[], bool]) -> Iterator[Report]:
        """Compute tasks; see :class:`studium.execution.place.Place`."""
        normalisations = Normalisations(dataset)
        if len(tasks) > 1:
            for task in tasks:  # before anything forks, so that each is computed once
                for member in task.group.members:
                    normalisations.of(member.train)

        def train(position: int, unwanted: Callable[[], bool]) -> Iterator[Report]:
            try:
                for message in train_task(tasks[position], dataset, normalisations, self._results, unwanted):
                    yield Done(position, message) if isinstance(message, Written) else message
            except (StoppedError, UnavailableError):
                raise
            except Exception as error:
                yield failure(position, error)

        threads = max((task.group.threads for task in tasks), default=1)
        positions = range(len(tasks))
        for message in concurrency.run_items(
            positions, train, workers=self.n_workers, threads=threads, stop=stop, apart=True
        ):
            yield Died(message.item, message.reason) if isinstance(message, concurrency.Died) else message

    def close(self) -> None:
        """There is nothing to let go of."""
