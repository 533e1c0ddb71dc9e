"""Speed: the search of the product beside Optuna with a plain objective, in turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from benchmarks.search.plain import JOBS, PRUNERS, seconds_of_plain
from benchmarks.search.problem import regression
from benchmarks.search.sizes import Sizes
from benchmarks.timing import Timing, in_turn
from studium.studies.search import search
from studium.training import Trainer

TRIALS, WHOLE = "studium, its trials", "studium, with the final measurement"


def main(sizes: Sizes) -> None:
    """Trials of the race, which is what the peer gives, and the whole with its final measurement, which the peer lacks."""
    prepared = regression(sizes.n_trials, sizes.epochs)
    data, plan = prepared.pool, replace(prepared.plan, hand_made=())  # the peer measures none
    raced: list[float] = []  # seconds until the last trial of each round had come to its end

    def searched() -> None:
        started, trials = time.perf_counter(), [0.0]
        search(data, plan, Trainer(data), lambda _: trials.append(time.perf_counter() - started))
        raced.append(trials[-1])

    works: dict[str, Callable[[], object]] = {WHOLE: searched}
    for name in PRUNERS:
        works[name] = partial(seconds_of_plain, data, plan, sizes.peer_trials, name)
    print(
        f"\nspace mlp on curve, {len(plan.replicates.items)} folds x {plan.epochs} epochs; milliseconds per trial. "
        f"Ours: {plan.n_trials} trials, raced, in memory; Optuna's TPE with a plain PyTorch objective, n_jobs={JOBS}: "
        f"{sizes.peer_trials} trials, and no measurement of the best on fresh rows"
    )
    found = in_turn(works, rounds=sizes.rounds, warm_up=False)
    found = {TRIALS: Timing(tuple(raced)), **found}
    _print(found, {name: sizes.n_trials if name in (TRIALS, WHOLE) else sizes.peer_trials for name in found})


def _print(found: dict[str, Timing], n_trials: dict[str, int]) -> None:
    ours = found[TRIALS].median / n_trials[TRIALS]
    for name, timing in found.items():
        low, mid, high = (
            value / n_trials[name] * 1000 for value in (min(timing.runs), timing.median, max(timing.runs))
        )
        print(
            f"  {name:38} {mid:9.1f}  (n={len(timing.runs)}, {low:.1f} to {high:.1f})  {mid / 1000 / ours:6.1f}x our trials"
        )
    whole = found[WHOLE].median / n_trials[WHOLE]
    plain = next(found[name].median / n_trials[name] for name in PRUNERS)
    print(
        f"  the plain objective beside our trials: {plain / ours:.1f}x; beside the whole search: {plain / whole:.1f}x "
        "(wanted: at least 30x)"
    )
