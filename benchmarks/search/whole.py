"""Whole searches as users run them: wall time, and what the exported models are worth beside a Gaussian process."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks import gaussian_process
from benchmarks.search.floor import floor_seconds
from benchmarks.search.problem import regression, regression_step
from benchmarks.search.sizes import Sizes
from benchmarks.timing import Timing
from studium.runs.execute import PlanRun
from studium.runs.plan import Plan
from studium.runs.study_records import SearchRecord

ENSEMBLE = 10
SECONDS = 120


def main(sizes: Sizes) -> None:
    """Run the step for several study seeds."""
    records = list(_records(sizes))
    _print_seconds(records, sizes)
    _print_errors(records)


def _records(sizes: Sizes) -> Iterator[SearchRecord]:
    for seed in range(sizes.study_seeds):
        step = regression_step(sizes.n_trials, sizes.epochs, seed=seed, ensemble=ENSEMBLE)
        with tempfile.TemporaryDirectory() as folder:
            run = PlanRun(Plan(name="search", steps=(step,)), out=Path(folder) / "run").run()
            yield run.search(step.name)


def _print_seconds(records: list[SearchRecord], sizes: Sizes) -> None:
    prepared = regression(sizes.n_trials, sizes.epochs)
    timing = Timing(tuple(record.seconds for record in records))
    floor = float(np.median([floor_seconds(record, prepared) for record in records]))
    saved = [record.search.saved for record in records]
    race = [record.search.seconds for record in records]
    plan = prepared.plan
    print(
        f"\nspace mlp on curve, {plan.n_trials} trials x {plan.replicates.description} x {plan.epochs} epochs, "
        f"in a run folder: race, final measurement of {plan.n_leading} trials and {len(plan.hand_made)} "
        f"hand-made structures, {prepared.step.refits} refits, ensemble of {ENSEMBLE}: {timing} (below {SECONDS} s)\n"
        f"  {np.median(race):.3g} s of it before the refits; {np.mean(saved):.1%} of the training saved "
        f"(sd {_sd(saved):.1%}); floor, the products of what was trained at the measured peak: {floor:.2g} s, "
        f"ours is {timing.median / floor:.1f}x that"
    )


def _print_errors(records: list[SearchRecord]) -> None:
    process = gaussian_process.test_error(regression(1).pool)
    single, refits, ensembles = [], [], []
    for record in records:
        assert record.winner is not None
        assert record.winner.exported is not None
        assert record.ensemble is not None
        tests = [each.test.metric for each in record.winner.trainings if each.test is not None]
        exported = record.winner.trainings[record.winner.exported].test
        assert exported is not None
        single.append(exported.metric)
        refits.append(float(np.mean(tests)))
        ensembles.append(record.ensemble.test.metric)
    print(
        f"  test MSE over {len(records)} study seeds; Gaussian process {process:.4f}; ratio of the mean at most 1"
    )
    for name, errors in (
        ("exported model", single),
        ("mean of its refits", refits),
        (f"ensemble of {ENSEMBLE}", ensembles),
    ):
        print(
            f"    {name:20} {np.mean(errors):.4f} (sd {_sd(errors):.4f}, n={len(errors)}, "
            f"{min(errors):.4f} to {max(errors):.4f}), ratio {np.mean(errors) / process:.3f}"
        )


def _sd(values: list[float]) -> float:
    return float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")
