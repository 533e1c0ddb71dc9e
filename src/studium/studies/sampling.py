"""Which points a study tries: Optuna, asked and told by the driver alone."""

from __future__ import annotations

import itertools
import math
import warnings
from collections.abc import Sequence
from typing import Literal

import optuna
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.exceptions import ExperimentalWarning
from optuna.samplers import BaseSampler, QMCSampler, RandomSampler, TPESampler

from studium.seeding import derive_seed
from studium.studies.results import Value
from studium.studies.space import Dimension

SamplerName = Literal["grid", "qmc", "random", "tpe"]
BATCH = 10
"""Points that an adaptive sampler gives before it learns their scores; part of the study, never the number of workers."""

Values = dict[str, Value]


class Asker:
    """Asks Optuna for points and tells it their scores.

    Each batch is drawn by a fresh sampler seeded from (seed, number of the batch), so that a study that was interrupted and
    went on draws the same points.

    Args:
        dimensions: What varies.
        sampler: ``grid``: every combination of evenly spaced values; ``qmc``: a scrambled Sobol sequence; ``random``;
            ``tpe``: Bergstra et al. 2011.
        n_points: Points in all; a grid takes ``n_points`` values along each range instead.
        seed: Root seed.
        maximise: Whether larger scores are better.
    """

    def __init__(
        self,
        dimensions: Sequence[Dimension],
        sampler: SamplerName,
        n_points: int,
        *,
        seed: int,
        maximise: bool,
    ) -> None:
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self._dimensions, self._name, self._seed = tuple(dimensions), sampler, seed
        self._study = optuna.create_study(direction="maximize" if maximise else "minimize")
        self._worst = -math.inf if maximise else math.inf
        self._left = n_points
        self._batch = 0
        if sampler == "grid":
            grid = list(itertools.product(*(dimension.grid(n_points) for dimension in dimensions)))
            self._left = len(grid)
            for values in grid:
                self._study.enqueue_trial(dict(zip((each.name for each in dimensions), values, strict=True)))
        self._distributions = {
            each.name: distribution(each, n_points if sampler == "grid" else None) for each in dimensions
        }
        self._open: list[optuna.Trial] = []

    def ask(self) -> list[Values]:
        """The next batch of points; empty when there are no more. Samplers that learn nothing give all at once."""
        size = min(self._left, BATCH) if self._name == "tpe" else self._left
        self._study.sampler = self._sampler()
        self._open = [self._study.ask(self._distributions) for _ in range(size)]
        self._left -= size
        self._batch += 1
        return [dict(trial.params) for trial in self._open]

    def tell(self, scores: Sequence[float | None]) -> None:
        """Scores of the points asked last, in order; ``None`` for one that diverged, which is as bad as can be."""
        for trial, score in zip(self._open, scores, strict=True):
            self._study.tell(trial, self._worst if score is None else score)

    def _sampler(self) -> BaseSampler:
        seed = derive_seed(self._seed, "sampler", self._batch) % 2**32
        if self._name == "tpe":
            return TPESampler(seed=seed, multivariate=False, n_startup_trials=BATCH)
        if self._name == "qmc":
            return _quasi_random(seed)
        return RandomSampler(seed=seed)


def _quasi_random(seed: int) -> BaseSampler:
    independent = RandomSampler(seed=seed)
    with (
        warnings.catch_warnings()
    ):  # Optuna may still change this sampler's interface, which concerns us, not users
        warnings.simplefilter("ignore", ExperimentalWarning)
        return QMCSampler(
            scramble=True, seed=seed, independent_sampler=independent, warn_independent_sampling=False
        )


def distribution(dimension: Dimension, n_values: int | None = None) -> BaseDistribution:
    """What Optuna draws a parameter from.

    Args:
        dimension: The parameter and its values.
        n_values: Values of a grid along a range; ``None``: the range itself.
    """
    if dimension.values or n_values is not None:
        return CategoricalDistribution(dimension.grid(n_values or 1))
    if dimension.parameter.kind == "int":
        return IntDistribution(round(dimension.low), round(dimension.high), log=dimension.log)
    return FloatDistribution(dimension.low, dimension.high, log=dimension.log)
