"""Points assessed over replicates: their fits and their scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from studium.data import Dataset, folds
from studium.models import build
from studium.seeding import derive_seed
from studium.training import Fit, Trainer, evaluate_module
from studium.training.flip_averaging import as_scored
from studium.training.losses import module_loss
from studium.validation import CrossValidation, Point, Replicate, Replicates

WATCHED = 5
"""Early stopping watches one in so many of a replicate's training rows."""


@dataclass(frozen=True, eq=False)
class Assessment:
    """What training one point on all replicates gave.

    Attributes:
        point: Network and training.
        result: The fits.
        dataset: What they were trained on.
        replicates: The rows that scores come from, and the seeds.
    """

    point: Point
    result: CrossValidation
    dataset: Dataset
    replicates: Replicates

    @cached_property
    def scores(self) -> np.ndarray:
        """``mse`` (targets' own units) or ``accuracy`` of each fit on its replicate's validation rows, ``[S, K]``.

        NaN where it diverged. With early stopping these rows played no part in choosing the epoch.
        """
        if self.point[1].patience is None:
            return self.result.metrics
        scores = [
            _score(fit, item, self.dataset) if fit.status == "complete" else np.nan
            for fit, item in zip(self.result.fits, self.replicates.items, strict=True)
        ]
        return np.array(scores).reshape(self.replicates.n_seeds, self.replicates.n_folds)


def assess(
    points: Sequence[Point], replicates: Replicates, dataset: Dataset, trainer: Trainer
) -> list[Assessment]:
    """Train every point on every replicate, as one population where they can.

    The smallest of many validation losses flatters: a training that is scored where early stopping looked for its best
    epoch looks the better the longer it searched. A point with early stopping therefore gives up a fifth of each
    replicate's training rows for it to watch, as whoever uses it must, and is scored on rows that nothing has seen.

    Args:
        points: Network and training of each.
        replicates: Rows and seeds that all points share.
        dataset: The data.
        trainer: Trains the members.

    Returns:
        One assessment per point, in order.
    """
    watching = _watching(replicates, dataset) if any(map(stops_early, points)) else replicates
    used = [watching if stops_early(point) else replicates for point in points]
    members = [item.member(*point) for point, each in zip(points, used, strict=True) for item in each.items]
    fits = trainer.fit(members)
    size = len(replicates.items)
    return [
        Assessment(
            point, CrossValidation(tuple(fits[place * size : (place + 1) * size]), each), dataset, replicates
        )
        for place, (point, each) in enumerate(zip(points, used, strict=True))
    ]


def stops_early(point: Point) -> bool:
    """Whether a point's training stops early."""
    return point[1].patience is not None


def watched(points: Sequence[Point]) -> str:
    """How early stopping was kept from flattering the scores, in a sentence; empty when no point stops early."""
    if not any(map(stops_early, points)):
        return ""
    return (
        "early stopping watches a fifth of each training's own rows, which that training gives up; the scores come from the "
        "validation rows, which it never sees"
    )


def _watching(replicates: Replicates, dataset: Dataset) -> Replicates:
    return replace(replicates, items=tuple(_with_watched_rows(item, dataset) for item in replicates.items))


def _with_watched_rows(item: Replicate, dataset: Dataset) -> Replicate:
    train, rows = folds(dataset, item.train, WATCHED, seed=derive_seed(item.seed, "watched"))[0]
    return replace(item, train=train, validation=rows)


def _score(fit: Fit, item: Replicate, dataset: Dataset) -> float:
    network = build(fit.member.spec).to(next(iter(fit.weights.values())).dtype)
    network.load_state_dict(fit.weights)
    criterion = module_loss(fit.member.config, dataset.task)
    scored = as_scored(network, fit.member.config, dataset.task)
    return evaluate_module(scored, dataset, item.validation, fit.normalisation, criterion).metric
