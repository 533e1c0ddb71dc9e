"""Speed: the whole search of the product beside Optuna with a plain objective, in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from benchmarks.search.plain import JOBS, PRUNERS, seconds_of_plain
from benchmarks.search.problem import regression
from benchmarks.search.sizes import Sizes
from benchmarks.timing import Timing, in_turn
from studium.studies.search import search
from studium.training import Trainer


def main(sizes: Sizes) -> None:
    """Race and final measurement per trial, against trials of the peer."""
    prepared = regression(sizes.n_trials, sizes.epochs)
    data, plan = prepared.pool, replace(prepared.plan, hand_made=())  # the peer measures none
    works: dict[str, Callable[[], object]] = {
        "studium": lambda: search(data, plan, Trainer(data)),
    }
    for name in PRUNERS:
        works[name] = partial(seconds_of_plain, data, plan, sizes.peer_trials, name)
    print(
        f"\nspace mlp on curve, {len(plan.replicates.items)} folds x {plan.epochs} epochs; milliseconds per trial. "
        f"Ours: {plan.n_trials} trials with their final measurement (in memory); Optuna's TPE with a plain PyTorch "
        f"objective, n_jobs={JOBS}: {sizes.peer_trials} trials"
    )
    found = in_turn(works, rounds=sizes.rounds, warm_up=False)
    _print(
        found, {name: sizes.n_trials if name.startswith("studium") else sizes.peer_trials for name in found}
    )


def _print(found: dict[str, Timing], n_trials: dict[str, int]) -> None:
    ours = found["studium"].median / n_trials["studium"]
    for name, timing in found.items():
        low, mid, high = (
            value / n_trials[name] * 1000 for value in (min(timing.runs), timing.median, max(timing.runs))
        )
        print(
            f"  {name:38} {mid:9.1f}  (n={len(timing.runs)}, {low:.1f} to {high:.1f})  {mid / 1000 / ours:6.1f}x ours"
        )
    print("  wanted: at least 30x the plain objective")
