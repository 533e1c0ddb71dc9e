"""Timing on machines that others use too: several runs, medians, and peers in turn with us."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """Seconds of several runs of the same work."""

    runs: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.runs)

    def __str__(self) -> str:
        return f"{self.median:.3g} s (n={len(self.runs)}, {min(self.runs):.3g} to {max(self.runs):.3g})"


def in_turn(
    works: dict[str, Callable[[], object]], *, rounds: int = 3, warm_up: bool = True
) -> dict[str, Timing]:
    """Time several works in turn, A B C A B C ..., so that a slow moment of the machine meets them all.

    Args:
        works: What to time, by name.
        rounds: Counted rounds.
        warm_up: Whether a round that does not count comes first.
    """
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds + warm_up):
        for name, work in works.items():
            start = time.perf_counter()
            work()
            if number >= warm_up:
                seconds[name].append(time.perf_counter() - start)
    return {name: Timing(tuple(runs)) for name, runs in seconds.items()}
