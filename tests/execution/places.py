"""A place whose tasks end as a test wants them to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from studium.data import Dataset
from studium.execution.in_process import InProcess
from studium.execution.place import Died, Raised, Report
from studium.execution.task import Task
from studium.training.engine import Advanced


class Troubled:
    """Computes tasks in process, but some of them die or raise first.

    Args:
        directory: The run's folder.
        deaths: How often each task dies, by id.
        broken: Tasks that raise.
    """

    name, n_workers = "troubled", 2

    def __init__(
        self, directory: Path, deaths: dict[str, int] | None = None, broken: Sequence[str] = ()
    ) -> None:
        self._inner = InProcess(directory, workers=1)
        self._deaths, self._broken = dict(deaths or {}), broken
        self.asked: list[list[str]] = []

    def run(self, dataset: Dataset, tasks: Sequence[Task], stop: Callable[[], bool]) -> Iterator[Report]:
        self.asked.append([task.id for task in tasks])
        for position, task in enumerate(tasks):
            if self._deaths.get(task.id, 0) > 0:
                self._deaths[task.id] -= 1
                yield Died(position, "killed")
            elif task.id in self._broken:
                yield Raised(position, "ZeroDivisionError: division by zero", "the traceback")
            else:
                for report in self._inner.run(dataset, [task], stop):
                    yield report if isinstance(report, Advanced) else report._replace(task=position)

    def close(self) -> None:
        self._inner.close()
