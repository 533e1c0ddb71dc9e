"""The progress of work that trains in several goes."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from studium.training import Progress


class Phases:
    """Turns the progress of one training after another into the share of all that is done.

    Each training tells its end, which is how it is told from the next.

    Args:
        weights: How much of the work each training is; only their ratios count.
        report: Called with the share of all, in [0, 1].

    Example:
        >>> shares: list[float] = []
        >>> phases = Phases([3, 1], shares.append)
        >>> for done, finished in ((1, False), (2, True), (1, False)):
        ...     phases(Progress(done=done, total=2, loss=0, seconds=0, seconds_left=0, finished=finished))
        >>> shares
        [0.375, 0.75, 0.875]
    """

    def __init__(self, weights: Sequence[float], report: Callable[[float], None]) -> None:
        self._weights, self._report = [weight / sum(weights) for weight in weights], report
        self._place = 0

    def __call__(self, progress: Progress) -> None:
        """Take the progress of the training that is going on."""
        share = progress.done / max(progress.total, 1) if not progress.finished else 1.0
        self._report(sum(self._weights[: self._place]) + self._weights[self._place] * share)
        if progress.finished:
            self._place = min(self._place + 1, len(self._weights) - 1)
