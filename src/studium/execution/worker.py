"""What happens inside a worker process."""

from __future__ import annotations

import time
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from studium.data import Dataset
from studium.environment import current_environment
from studium.errors import UnavailableError
from studium.execution.data_cache import DataCache
from studium.execution.failure import failure
from studium.execution.place import Died, Done, Raised
from studium.execution.task import Task
from studium.execution.train_task import Results, Written, train_task
from studium.training.concurrency import StoppedError
from studium.training.group import Normalisations

_DATASETS = 2  # that a worker keeps open
_SAYS = 0.5  # seconds between two messages about progress to the driver

_stopping: set[str] = set()  # batches of tasks that nobody wants any more


class NoData(NamedTuple):
    """A worker does not have the data of a task.

    Attributes:
        task: Position of the task.
        address: Of the worker.
        checksum: Of the data.
    """

    task: int
    address: str
    checksum: str


class Stopped(NamedTuple):
    """A task ended early, as it was asked to.

    Attributes:
        task: Position of the task.
    """

    task: int


class Call(NamedTuple):
    """A task on its way to a worker.

    Attributes:
        position: Of the task.
        task: The task.
        results: Where its result goes.
        driver: Name of the driver, under which it listens.
        batch: Name of the tasks that were submitted with this one, to stop them and no others.
    """

    position: int
    task: Task
    results: Results
    driver: str
    batch: str


End = Done | Died | Raised | NoData | Stopped


def compute(call: Call) -> End:
    """Train a task.

    Raises:
        UnavailableError: The disk is full, or the folder cannot be written.
    """
    from distributed import get_worker

    if call.batch in _stopping:
        return Stopped(call.position)
    worker = get_worker()
    opened = _opened(call.task.data)
    if opened is None:
        _opened.cache_clear()
        return NoData(call.position, worker.address, call.task.data)
    said, counted = time.monotonic(), 0
    try:
        for message in train_task(call.task, *opened, call.results, lambda: call.batch in _stopping):
            if isinstance(message, Written):
                return Done(call.position, message)
            counted += message.n_epochs
            if time.monotonic() - said > _SAYS:
                worker.log_event(call.driver, [counted, message.loss])
                said, counted = time.monotonic(), 0
    except StoppedError:
        return Stopped(call.position)
    except UnavailableError:
        raise
    except Exception as error:
        return failure(call.position, error)
    raise AssertionError("a task ends with a reference")


def stop(batch: str) -> None:
    """End the tasks of a batch at their next epoch."""
    _stopping.add(batch)


def sees(path: str, content: str) -> bool:
    """Whether this worker sees a file of the driver's."""
    try:
        return Path(path).read_text(encoding="utf-8") == content
    except OSError:
        return False


def receive(checksum: str, content: bytes) -> None:
    """Take a dataset into this worker's cache."""
    DataCache().put(checksum, content)


@cache
def versions() -> dict[str, str]:
    """Versions of the packages that results depend on."""
    return current_environment(1).versions


@lru_cache(maxsize=_DATASETS)
def _opened(checksum: str) -> tuple[Dataset, Normalisations] | None:
    dataset = DataCache().open(checksum)
    return None if dataset is None else (dataset, Normalisations(dataset))
