"""The engine whose results are durable: each task is computed once, wherever, and survives whatever happens to us."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from studium.data import Dataset
from studium.execution.attempts import Attempts
from studium.execution.fit_files import FitFiles, Result
from studium.execution.ledger import Ledger
from studium.execution.neighbours import Neighbours
from studium.execution.place import Died, Done, Place, Raised
from studium.execution.record_file import DamagedRecordError
from studium.execution.row_files import RowFiles
from studium.execution.task import RowIds, Task
from studium.execution.train_task import OnDisk
from studium.files import remove_partial
from studium.training.concurrency import never
from studium.training.engine import Advanced, Finished, Message
from studium.training.group import Group
from studium.training.outcome import Outcome


@dataclass(frozen=True)
class Tally:
    """What became of the tasks of a run so far.

    Attributes:
        computed: Tasks computed by this driver.
        reused: Tasks that were there already.
        failed: Tasks that failed.
        weights: SHA-256 over ids and weights of all finished tasks of the run, see :meth:`Ledger.weights`.
    """

    computed: int
    reused: int
    failed: int
    weights: str


class DurableEngine:
    """Trains groups as tasks whose results are kept in a run's folder.

    A task whose result is there, or in another run of the same folder, is not computed again. A task that dies is tried
    again, the last time alone. One that dies three times, or raises an exception, gives failed fits, and the others go on.

    Args:
        directory: The run's folder; nobody else may drive it.
        place: Where tasks are computed.
        stop: Once it is true, running tasks write checkpoints and end, and ``KeyboardInterrupt`` is raised.
        notice: Called with what the user must know, in a sentence.
    """

    def __init__(
        self,
        directory: Path,
        place: Place,
        *,
        stop: Callable[[], bool] = never,
        notice: Callable[[str], None] = lambda _: None,
    ) -> None:
        results = OnDisk(directory)
        self._fits: FitFiles = results.fits
        self._checkpoints = results.checkpoints
        self._rows = RowFiles(directory / "rows")
        self._neighbours = Neighbours(directory)
        self._place, self._stop, self._notice = place, stop, notice
        self._ledger = Ledger(directory / "ledger.db")
        if self._ledger.replaced is not None:
            self._rebuild(self._ledger.replaced)
        self._computed: set[str] = set()
        self._reused: set[str] = set()
        self._failed: set[str] = set()

    def run(self, dataset: Dataset, groups: Sequence[Group]) -> Iterator[Message]:
        """Train all groups; see :class:`studium.training.engine.Engine`.

        Raises:
            KeyboardInterrupt: It was asked to stop.
            UnavailableError: The disk is full, or the place is gone; nothing that was given is lost.
        """
        positions: dict[str, list[int]] = {}
        tasks: dict[str, Task] = {}
        rows = RowIds()
        for position, group in enumerate(groups):
            task = Task.of(group, dataset.checksum, rows)
            tasks[task.id] = task
            positions.setdefault(task.id, []).append(position)
        self._ledger.enter(list(tasks.values()))
        open_tasks = []
        for task in tasks.values():
            found = self._found(task, rows)
            if found is None:
                open_tasks.append(task)
            else:
                yield from _finished(positions[task.id], found.outcomes, trained=False)
        if open_tasks:
            yield from self._computed_now(open_tasks, dataset, positions, rows)
        self._ledger.commit()

    def release(self, dataset: Dataset, groups: Sequence[Group]) -> None:
        """Remove the checkpoints of paused groups; see :class:`studium.training.engine.Engine`."""
        rows = RowIds()
        for group in groups:
            task = Task.of(group, dataset.checksum, rows)
            self._checkpoints.remove(task.id)

    @property
    def tally(self) -> Tally:
        """What became of the tasks so far."""
        return Tally(len(self._computed), len(self._reused), len(self._failed), self._ledger.weights())

    def close(self) -> None:
        """Let go of the place and the ledger."""
        try:
            self._place.close()
            remove_partial(self._fits.directory)  # of workers that were killed
        finally:
            self._ledger.close()

    def _found(self, task: Task, rows: RowIds) -> Result | None:
        try:
            result = self._fits.read(task.id)
        except DamagedRecordError as error:
            words = f"the result of task {task.id[:12]} was damaged ({error}); it is computed again"
            self._ledger.event("damaged", words, task.id)
            self._notice(words)
            self._fits.path(task.id).unlink(missing_ok=True)
            result = None
        if result is None and self._neighbours.bring(task.id, self._fits):
            result = self._fits.read(task.id)
            self._rows.keep([task], rows)
        if result is not None:
            self._ledger.complete(result)
            if "paused" not in result.reference.statuses:
                self._checkpoints.remove(task.id)  # of a worker that was killed just before it did
            if task.id not in self._computed:
                self._reused.add(task.id)
        return result

    def _rebuild(self, damaged: Path) -> None:
        for task in self._fits.tasks():
            with suppress(DamagedRecordError):  # met when its task is
                result = self._fits.read(task)
                if result is not None:
                    self._ledger.complete(result)
        self._ledger.commit()
        self._notice(f"the ledger was damaged: it was set aside as {damaged} and made anew from the results")

    def _computed_now(
        self, tasks: list[Task], dataset: Dataset, positions: dict[str, list[int]], rows: RowIds
    ) -> Iterator[Message]:
        self._rows.keep(tasks, rows)
        self._ledger.commit()
        attempts = Attempts(tasks, dataset, self._place.n_workers)
        for task, reason in attempts.hopeless:
            yield from self._given_up(task, reason, "", positions)
        for part in attempts.parts():
            for report in self._place.run(dataset, part, self._stop):
                if isinstance(report, Advanced):
                    yield report
                elif isinstance(report, Done):
                    yield from self._done(report, positions)
                elif isinstance(report, Raised):
                    yield from self._given_up(part[report.task], report.reason, report.traceback, positions)
                elif attempts.died(part[report.task]):
                    self._ledger.died(part[report.task].id, report.reason)
                else:
                    yield from self._given_up(part[report.task], _dead(report), "", positions)
            if self._stop():
                self._ledger.event("stopped", "asked to stop; what was running has written checkpoints")
                self._ledger.commit()
                raise KeyboardInterrupt

    def _done(self, report: Done, positions: dict[str, list[int]]) -> Iterator[Finished]:
        reference, content, checkpoint = report.written
        task = reference.task
        if checkpoint is not None:
            self._checkpoints.write(task, checkpoint)
        elif "paused" not in reference.statuses:
            self._checkpoints.remove(task)  # of an earlier attempt elsewhere
        if content:
            self._fits.keep(task, content)
        result = self._fits.read(task)
        assert result is not None, "a result is durable before it is reported"
        self._ledger.complete(result)
        self._computed.add(task)
        yield from _finished(positions[task], result.outcomes, trained=True)

    def _given_up(
        self, task: Task, reason: str, traceback: str, positions: dict[str, list[int]]
    ) -> Iterator[Finished]:
        self._ledger.failed(task.id, reason, traceback)
        self._checkpoints.remove(task.id)
        self._failed.add(task.id)
        self._notice(
            f"task {task.id[:12]} failed ({reason}); the others go on, and resuming the run tries it again"
        )
        outcomes = [Outcome.failed(reason) for _ in task.group.members]
        yield from _finished(positions[task.id], outcomes, trained=False)


def _dead(report: Died) -> str:
    return f"{report.reason}; it died three times, the last time alone"


def _finished(positions: list[int], outcomes: Sequence[Outcome], *, trained: bool) -> Iterator[Finished]:
    for position in positions:
        for place, outcome in enumerate(outcomes):
            yield Finished(position, place, outcome, trained)
