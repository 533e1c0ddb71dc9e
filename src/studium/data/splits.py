"""Splits: row indices for training, validation and test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import KFold, StratifiedKFold, train_test_split

from studium.data.dataset import Dataset
from studium.errors import DataError, SettingError
from studium.seeding import derive_seed


@dataclass(frozen=True, eq=False)
class Split:
    """Row indices into one dataset, each sorted.

    Attributes:
        train: Rows that weights are fitted to, ``[N_train]``.
        validation: Rows that choices are made on, ``[N_validation]``; may be empty.
        test: Rows used once, by the final evaluation, ``[N_test]``; may be empty.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def split(dataset: Dataset, *, validation: float = 0.2, test: float = 0.2, seed: int = 0) -> Split:
    """Split by seed, stratified for classes.

    Args:
        dataset: The data. Its official test rows, when it has them, are the test part.
        validation: Share of the remaining rows to validate on, in [0, 1).
        test: Share of all rows to test on when the data has no official test set, in [0, 1).
        seed: Seed of the shuffling.

    Returns:
        Three disjoint parts that cover the dataset.

    Raises:
        SettingError: A share is outside its range.
        DataError: There are too few rows, or a class has too few, for these shares.
    """
    for name, share in (("validation", validation), ("test", test)):
        if not 0 <= share < 1:
            raise SettingError(f"{name} share is {share}, but it must be in [0, 1): choose a smaller share")
    pool = dataset.training_pool
    if dataset.test_rows is None:
        pool, held_out = _part(dataset, pool, test, derive_seed(seed, "split", "test"))
    else:
        held_out = np.sort(dataset.test_rows)
    train, valid = _part(dataset, pool, validation, derive_seed(seed, "split", "validation"))
    return Split(train, valid, held_out)


def folds(
    dataset: Dataset, rows: np.ndarray, n_folds: int, *, seed: int = 0
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Row indices of k-fold cross-validation, shuffled by seed, stratified for classes.

    Args:
        dataset: The data.
        rows: Rows to divide, ``[N]``; never the test rows.
        n_folds: k, in [2, N].
        seed: Seed of the shuffling.

    Returns:
        k pairs (training rows, validation rows), each sorted.

    Raises:
        SettingError: k is below 2.
        DataError: There are fewer rows, or fewer rows of some class, than folds.
    """
    if n_folds < 2:
        raise SettingError(
            f"the number of folds is {n_folds}, but cross-validation needs at least 2: choose 2 or more"
        )
    if len(rows) < n_folds:
        raise DataError(
            f"{dataset.name} has {len(rows)} rows for {n_folds} folds, but each fold needs a row: use fewer "
            "folds"
        )
    state = derive_seed(seed, "folds") % 2**32
    if dataset.task == "classification":
        labels = dataset.targets.numpy()[rows]
        _require_per_class(dataset, labels, n_folds, f"{n_folds} folds")
        parts = StratifiedKFold(n_folds, shuffle=True, random_state=state).split(rows, labels)
    else:
        parts = KFold(n_folds, shuffle=True, random_state=state).split(rows)
    return [(np.sort(rows[train]), np.sort(rows[valid])) for train, valid in parts]


def _part(dataset: Dataset, rows: np.ndarray, share: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    size = round(len(rows) * share)
    if share == 0:
        return rows, rows[:0]
    if size < 1 or size >= len(rows):
        raise DataError(
            f"{dataset.name} has {len(rows)} rows to split, but a share of {share} needs at least one row on "
            "each side: add rows or choose another share"
        )
    labels = None
    if dataset.task == "classification":
        labels = dataset.targets.numpy()[rows]
        _require_per_class(dataset, labels, 2, "a split")
        if min(size, len(rows) - size) < len(np.unique(labels)):
            raise DataError(
                f"{dataset.name} has {len(np.unique(labels))} classes, but a share of {share} of {len(rows)} "
                "rows cannot hold one of each: add rows or choose another share"
            )
    kept, held_out = train_test_split(rows, test_size=size, random_state=seed % 2**32, stratify=labels)
    return np.sort(kept), np.sort(held_out)


def _require_per_class(dataset: Dataset, labels: np.ndarray, least: int, purpose: str) -> None:
    classes, counts = np.unique(labels, return_counts=True)
    smallest = int(counts.argmin())
    if counts[smallest] < least:
        raise DataError(
            f"class {dataset.class_names[classes[smallest]]!r} of {dataset.name} has {counts[smallest]} "
            f"rows, but {purpose} needs at least {least} of each class: add rows or leave the class out"
        )
