"""Tasks computed by workers of Dask, on this machine or on a cluster."""

from __future__ import annotations

import queue
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studium.data import Dataset
from studium.errors import StudiumError, UnavailableError
from studium.execution import worker
from studium.execution.checkpoints import CarriedCheckpoints
from studium.execution.cluster import Connected, local_name, local_workers, on_all
from studium.execution.data_cache import DataCache, packed_dataset
from studium.execution.place import Died, Raised, Report
from studium.execution.task import Task
from studium.execution.train_task import ByValue, OnDisk, Results
from studium.files import write_atomic
from studium.training.engine import Advanced

if TYPE_CHECKING:
    from distributed import Future, as_completed

_AHEAD = 4  # tasks submitted for each worker, beside the one that it trains
_POLLS = 0.002  # seconds between two looks at what has ended
_LOOKS = 5.0  # seconds between two looks at whether there are workers
_WORKERLESS = 60.0  # seconds without any, after which nobody waits for them any more


class Workers:
    """Workers of Dask.

    Args:
        directory: The run's folder.
        start: Starts or reaches them; called at the first task.
        name: What they are, in words.
        n_workers: Workers, when it is known before they are there.
        let_go: Lets go of them when no task came.
    """

    def __init__(
        self,
        directory: Path,
        start: Callable[[], Connected],
        name: str,
        n_workers: int = 1,
        let_go: Callable[[], None] = lambda: None,
    ) -> None:
        self._directory, self._start, self._let_go = directory.resolve(), start, let_go
        self.name, self.n_workers = name, n_workers
        self._driver, self._batches = f"studium-{uuid.uuid4().hex}", count()
        self._connected: Connected | None = None
        self._advanced: queue.SimpleQueue[Advanced] = queue.SimpleQueue()
        self._on_disk = OnDisk(self._directory)
        self._by_value = True  # until it is known that the workers see the folder

    @classmethod
    def local(cls, directory: Path, number: int) -> Workers:
        """Worker processes on this machine.

        Args:
            directory: The run's folder.
            number: Workers.
        """
        return cls(directory, lambda: local_workers(number), local_name(number), number)

    @classmethod
    def cluster(cls, directory: Path, connected: Connected) -> Workers:
        """The workers of a cluster.

        Args:
            directory: The run's folder.
            connected: The cluster, see :func:`studium.execution.cluster.connect`.
        """
        return cls(directory, lambda: connected, connected.name, let_go=connected.close)

    def run(self, dataset: Dataset, tasks: Sequence[Task], stop: Callable[[], bool]) -> Iterator[Report]:
        """Compute tasks; see :class:`studium.execution.place.Place`.

        Raises:
            UnavailableError: The disk is full, or the cluster is gone.
        """
        DataCache().keep(dataset)
        connected = self._connect()
        batch = f"{self._driver}-{next(self._batches)}"

        def call(position: int) -> worker.Call:
            return worker.Call(position, tasks[position], self._results(tasks[position]), self._driver, batch)

        submitted = _Submitted(connected, len(tasks), call, batch, dataset, self._n_ahead())
        yield from submitted.ends(stop, self._advanced)

    def close(self) -> None:
        """Let go of the workers; those on this machine end."""
        close = self._let_go if self._connected is None else self._connected.close
        self._connected, self._let_go = None, lambda: None
        close()

    def _n_ahead(self) -> int:
        return self.n_workers * (1 + _AHEAD)

    def _connect(self) -> Connected:
        if self._connected is None:
            self._connected = self._start()
            client = self._connected.client
            client.subscribe_topic(self._driver, self._heard)
            if not self._connected.is_here:
                self.n_workers = max(1, sum(client.nthreads().values()))
            if self._connected.is_here or self._is_shared(client):
                self._by_value = False
        return self._connected

    def _results(self, task: Task) -> Results:
        if not self._by_value:
            return self._on_disk
        found = {task.id: self._on_disk.checkpoints.read(task.id)}
        for before in task.before:
            own = self._on_disk.checkpoints.read(before.id)
            wanted = {origin.place for origin in task.group.origins if origin.group is before.group}
            found[before.id] = None if own is None else own.of(wanted)
        return ByValue(CarriedCheckpoints({each: own for each, own in found.items() if own is not None}))

    def _heard(self, event: tuple[float, Sequence[Any]]) -> None:
        _, (n_epochs, loss) = event
        self._advanced.put(Advanced(n_epochs, loss))

    def _is_shared(self, client: Any) -> bool:
        probe, content = self._directory / ".probe", uuid.uuid4().hex
        write_atomic(probe, content)
        try:
            return all(on_all(client, worker.sees, str(probe), content).values())
        finally:
            probe.unlink(missing_ok=True)


