"""Every condition on networks that took no part in the tuning."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor

from benchmarks.maximization.measures import MEASURES, Measured
from benchmarks.maximization.subjects import EVALUATION, KINDS, Bench
from benchmarks.maximization.tuning import Tuned
from studium.introspection.maximization import MaximizationSettings
from studium.validation import Interval, interval

STARTS = 4
ADDED = ("jitter", "scaling")
"""Added to what the tuning selects: they cost ``cnn`` no transfer, and make images smoother and robust to shifts."""


@dataclass(frozen=True)
class Line:
    """One line of the table: a condition, on one kind of network.

    Attributes:
        condition: What was on.
        kind: Architecture that the images were made for.
        values: For each measure, one value for each class of each network, the mean over its starts, ``[n]``; starts of one
            class are too much alike to count as several.
    """

    condition: str
    kind: str
    values: dict[str, np.ndarray]

    def interval(self, measure: str) -> Interval:
        """Mean and 95% t interval over classes and networks."""
        return interval(self.values[measure], test_to_train=0.0)

    def gain(self, base: Line, measure: str) -> Interval:
        """The same of the difference to another condition, class by class and network by network."""
        return interval(self.values[measure] - base.values[measure], test_to_train=0.0)


def conditions(tuned: Tuned) -> dict[str, MaximizationSettings]:
    """Settings of every condition by its name, at the strengths that the tuning found."""
    on, rate = tuned.strengths, {"learning_rate": tuned.chosen["learning_rate"]}
    selected = {name: value for name, value in on.items() if name in tuned.chosen}
    found: dict[str, dict[str, Any]] = {"none": {}}
    found |= {f"{_words(name)} alone": {name: value} for name, value in on.items()}
    found |= {
        "selected": selected,
        "default": selected | {name: on[name] for name in ADDED},
        "all six": on,
    }
    found |= {
        f"selected without {_words(name)}": {key: value for key, value in selected.items() if key != name}
        for name in selected
    }
    found |= {
        f"selected with {_words(name)}": selected | {name: on[name]} for name in on if name not in selected
    }
    found |= {
        f"{name}, softmax": found[name] | {"objective": "softmax"} for name in ("none", "default", "all six")
    }
    return {name: MaximizationSettings(seeds=STARTS, **rate, **settings) for name, settings in found.items()}


def evaluate(bench: Bench, tried: dict[str, MaximizationSettings]) -> list[Line]:
    """All conditions, and real images in the same measures."""
    return [line for kind in KINDS for line in _lines(bench, kind, tried)]


def _lines(bench: Bench, kind: str, tried: dict[str, MaximizationSettings]) -> Iterator[Line]:
    for condition, settings in tried.items():
        yield _line(bench, condition, kind, _optimised(bench, kind, settings))
    yield _line(bench, "strongest real images", kind, _strongest(bench, kind))
    usual = ((seed, bench.usual(STARTS)) for seed in EVALUATION.subjects)
    yield _line(bench, "usual real images", kind, usual)


def _optimised(bench: Bench, kind: str, settings: MaximizationSettings) -> Iterator[tuple[int, Tensor]]:
    for seed in EVALUATION.subjects:
        yield seed, bench.make(kind, seed, settings, root=0)


def _strongest(bench: Bench, kind: str) -> Iterator[tuple[int, Tensor]]:
    for seed in EVALUATION.subjects:
        yield seed, bench.strongest(kind, seed, STARTS)


def _line(bench: Bench, condition: str, kind: str, images: Iterator[tuple[int, Tensor]]) -> Line:
    measured = [bench.measure(kind, seed, each) for seed, each in images]
    line = Line(condition, kind, {name: _by_class(measured, name) for name in MEASURES})
    means = ", ".join(f"{name} {line.values[name].mean():.2f}" for name in MEASURES)
    print(f"{kind}, {condition}: {means}", file=sys.stderr, flush=True)
    return line


def _by_class(measured: list[Measured], name: str) -> np.ndarray:
    values = np.stack([getattr(each, name) for each in measured])  # [networks, U * S]
    means: np.ndarray = values.reshape(len(measured), -1, STARTS).mean(axis=2).flatten()
    return means


def _words(name: str) -> str:
    return {"l2": "L2", "fourier": "Fourier"}.get(name, name.replace("_", " "))
