"""How often a task is tried, and with whom."""

from __future__ import annotations

from collections.abc import Iterator

from studium.data import Dataset
from studium.execution.memory import available_bytes, task_bytes, total_bytes
from studium.execution.task import Task

MOST = 3
"""A task that died so often is given up."""

_GIGABYTE = 1e9


class Attempts:
    """The order in which tasks are tried: all together, those that died once more together, and at last alone.

    A task whose estimated memory would not suffice for as many as there are workers is tried alone from the start; one that
    needs more than the machine has is hopeless.

    Args:
        tasks: What is to be done.
        dataset: Their data.
        n_workers: Tasks at the same time.

    Attributes:
        hopeless: Tasks that cannot be, with the reason.
    """

    def __init__(self, tasks: list[Task], dataset: Dataset, n_workers: int) -> None:
        self.hopeless: list[tuple[Task, str]] = []
        self._together: list[Task] = []
        self._alone: list[Task] = []
        self._deaths: dict[str, int] = {}
        total, available = total_bytes(), available_bytes()
        for task in tasks:
            needed = task_bytes(task, dataset)
            if needed > total:
                self.hopeless.append((task, _hopeless(needed, total)))
            elif needed * n_workers > available:
                self._alone.append(task)
            else:
                self._together.append(task)

    def parts(self) -> Iterator[list[Task]]:
        """Tasks to be tried together, part by part; those that :meth:`died` is told of come again."""
        while self._together:
            part, self._together = self._together, []
            yield part
        while self._alone:
            yield [self._alone.pop(0)]

    def died(self, task: Task) -> bool:
        """A task died; says whether it will be tried again."""
        deaths = self._deaths[task.id] = self._deaths.get(task.id, 0) + 1
        if deaths >= MOST:
            return False
        (self._together if deaths < MOST - 1 else self._alone).append(task)
        return True


def _hopeless(needed: int, total: int) -> str:
    return (
        f"it needs about {needed / _GIGABYTE:.3g} GB of memory, but the machine has {total / _GIGABYTE:.3g} GB: "
        "choose a smaller batch or network"
    )
