"""Racing: how often the true winner is lost, at what regret, and how much training is saved."""

from __future__ import annotations

import time

import numpy as np
from scipy import stats

from benchmarks.search.curves import CurveTable, curve_table
from benchmarks.search.problem import digits, regression
from benchmarks.search.replay import Replays, Setting, replays
from benchmarks.search.sizes import Sizes
from studium.studies.search import SearchPlan

DIGITS_EPOCHS = 24


def main(sizes: Sizes) -> None:
    """Replay races over tables: of the two tasks as they are searched, and of one that is compared while its rate rises."""
    for name, prepared in (
        ("mlp on curve", regression(sizes.n_trials, sizes.epochs)),
        ("mlp on digits", digits(sizes.n_trials, DIGITS_EPOCHS)),
        ("mlp on digits under one_cycle", digits(sizes.n_trials, DIGITS_EPOCHS, "one_cycle")),
    ):
        plan = prepared.plan
        started = time.perf_counter()
        table = curve_table(name, prepared.pool, plan, sizes.points, sizes.fresh)
        print(
            f"\n{name}: {sizes.points} random points x {len(plan.replicates.items)} trainings x {plan.epochs} epochs, all "
            f"to the end, and {sizes.fresh} times on fresh rows and seeds ({time.perf_counter() - started:.0f} s)"
        )
        _print(table, plan, sizes.replays)


def _print(table: CurveTable, plan: SearchPlan, n_replays: int) -> None:
    default = Setting(plan.n_rungs, plan.keep, plan.batch)
    orders = _orders(len(table.curves), n_replays)
    ends = table.curves[:, -1]
    best = np.nanmin(ends) if table.lower_is_better else np.nanmax(ends)
    print(
        f"  {n_replays} replays, each of {len(orders[0])} of the points in a random order; best score {best:.4g}, "
        f"noise (sd of a good point's score between repetitions) {table.noise:.2g}\n"
        f"  rank correlation of scores with those at the end: {_correlations(table, plan)}\n"
        "  rungs keep batch   winner lost   regret, noise: mean, 95%   relative: mean   "
        f"true loss after measuring {plan.n_leading} again, noise: mean, 95%   saved: mean, sd"
    )
    for setting in _settings(default):
        found = replays(table, setting, orders, plan.n_leading)
        print(_line(setting, found, table.noise, best) + ("  default" if setting == default else ""))


def _correlations(table: CurveTable, plan: SearchPlan) -> str:
    # Spearman's, over the points that came to the end.
    complete = table.curves[np.isfinite(table.curves[:, -1])]
    return ", ".join(
        f"{stats.spearmanr(complete[:, rung - 1], complete[:, -1]).statistic:.3f} after {rung} epochs"
        for rung in plan.rungs[:-1]
    )


def _line(setting: Setting, found: Replays, noise: float, best: float) -> str:
    regret, worth = found.regret / noise, found.worth_regret / noise
    return (
        f"  {setting.n_rungs:5} {setting.keep:4} {setting.batch:5} {found.lost.mean():12.1%} "
        f"{regret.mean():18.3f} {np.quantile(regret, 0.95):6.2f} {found.regret.mean() / abs(best):17.2%} "
        f"{worth.mean():38.3f} {np.quantile(worth, 0.95):6.2f} {found.saved.mean():26.1%} {found.saved.std(ddof=1):5.1%}"
    )


def _settings(default: Setting) -> list[Setting]:
    others = [
        Setting(*each, default.batch)
        for each in ((1, 4), (2, 4), (2, 8), (2, 16), (3, 2), (3, 3), (3, 6), (4, 2), (4, 3), (4, 4), (5, 2))
    ]
    batches = [Setting(default.n_rungs, default.keep, batch) for batch in (5, 10, 40)]
    return [default, *others, *(each for each in batches if each != default)]


def _orders(n_points: int, n_replays: int) -> list[np.ndarray]:
    # Five of six points in each, so that the best one is another from time to time.
    stream = np.random.default_rng(0)
    size = n_points * 5 // 6
    return [stream.permutation(n_points)[:size] for _ in range(n_replays)]
