"""Groups of members on threads: PyTorch and NumPy leave Python's lock while they compute."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

import torch

T = TypeVar("T")


class StoppedError(Exception):
    """Raised inside a group to end it because nobody wants its results any more."""


def run_groups(
    groups: Sequence[list[int]],
    train: Callable[[list[int], threading.Event], Iterator[T]],
    *,
    workers: int,
    threads: int | None,
) -> Iterator[T]:
    """Results of all groups, as they come.

    Args:
        groups: Positions of the members of each group.
        train: Gives the results of one group; must end with :class:`StoppedError` soon after the event is set.
        workers: Groups at the same time.
        threads: PyTorch threads of each group; ``None``: all cores for a single group, else 1.

    Yields:
        What ``train`` gives. The first exception of a group is raised here, after the others have been stopped.
    """
    n_workers = min(workers, len(groups))
    per_group = threads or (workers if len(groups) == 1 else 1)
    with _torch_threads(per_group):
        if n_workers <= 1:
            for group in groups:
                yield from train(group, threading.Event())
        else:
            yield from _on_threads(groups, train, n_workers, per_group)


def _on_threads(
    groups: Sequence[list[int]],
    train: Callable[[list[int], threading.Event], Iterator[T]],
    n_workers: int,
    n_torch_threads: int,
) -> Iterator[T]:
    stop = threading.Event()
    waiting: queue.SimpleQueue[list[int]] = queue.SimpleQueue()
    results: queue.SimpleQueue[T | BaseException | None] = queue.SimpleQueue()
    for group in groups:
        waiting.put(group)

    def work() -> None:
        torch.set_num_threads(n_torch_threads)  # PyTorch keeps this number per thread
        try:
            while not stop.is_set():
                for result in train(waiting.get_nowait(), stop):
                    results.put(result)
        except (queue.Empty, StoppedError):
            results.put(None)
        except BaseException as error:
            results.put(error)
        else:
            results.put(None)

    pool = [threading.Thread(target=work, daemon=True) for _ in range(n_workers)]
    for thread in pool:
        thread.start()
    try:
        yield from _collected(results, n_workers)
    finally:
        stop.set()
        for thread in pool:
            thread.join()


def _collected(results: queue.SimpleQueue[T | BaseException | None], n_workers: int) -> Iterator[T]:
    running = n_workers
    while running:
        result = results.get()
        if result is None:
            running -= 1
        elif isinstance(result, BaseException):
            raise result
        else:
            yield result


@contextmanager
def _torch_threads(number: int) -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(min(number, os.cpu_count() or 1))
    try:
        yield
    finally:
        torch.set_num_threads(before)
