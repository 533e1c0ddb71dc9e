"""The progress of work that trains in several goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from studium.training import Progress


class Phases:
    """Turns the progress of one training after another into the share of all that is done.

    A training that follows another begins its time anew, which is how it is told from the one before.

    Args:
        weights: How much of the work each training is; only their ratios count.
        report: Called with the share of all, in [0, 1].

    Example:
        >>> shares: list[float] = []
        >>> phases = Phases([3, 1], shares.append)
        >>> for done, seconds in ((1, 0.1), (2, 0.2), (1, 0.1)):
        ...     phases(Progress(done=done, total=2, loss=0.0, seconds=seconds, seconds_left=0.0))
        >>> shares
        [0.375, 0.75, 0.875]
    """

    def __init__(self, weights: Sequence[float], report: Callable[[float], None]) -> None:
        self._weights, self._report = [weight / sum(weights) for weight in weights], report
        self._place = 0
        self._seconds = 0.0

    def __call__(self, progress: Progress) -> None:
        """Take the progress of the training that is going on."""
        if progress.seconds < self._seconds:
            self._place = min(self._place + 1, len(self._weights) - 1)
        self._seconds = progress.seconds
        share = progress.done / max(progress.total, 1)
        self._report(sum(self._weights[: self._place]) + self._weights[self._place] * share)
