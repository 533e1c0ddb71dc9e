"""How far a training is."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

_SECONDS = 0.1  # between two reports, at least


@dataclass(frozen=True)
class Progress:
    """How far a training is.

    Attributes:
        done: Epochs trained, summed over members.
        total: Epochs to train at most, likewise; falls when a member stops early.
        loss: Mean training loss of the members of the latest epoch.
        seconds: Since the start.
        seconds_left: Estimate, at the pace so far.
        finished: Whether it is at its end; told once.
    """

    done: int
    total: int
    loss: float
    seconds: float
    seconds_left: float
    finished: bool = False


class Tracker:
    """Counts the epochs of all groups and reports them; safe to use from many threads.

    Args:
        total: Epochs to train at most, summed over members.
        report: Called with the progress, at most ten times a second.
    """

    def __init__(self, total: int, report: Callable[[Progress], None] | None) -> None:
        self._total, self._report = total, report
        self._done, self._loss = 0, float("nan")
        self._lock = threading.Lock()
        self._start = self._last = time.perf_counter()

    def epochs(self, count: int, loss: float) -> None:
        """Count epochs just trained."""
        with self._lock:
            self._done, self._loss = self._done + count, loss
            now = time.perf_counter()
            if self._report is not None and now - self._last >= _SECONDS:
                self._last = now
                self._report(self._now(loss, now))

    def spare(self, count: int) -> None:
        """Take epochs that will not be trained off the total."""
        with self._lock:
            self._total -= count

    def end(self) -> None:
        """Report the end, also of a training in which there was nothing to do."""
        with self._lock:
            if self._report is not None:
                now = self._now(self._loss, time.perf_counter())
                self._report(replace(now, done=now.total, seconds_left=0.0, finished=True))

    def _now(self, loss: float, now: float) -> Progress:
        seconds = now - self._start
        left = seconds * (self._total - self._done) / max(self._done, 1)
        return Progress(self._done, self._total, loss, seconds, left)
