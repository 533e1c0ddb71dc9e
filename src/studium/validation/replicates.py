"""Replicates: the same rows and seeds for everything that is compared."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from studium.data import Dataset, folds, split
from studium.errors import SettingError
from studium.models import CNNSpec, MLPSpec
from studium.seeding import derive_seed
from studium.training import Member, TrainConfig


@dataclass(frozen=True, eq=False)
class Replicate:
    """One training of a comparison: which rows, which seed.

    Attributes:
        repetition: Which repetition of the splitting, from 0.
        fold: Which fold of it, from 0; 0 for a hold-out split.
        train: Training rows, ``[N]``.
        validation: Validation rows, ``[M]``.
        seed: Root of the member's streams; the same for every point that is compared, so that differences between
            points are not differences between seeds (common random numbers).
    """

    repetition: int
    fold: int
    train: np.ndarray
    validation: np.ndarray
    seed: int

    def member(self, spec: MLPSpec | CNNSpec, config: TrainConfig) -> Member:
        """The member that trains a network on this replicate."""
        return Member(spec, config, self.train, self.validation, self.seed)


@dataclass(frozen=True, eq=False)
class Replicates:
    """All replicates of a comparison, repetition by repetition.

    Attributes:
        items: The replicates, ``n_seeds * n_folds``.
        n_folds: Folds of each repetition, K; 1 for hold-out splits.
        n_seeds: Repetitions, S, each with another shuffling of the rows and other seeds.
    """

    items: tuple[Replicate, ...]
    n_folds: int
    n_seeds: int

    @property
    def description(self) -> str:
        """In words, for results and reports."""
        seeds = f"{self.n_seeds} seed{'s' if self.n_seeds > 1 else ''}"
        if self.n_folds > 1:
            return f"{self.n_folds} folds x {seeds}"
        first = self.items[0]
        return f"{len(first.train):,} training and {len(first.validation):,} validation rows x {seeds}"

    @property
    def test_to_train(self) -> float:
        """Mean of validation rows over training rows."""
        return float(np.mean([len(item.validation) / len(item.train) for item in self.items]))


def k_fold(dataset: Dataset, *, n_folds: int = 5, n_seeds: int = 1, seed: int = 0) -> Replicates:
    """k-fold cross-validation on the training pool, repeated over seeds.

    Args:
        dataset: The data; its official test rows are never touched.
        n_folds: K, at least 2.
        n_seeds: S, at least 1.
        seed: Root seed.

    Raises:
        SettingError: K is below 2, or S below 1.
        DataError: Too few rows, or too few of a class, for K folds.
    """
    _require_seeds(n_seeds)
    items = [
        Replicate(repetition, fold, train, validation, derive_seed(seed, "replicate", repetition, fold))
        for repetition in range(n_seeds)
        for fold, (train, validation) in enumerate(
            folds(dataset, dataset.training_pool, n_folds, seed=derive_seed(seed, "folds", repetition))
        )
    ]
    return Replicates(tuple(items), n_folds, n_seeds)


def hold_out(dataset: Dataset, *, validation: float = 0.2, n_seeds: int = 3, seed: int = 0) -> Replicates:
    """One random split of the training pool per seed, for data so large that folds would add nothing.

    Args:
        dataset: The data; its official test rows are never touched.
        validation: Share of the rows to validate on, in (0, 1).
        n_seeds: S, at least 1; each splits anew.
        seed: Root seed.

    Raises:
        SettingError: A share or S is outside its range.
    """
    _require_seeds(n_seeds)
    items = []
    for repetition in range(n_seeds):
        parts = split(dataset, validation=validation, test=0, seed=derive_seed(seed, "hold-out", repetition))
        own = derive_seed(seed, "replicate", repetition, 0)
        items.append(Replicate(repetition, 0, parts.train, parts.validation, own))
    return Replicates(tuple(items), 1, n_seeds)


def _require_seeds(n_seeds: int) -> None:
    if n_seeds < 1:
        raise SettingError(f"the number of seeds is {n_seeds}, but at least 1 is needed: choose 1 or more")
