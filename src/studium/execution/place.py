"""What the engine asks of a place where tasks are computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol

from studium.data import Dataset
from studium.execution.task import Task
from studium.execution.train_task import Written
from studium.training.engine import Advanced


class Done(NamedTuple):
    """A task's result is there.

    Attributes:
        task: Position of the task.
        written: Its result.
    """

    task: int
    written: Written


class Died(NamedTuple):
    """The process that trained a task died, or ran out of memory.

    Attributes:
        task: Position of the task.
        reason: How, in words.
    """

    task: int
    reason: str


class Raised(NamedTuple):
    """A task raised an exception.

    Attributes:
        task: Position of the task.
        reason: The exception in a line.
        traceback: Where it was raised.
    """

    task: int
    reason: str
    traceback: str


Report = Advanced | Done | Died | Raised


class Place(Protocol):
    """Computes tasks: this process and its forks, workers on this machine, or a cluster."""

    @property
    def name(self) -> str:
        """What it is, in words."""

    @property
    def n_workers(self) -> int:
        """Tasks that it computes at the same time."""

    def run(self, dataset: Dataset, tasks: Sequence[Task], stop: Callable[[], bool]) -> Iterator[Report]:
        """Compute tasks.

        Args:
            dataset: The data of all of them.
            tasks: What to compute, each of another id.
            stop: Once it is true, running tasks write checkpoints and end, and no others begin.

        Yields:
            One end for each task, unless it was stopped, and how far they are.

        Raises:
            UnavailableError: The disk is full, or the place is gone; nothing that was reported is lost.
        """

    def close(self) -> None:
        """Let go of everything that it holds."""