class _Submitted:
    """Tasks on their way: a few more than there are workers, so that none waits and none is forgotten."""

    def __init__(
        self,
        connected: Connected,
        n_tasks: int,
        call: Callable[[int], worker.Call],
        batch: str,
        dataset: Dataset,
        n_ahead: int,
    ) -> None:
        from distributed import as_completed

        self._connected, self._client, self._dataset = connected, connected.client, dataset
        self._waiting, self._n_ahead = list(reversed(range(n_tasks))), n_ahead
        self._call, self._batch = call, batch  # made when it is submitted, since it may carry much
        self._running: dict[Future[worker.End], worker.Call] = {}
        self._attempts: dict[str, int] = {}
        self._seen = self._looked = time.monotonic()  # when there were workers, and when we looked
        self._completed: as_completed = as_completed(
            loop=connected.client.loop, with_results=True, raise_errors=False
        )

    def ends(self, stop: Callable[[], bool], advanced: queue.SimpleQueue[Advanced]) -> Iterator[Report]:
        """How tasks end, as they do, and how far they are."""
        told = False
        try:
            while self._running or self._waiting:
                if stop() and not told:
                    self._waiting.clear()
                    on_all(self._client, worker.stop, self._batch)
                    told = True
                self._submit()
                ended = self._completed.next_batch(block=False)
                yield from self._ended(ended)
                yield from _said(advanced, 0.0 if ended else _POLLS)
                self._check_connected()
        finally:
            self._let_go()

    def _let_go(self) -> None:
        if self._running and self._client.status == "running":
            # What runs cannot be cancelled, only asked to end.
            on_all(self._client, worker.stop, self._batch)
        self._client.cancel(list(self._running))

    def _submit(self) -> None:
        while self._waiting and len(self._running) < self._n_ahead:
            call = self._call(self._waiting.pop())
            attempt = self._attempts[call.task.id] = self._attempts.get(call.task.id, 0) + 1
            key = f"{call.task.id}-{call.batch}-{attempt}"  # another driver's equal task writes into another folder
            future = self._client.submit(worker.compute, call, key=key, pure=False)
            self._running[future] = call
            self._completed.add(future)

    def _check_connected(self) -> None:
        now = time.monotonic()
        if self._client.status != "running":
            raise UnavailableError(f"the {self._connected.name} is gone: start it again, then resume the run")
        if now - self._looked < _LOOKS:
            return
        self._looked = now
        if self._client.scheduler_info()["workers"]:
            self._seen = now
        elif now - self._seen > _WORKERLESS:
            raise UnavailableError(
                f"the {self._connected.name} had no worker for {_WORKERLESS:.0f} s: start one, then resume the run"
            )

    def _ended(self, batch: Iterable[tuple[Any, Any]]) -> Iterator[Report]:
        for future, content in batch:
            call = self._running.pop(future)
            end = (
                content
                if future.status == "finished"
                else _broken(call, future, content, self._connected.name)
            )
            future.release()
            if isinstance(end, worker.NoData):
                self._client.run(
                    worker.receive, end.checksum, packed_dataset(self._dataset), workers=[end.address]
                )
                self._waiting.append(call.position)
            elif not isinstance(end, worker.Stopped):
                yield end._replace(task=call.position)


def _said(advanced: queue.SimpleQueue[Advanced], seconds: float) -> Iterator[Advanced]:
    try:
        yield advanced.get(timeout=seconds) if seconds else advanced.get_nowait()
    except queue.Empty:
        return


def _broken(call: worker.Call, future: Any, content: Any, name: str) -> Died | Raised:
    from distributed.scheduler import KilledWorker

    error = content[1] if isinstance(content, tuple) and len(content) > 1 else content
    if isinstance(error, StudiumError):
        raise error
    if isinstance(error, KilledWorker):
        return Died(call.position, "the worker that trained it died; its memory may not have sufficed")
    if future.status in ("cancelled", "lost"):
        raise UnavailableError(f"the {name} is gone: start it again, then resume the run")
    return Raised(call.position, f"{type(error).__name__}: {error}", str(error))
