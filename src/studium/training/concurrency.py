"""Groups of members on all cores.

Where the system can fork and each group computes on one thread, a worker is a process that shares the data with us by
copy-on-write: Python's global lock would let two threads of small operations do less than one. Else workers are threads.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.reduction import ForkingPickler
from typing import Any, NamedTuple, Protocol

import torch

from studium.environment import torch_threads
from studium.training.products import product_threads

Message = tuple[str, Any]
"""What a group says while it trains: a kind, and what goes with it."""

Train = Callable[[list[int], Callable[[], bool]], Iterator[Message]]
"""Trains one group; gives messages, and ends early once the function says that nobody wants them any more."""

_GRACE = 2.0  # seconds for a worker to end by itself


class WorkerError(RuntimeError):
    """A worker failed with an exception that cannot travel, or died."""


class StoppedError(Exception):
    """Raised inside a group to end it because nobody wants its results any more."""


class _Event(Protocol):
    def set(self) -> None: ...
    def is_set(self) -> bool: ...


class _Worker(Protocol):
    def start(self) -> None: ...
    def join(self, timeout: float | None = None) -> None: ...


class _Running(NamedTuple):
    worker: _Worker
    connection: Connection


def run_groups(groups: Sequence[list[int]], train: Train, *, workers: int, threads: int) -> Iterator[Message]:
    """Messages of all groups, as they come.

    Args:
        groups: Positions of the members of each group.
        train: Trains one group.
        workers: Groups at the same time.
        threads: Threads within each group.

    Yields:
        What ``train`` gives. The first exception of a group is raised here, after the others have been ended.
    """
    with torch_threads(threads), product_threads(threads):
        if min(workers, len(groups)) <= 1:
            for group in groups:
                yield from train(group, lambda: False)
        else:
            yield from _on_workers(groups, train, min(workers, len(groups)))


def _on_workers(groups: Sequence[list[int]], train: Train, n_workers: int) -> Iterator[Message]:
    # After a fork only one thread may compute: the pools of the parent's threads do not exist in the child.
    n_threads = torch.get_num_threads()
    forks = "fork" in multiprocessing.get_all_start_methods() and os.name == "posix" and n_threads == 1
    context = multiprocessing.get_context("fork" if forks else None)
    start = context.Process if forks else threading.Thread
    stop = context.Event() if forks else threading.Event()
    running: list[_Running] = []
    try:
        for _ in range(n_workers):
            ours, theirs = context.Pipe()
            inherited = [*(each.connection for each in running), ours] if forks else []
            arguments = (theirs, groups, train, stop, n_threads, inherited)
            worker = start(target=_work, args=arguments, daemon=True)
            worker.start()
            if forks:
                theirs.close()  # the worker has it now, and its end is noticed only when nobody else holds it
            running.append(_Running(worker, ours))
        yield from _dispatched([each.connection for each in running], len(groups))
    finally:
        _end(running, stop)


def _dispatched(connections: list[Connection], n_groups: int) -> Iterator[Message]:
    # A worker that asks gets the next group, or None when there are no more.
    upcoming = iter(range(n_groups))
    open_ones = list(connections)
    while open_ones:
        for connection in wait(open_ones):
            assert isinstance(connection, Connection)
            try:
                kind, content = connection.recv()
            except EOFError:
                raise WorkerError("a training process died; its memory may not have sufficed") from None
            if kind == "ask":
                following = next(upcoming, None)
                connection.send(following)
                if following is None:
                    open_ones.remove(connection)
            elif kind == "error":
                raise content
            else:
                yield kind, content


def _work(
    connection: Connection,
    groups: Sequence[list[int]],
    train: Train,
    stop: _Event,
    n_threads: int,
    inherited: Sequence[Connection],
) -> None:
    for each in inherited:  # the parent's ends: were they open here too, the parent's end would go unnoticed
        each.close()
    if inherited:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which then ends us
    torch.set_num_threads(n_threads)  # PyTorch keeps this number per thread
    try:
        while True:
            connection.send(("ask", None))
            following = connection.recv()
            if following is None:
                return
            for message in train(groups[following], stop.is_set):
                connection.send(message)
    except (StoppedError, BrokenPipeError, EOFError, ConnectionResetError):
        return  # nobody listens any more
    except Exception as error:
        connection.send(("error", _portable(error)))


def _portable(error: Exception) -> Exception:
    try:
        ForkingPickler.loads(ForkingPickler.dumps(error))
    except Exception:
        return WorkerError("".join(traceback.format_exception(error)))
    return error


def _end(running: Sequence[_Running], stop: _Event) -> None:
    stop.set()
    for each in running:
        each.connection.close()  # a worker that wants to say something finds nobody
    for each in running:
        each.worker.join(_GRACE)
        if isinstance(each.worker, multiprocessing.process.BaseProcess) and each.worker.is_alive():
            each.worker.kill()
            each.worker.join()
