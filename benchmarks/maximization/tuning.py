"""Which regularisers at which strengths: forward selection by transfer, on networks of its own."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.maximization.subjects import KINDS, TUNING, Bench
from studium.data import Dataset
from studium.introspection.maximization import MaximizationSettings

STARTS = 2
GRID: dict[str, tuple[Any, ...]] = {
    "l2": (0.3, 1.0, 3.0),
    "total_variation": (0.1, 0.3, 0.6, 1.2),
    "jitter": (1, 2, 3),
    "rotation": (5.0, 10.0, 15.0),
    "scaling": (0.1, 0.2),
    "fourier": (True,),
    "learning_rate": (0.05, 0.1),
}
START = {"learning_rate": 0.05}
LEAST_GAIN = 0.02  # in standard deviations; smaller gains are within what another root of the streams changes


@dataclass(frozen=True)
class Round:
    """One round of the selection.

    Attributes:
        added: The setting that gained most, and its value; empty when nothing gained enough.
        transfer: With it.
        tried: Transfer of everything that was tried, by setting and value.
    """

    added: tuple[str, Any] | None
    transfer: float
    tried: dict[tuple[str, Any], float]


@dataclass(frozen=True)
class Tuned:
    """What the selection found.

    Attributes:
        base: Transfer without any regulariser.
        rounds: In order; the last one added nothing.
    """

    base: float
    rounds: tuple[Round, ...]

    @property
    def chosen(self) -> dict[str, Any]:
        """The settings that were selected."""
        return START | dict(each.added for each in self.rounds if each.added)

    @property
    def strengths(self) -> dict[str, Any]:
        """How strong each regulariser is: as selected, or else as it transfers best by itself."""
        names = [name for name in GRID if name not in START]
        return {name: self.chosen.get(name, self._best_alone(name)) for name in names}

    def _best_alone(self, name: str) -> Any:
        first = self.rounds[0].tried
        return max((value for tried, value in first if tried == name), key=lambda value: first[name, value])


def tune(data: Dataset) -> Tuned:
    """Add the setting that helps transfer most, until nothing helps."""
    bench = Bench(data, TUNING)
    chosen = dict(START)
    best = base = _transfer(bench, chosen)
    rounds: list[Round] = []
    while not rounds or rounds[-1].added:
        tried = {
            (name, value): _transfer(bench, chosen | {name: value})
            for name, values in GRID.items()
            for value in values
            if chosen.get(name) != value
        }
        added = max(tried, key=lambda each: tried[each])
        gained = tried[added] > best + LEAST_GAIN
        if gained:
            best = tried[added]
            chosen[added[0]] = added[1]
        rounds.append(Round(added if gained else None, best, tried))
        print(f"tuning: {chosen}, transfer {best:.3f}", file=sys.stderr, flush=True)
    return Tuned(base, tuple(rounds))


def _transfer(bench: Bench, settings: dict[str, Any]) -> float:
    """Mean score in networks of other architectures, over kinds, classes and starts."""
    tried = MaximizationSettings(seeds=STARTS, **settings)
    return float(
        np.mean([bench.measure(kind, 0, bench.make(kind, 0, tried, root=7)).foreign.mean() for kind in KINDS])
    )
