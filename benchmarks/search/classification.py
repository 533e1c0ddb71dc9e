"""Searches on Fashion-MNIST, too long for ``make bench``: ``python -m benchmarks.search.classification [cnn|cnn-plus]...``.

Each runs the step of ``studium search`` once, in a run folder.
"""

from __future__ import annotations

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.machine import describe
from studium.runs.execute import PlanRun
from studium.runs.plan import Plan
from studium.runs.search_steps import SearchStep
from studium.runs.study_records import SearchRecord

TRIALS = 50


@dataclass(frozen=True)
class Goal:
    """What a search is to reach.

    Attributes:
        minutes: At most, with its refits.
        accuracy: Mean test accuracy of the refits, at least.
        times_less: Training of every trial to its end over that of the race, at least; 1: not asked for.
    """

    minutes: float
    accuracy: float
    times_less: float = 1.0


GOALS = {"cnn": Goal(25, 0.915, 4), "cnn-plus": Goal(90, 0.934)}


def main(chosen: list[str]) -> int:
    """Search the chosen spaces, all without arguments."""
    unknown = [name for name in chosen if name not in GOALS]
    if unknown:
        print(f"there is no space {unknown[0]!r}: choose from {', '.join(GOALS)}", file=sys.stderr)
        return 2
    print(describe(), flush=True)
    for name in chosen or GOALS:
        _print(searched(name), GOALS[name])
    return 0


def searched(space: str, trials: int = TRIALS) -> SearchRecord:
    """The record of a search with the product's defaults."""
    step = SearchStep(name="search", data="fashion-mnist", space=space, trials=trials)
    with tempfile.TemporaryDirectory() as folder:
        run = PlanRun(Plan(name="search", steps=(step,)), out=Path(folder) / "run").run()
        return run.search(step.name)


def _print(record: SearchRecord, goal: Goal) -> None:
    found, winner = record.search, record.winner
    assert winner is not None
    tests = [each.test.metric for each in winner.trainings if each.test is not None]
    counts = ", ".join(f"{n} {status}" for status, n in found.counts.items() if n)
    print(
        f"\n{found.space} on {found.data}, {found.asked} trials: {record.seconds / 60:.1f} minutes with refits "
        f"(n=1; below {goal.minutes:g}); {counts}\n"
        f"  training: {1 / (1 - found.saved):.1f}x less than each to its end (at least {goal.times_less:g}x), "
        f"{found.saved:.1%} saved, {found.n_epochs} of {found.n_epochs_without_race} epochs\n"
        f"  test accuracy of {len(tests)} refits: {np.mean(tests):.4f} (sd {np.std(tests, ddof=1):.4f}, "
        f"{min(tests):.4f} to {max(tests):.4f}; mean at least {goal.accuracy}), "
        f"{winner.network.n_parameters:,} parameters"
    )
    if found.difference is not None:
        print(f"  minus {found.difference.hand_made} in validation accuracy: {found.difference.value:+.4f}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
