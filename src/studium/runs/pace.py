"""How far a run is, and how long it still takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from studium.runs.folder import RunFolder


@dataclass(frozen=True)
class RunProgress:
    """How far a run is.

    Attributes:
        step: Name of the step; empty while the run is being prepared.
        position: Its place in the plan, from 1.
        n_steps: Steps of the plan.
        share: Share of the step that is done, in [0, 1].
        seconds_left: Estimate for the rest of the run; ``None`` as long as nothing has been measured.
        message: What is going on, in words.
        overall: Share of the whole run that is done, in [0, 1], by the guessed cost of its steps.
        finished: The run as it is on disk, at the end of a step; else ``None``.
    """

    step: str
    position: int
    n_steps: int
    share: float
    seconds_left: float | None
    message: str = ""
    overall: float = 0.0
    finished: RunFolder | None = None


Observer = Callable[[RunProgress], None]


class Pace:
    """Estimates the time left from guesses, corrected by how long the guessed work really takes.

    Args:
        guesses: Seconds that each step may take; only their ratios count.
    """

    def __init__(self, guesses: list[float]) -> None:
        self._guesses = guesses
        self._started = time.perf_counter()

    def overall(self, position: int, share: float) -> float:
        """Share of the whole run that is done, in [0, 1].

        Args:
            position: Of the step that runs, from 0.
            share: Of it that is done.
        """
        done = sum(self._guesses[:position]) + share * self._guesses[position]
        return done / sum(self._guesses) if done > 0 else 0.0

    def left(self, position: int, share: float) -> float | None:
        """Seconds left; ``None`` as long as nothing is done. Arguments as of :meth:`overall`."""
        done = self.overall(position, share)
        return (time.perf_counter() - self._started) * (1 - done) / done if done > 0 else None


class Reporter:
    """Tells the observer about one step.

    Args:
        observe: Is told.
        pace: Of the run.
        step: Name of the step.
        position: Its place, from 0.
        n_steps: Steps of the run.
    """

    def __init__(self, observe: Observer, pace: Pace, step: str, position: int, n_steps: int) -> None:
        self._observe, self._pace = observe, pace
        self._step, self._position, self._n_steps = step, position, n_steps
        self.share(0.0)

    def share(self, share: float) -> None:
        """Tell how much of the step is done."""
        self._tell(share, None)

    def end(self, folder: RunFolder) -> None:
        """Tell that the step is finished.

        Args:
            folder: The run as it is now.
        """
        self._tell(1.0, folder)

    def _tell(self, share: float, finished: RunFolder | None) -> None:
        self._observe(
            RunProgress(
                self._step,
                self._position + 1,
                self._n_steps,
                share,
                self._pace.left(self._position, share),
                overall=self._pace.overall(self._position, share),
                finished=finished,
            )
        )
