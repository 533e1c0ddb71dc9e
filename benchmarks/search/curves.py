"""Tables of complete learning curves: random points, all trained to the end, so that races can be replayed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from studium.data import Dataset
from studium.seeding import derive_seed
from studium.studies.proposing import Proposer
from studium.studies.search import SearchPlan
from studium.training import Fit, Trainer
from studium.training.metrics import metric_name
from studium.validation import Point, Replicates, hold_out, k_fold


@dataclass(frozen=True, eq=False)
class CurveTable:
    """N points trained to the end on the rows of a search, and again on others.

    Attributes:
        name: Of the space and the data.
        curves: Score after each epoch, mean over the replicates of the search, ``[N, E]``; not a number from the epoch on at
            which a replicate diverged.
        worth: Score at the end on each of S repetitions of fresh rows and seeds, ``[N, S]``.
        lower_is_better: Direction of the score.
    """

    name: str
    curves: np.ndarray
    worth: np.ndarray
    lower_is_better: bool

    @cached_property
    def lengths(self) -> np.ndarray:
        """Epochs before a point diverges, ``[N]``."""
        lengths: np.ndarray = np.isfinite(self.curves).sum(1)
        return lengths

    @property
    def noise(self) -> float:
        """Standard deviation of a good point's score from repetition to repetition.

        Pooled over the best tenth of the points, whose order is what a search has to find.
        """
        n_best = max(len(self.worth) // 10, 2)
        sign = 1 if self.lower_is_better else -1
        best = np.argsort(sign * np.nan_to_num(self.worth.mean(1), nan=sign * np.inf))[:n_best]
        return float(np.sqrt(self.worth[best].var(1, ddof=1).mean()))


def curve_table(name: str, dataset: Dataset, plan: SearchPlan, n_points: int, n_fresh: int) -> CurveTable:
    """Draw points at random from a plan's space and train all of them to the end.

    Args:
        name: Of the table.
        dataset: The data.
        plan: Space, epochs, and the rows of the search.
        n_points: N.
        n_fresh: S, at least 2.
    """
    points = random_points(plan, n_points)
    seed = derive_seed(plan.seed, "fresh curves")
    again = hold_out if plan.replicates.n_folds == 1 else k_fold
    fresh = again(dataset, n_seeds=n_fresh, seed=seed)
    curves = trained_curves(dataset, points, plan.replicates).mean(1)
    ends = trained_curves(dataset, points, fresh)[:, :, -1]
    worth = ends.reshape(n_points, fresh.n_seeds, fresh.n_folds).mean(2)
    return CurveTable(name, curves, worth, metric_name(dataset.task) == "mse")


def random_points(plan: SearchPlan, n_points: int) -> list[Point]:
    """Points that can be built, as the search with random sampling draws them."""
    proposer = Proposer(plan.space, "random", n_points, seed=plan.seed, lower_is_better=True)
    proposer.begin_batch()
    points: list[Point] = []
    while len(points) < n_points:
        proposal = proposer.ask()
        assert proposal is not None
        point = plan.space.at(proposal.values)
        if plan.space.invalid_reason(point) is None:
            points.append(point)
    return points


def trained_curves(dataset: Dataset, points: list[Point], replicates: Replicates) -> np.ndarray:
    """Score after each epoch of points trained to the end, ``[N, R, E]``; not a number once a training has diverged."""
    items = replicates.items
    members = [item.member(*point) for point in points for item in items]
    found = np.full((len(points), len(items), max(point[1].epochs for point in points)), np.nan)
    for position, fit in Trainer(dataset).iterate(members):
        _enter(fit, found[position // len(items), position % len(items)])
    return found


def _enter(fit: Fit, row: np.ndarray) -> None:
    scores = fit.history.validation_metric[: fit.epochs]
    row[: len(scores)] = scores
