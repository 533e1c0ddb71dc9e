"""Equal training: time to given validation losses, and what the chosen points are really worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.search.contenders import PEERS, REPORTS, Asking, peer, product, together
from benchmarks.search.curves import trained_curves
from benchmarks.search.plain import JOBS, seconds_of_plain
from benchmarks.search.problem import regression
from benchmarks.search.progress import Progress
from benchmarks.search.sizes import Sizes
from studium.data import Dataset
from studium.seeding import derive_seed
from studium.studies.search import SearchPlan
from studium.validation import Point, k_fold

OURS = "studium"
REFERENCE = "Optuna TPE"
LEVELS = (1.2, 1.1, 1.0)  # times the loss that the reference ends with

Courses = dict[str, list[Progress]]
"""One course a seed of each contender."""


def main(sizes: Sizes) -> None:
    """Search with each contender and seed, on the same folds."""
    prepared = regression(sizes.budget_trials, sizes.epochs)
    data, plan = prepared.pool, replace(prepared.plan, hand_made=(), final_epochs=None)
    seconds = seconds_of_plain(data, plan, sizes.peer_trials, "no pruner")
    per_epoch = seconds / (sizes.peer_trials * len(plan.replicates.items) * plan.epochs)
    courses, budgets = _courses(data, plan, sizes.search_seeds, per_epoch)
    whole = np.median(budgets) / (plan.epochs * len(plan.replicates.items))
    print(
        f"\nspace mlp on curve, {sizes.search_seeds} seeds of the samplers on the same folds. "
        f"Ours: {plan.n_trials} trials, raced. "
        "Each peer may train as many epochs as our race and final measurement together "
        f"(median {np.median(budgets):,.0f}, {whole:.0f} whole trials), one trial at a time, "
        f"and reports to its pruner {REPORTS} times a training.\n"
        "Measured: all losses and epochs, our seconds. Computed: the peers' seconds, as their epochs times the "
        f"{per_epoch * 1e6:.0f} microseconds that one takes with the plain objective and n_jobs={JOBS} (measured, n=1)"
    )
    _print_ends(courses, _worth(data, plan, courses, sizes.quality_seeds))
    _print_levels(courses)


def _courses(data: Dataset, plan: SearchPlan, n_seeds: int, per_epoch: float) -> tuple[Courses, list[int]]:
    plans = [
        replace(plan, seed=derive_seed(plan.seed, "budget", number) % 2**32) for number in range(n_seeds)
    ]
    own = [product(data, each) for each in plans]
    budgets = [spent for _, spent in own]
    peers: dict[tuple[str, int], Asking] = {
        (name, number): peer(each, name, budgets[number], per_epoch)
        for name in PEERS
        for number, each in enumerate(plans)
    }
    found = together(peers, lambda points: trained_curves(data, points, plan.replicates).mean(1))
    courses = {name: [found[name, number] for number in range(n_seeds)] for name in PEERS}
    return {OURS: [course for course, _ in own], **courses}, budgets


def _worth(data: Dataset, plan: SearchPlan, courses: Courses, n_seeds: int) -> dict[str, np.ndarray]:
    # Loss of the chosen points on rows and seeds that no search has seen, a value a seed of the search.
    fresh = k_fold(
        data, n_folds=plan.replicates.n_folds, n_seeds=n_seeds, seed=derive_seed(plan.seed, "worth")
    )
    chosen: list[Point] = []
    for course in (each for found in courses.values() for each in found):
        assert course.chosen is not None
        chosen.append(course.chosen)
    losses = trained_curves(data, chosen, fresh)[:, :, -1].mean(1).reshape(len(courses), -1)
    return dict(zip(courses, losses, strict=True))


def _print_ends(courses: Courses, worth: dict[str, np.ndarray]) -> None:
    print(
        "  at the end                             trials  seconds   validation loss: median (quartiles)   "
        "chosen point on fresh folds and seeds: mean, sd, ratio to ours"
    )
    for name, found in courses.items():
        n_trials = np.median([len(course.best) for course in found])
        seconds = np.median([course.ended for course in found])
        ends = _quartiles([course.best[-1] for course in found], ".4f")
        mean, sd = worth[name].mean(), worth[name].std(ddof=1)
        print(
            f"  {name:38} {n_trials:6.0f}  {seconds:7.1f}   {ends:37} {mean:.4f}, {sd:.4f}, {mean / worth[OURS].mean():.3f}"
        )


def _print_levels(courses: Courses) -> None:
    end = float(np.median([course.best[-1] for course in courses[REFERENCE]]))
    for level in LEVELS:
        loss = level * end
        print(
            f"  to a validation loss of {loss:.4f} ({level:g}x the end of {REFERENCE}): thousands of epochs, and seconds; "
            "medians (quartiles), seeds that came there"
        )
        for name, found in courses.items():
            epochs = [course.epochs_to(loss) / 1000 for course in found]
            seconds = [course.seconds_to(loss) for course in found]
            reached = int(np.isfinite(epochs).sum())
            print(
                f"    {name:36} {_quartiles(epochs, '.0f'):24} {_quartiles(seconds, '.3g'):28} {reached} of {len(found)}"
            )


def _quartiles(values: list[float], form: str) -> str:
    # Order statistics, so that a seed which never came there is larger than all numbers and nothing worse.
    low, mid, high = (float(np.quantile(values, share, method="inverted_cdf")) for share in (0.25, 0.5, 0.75))
    low_text, mid_text, high_text = (
        format(each, form) if np.isfinite(each) else "never" for each in (low, mid, high)
    )
    return f"{mid_text} ({low_text} to {high_text})"
