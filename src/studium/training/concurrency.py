"""Items trained on all cores of this machine, by this process and its forks.

Where the system can fork and each item computes on one thread, a worker is a process that shares the data with us by
copy-on-write: Python's global lock would let two threads of small operations do less than one. Else workers are threads.
"""

from __future__ import annotations

import mmap
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from typing import Any, NamedTuple, Protocol, TypeVar

import torch

from studium.environment import torch_threads
from studium.training.products import product_threads

Item = TypeVar("Item")

Train = Callable[[Item, Callable[[], bool]], Iterator[Any]]
"""Trains one item; gives messages, and raises :class:`StoppedError` once the function says that it must end early."""

_GRACE = 2.0  # seconds for a worker to end by itself
_LISTENING = 0.2  # seconds between two looks at whether to stop


class WorkerError(RuntimeError):
    """A worker failed with an exception that cannot travel."""


class StoppedError(Exception):
    """Raised inside the training of an item to end it early."""


class Died(NamedTuple):
    """A process died while it trained an item.

    Attributes:
        item: Position of the item.
        reason: How, in words.
    """

    item: int
    reason: str


def never() -> bool:
    """Nobody wants to stop."""
    return False


class _Event(Protocol):
    def set(self) -> None: ...
    def is_set(self) -> bool: ...


def run_items(
    items: Sequence[Item],
    train: Train[Item],
    *,
    workers: int,
    threads: int,
    stop: Callable[[], bool] = never,
    apart: bool = False,
) -> Iterator[Any]:
    """Messages of the training of all items, as they come.

    Args:
        items: What to train.
        train: Trains one.
        workers: Items at the same time.
        threads: Threads within each.
        stop: Asked now and then; once it is true the running items are told to end, and no others begin.
        apart: Whether a single worker is a process of its own, too, where it can be: then an item that kills its process
            does not kill ours.

    Yields:
        What ``train`` gives, and :class:`Died` for an item whose process died. The first exception of an item is raised
        here, after the others have been ended.
    """
    with torch_threads(threads), product_threads(threads):
        if min(workers, len(items)) <= 1 and not (apart and _can_fork()):
            yield from _here(items, train, stop)
        else:
            yield from _Pool(items, train, min(workers, len(items)), stop).run()


def _here(items: Sequence[Item], train: Train[Item], stop: Callable[[], bool]) -> Iterator[Any]:
    for item in items:
        if stop():
            return
        try:
            yield from train(item, stop)
        except StoppedError:
            return


class _SharedFlag:
    """Shared with forks, and without a lock, which a fork that is killed would take with it."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, 1)

    def set(self) -> None:
        self._memory[0] = 1

    def is_set(self) -> bool:
        return self._memory[0] == 1


def _can_fork() -> bool:
    methods = multiprocessing.get_all_start_methods()
    return "fork" in methods and os.name == "posix" and torch.get_num_threads() == 1


class _Running(NamedTuple):
    worker: Any  # a thread or a process
    item: int | None  # what it trains

    @property
    def process(self) -> multiprocessing.process.BaseProcess | None:
        is_process = isinstance(self.worker, multiprocessing.process.BaseProcess)
        return self.worker if is_process else None


class _Pool:
    """Workers, each at the end of a pipe; one that asks gets the next item."""

    def __init__(
        self, items: Sequence[Any], train: Train[Any], n_workers: int, stop: Callable[[], bool]
    ) -> None:
        self._items, self._train, self._n_workers, self._stop = items, train, n_workers, stop
        # After a fork only one thread may compute: the pools of the parent's threads do not exist in the child.
        self._n_threads = torch.get_num_threads()
        self._forks = _can_fork()
        self._context: Any = multiprocessing.get_context("fork" if self._forks else None)
        self._ending: _Event = _SharedFlag() if self._forks else threading.Event()
        self._running: dict[Connection, _Running] = {}
        self._upcoming = iter(range(len(items)))

    def run(self) -> Iterator[Any]:
        try:
            for _ in range(self._n_workers):
                self._begin()
            while self._running:
                if self._stop():
                    self._ending.set()
                for connection in wait(list(self._running), _LISTENING):
                    assert isinstance(connection, Connection)
                    yield from self._heard(connection)
        finally:
            self._end()

    def _begin(self) -> None:
        ours, theirs = self._context.Pipe()
        # The parent's ends: were they open in the child too, the parent's end would go unnoticed.
        inherited = [*self._running, ours] if self._forks else []
        start = self._context.Process if self._forks else threading.Thread
        worker = start(target=self._work, args=(theirs, inherited, os.getpid()), daemon=True)
        worker.start()
        if self._forks:
            theirs.close()  # the worker has it now, and its end is noticed only when nobody else holds it
        self._running[ours] = _Running(worker, None)

    def _heard(self, connection: Connection) -> Iterator[Any]:
        try:
            kind, content = connection.recv()
        except (OSError, EOFError):
            yield from self._died(connection)
            return
        if kind == "ask":
            following = None if self._ending.is_set() else next(self._upcoming, None)
            self._running[connection] = self._running[connection]._replace(item=following)
            try:
                connection.send(following)
            except OSError:
                yield from self._died(connection)
                return
            if following is None:
                self._leave(connection)
        elif kind == "error":
            raise content
        else:
            yield content

    def _died(self, connection: Connection) -> Iterator[Died]:
        running = self._running[connection]
        self._leave(connection)
        how = _how(running.process)
        if running.item is None:
            raise WorkerError(f"{how} before it had anything to train")
        self._begin()
        yield Died(running.item, how)

    def _leave(self, connection: Connection) -> None:
        running = self._running.pop(connection)
        running.worker.join(_GRACE)
        connection.close()

    def _end(self) -> None:
        self._ending.set()
        for connection in self._running:
            connection.close()  # a worker that wants to say something finds nobody
        until = time.monotonic() + _GRACE
        try:
            for running in self._running.values():
                running.worker.join(max(0.0, until - time.monotonic()))
        finally:
            for running in self._running.values():
                if running.process is not None and running.process.is_alive():
                    running.process.kill()
                    running.process.join()

    def _work(self, connection: Connection, inherited: Sequence[Connection], parent: int) -> None:
        for each in inherited:
            each.close()
        if self._forks:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends us
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
        torch.set_num_threads(self._n_threads)  # PyTorch keeps this number per thread
        try:
            while True:
                connection.send(("ask", None))
                following = connection.recv()
                if following is None:
                    return
                self._train_one(following, connection)
        except (BrokenPipeError, EOFError, ConnectionResetError):
            return  # nobody listens any more
        except Exception as error:
            connection.send(("error", _portable(error)))

    def _train_one(self, item: int, connection: Connection) -> None:
        try:
            for message in self._train(self._items[item], self._ending.is_set):
                connection.send(("message", message))
        except StoppedError:
            return


def _end_with(parent: int) -> None:
    # A parent that was killed cannot end its children, and a long epoch would keep this one busy for nobody.
    while os.getppid() == parent:
        time.sleep(_LISTENING)
    os._exit(1)


def _how(process: multiprocessing.process.BaseProcess | None) -> str:
    code = None if process is None else process.exitcode
    if code is None:
        return "the training process died"
    if code < 0:
        memory = "; its memory may not have sufficed" if -code == signal.SIGKILL else ""
        return f"the training process was ended by {signal.Signals(-code).name}{memory}"
    return f"the training process ended with exit code {code}"


def _portable(error: Exception) -> Exception:
    try:
        ForkingPickler.loads(ForkingPickler.dumps(error))
    except Exception:
        return WorkerError("".join(traceback.format_exception(error)))
    return error
