"""Assessments and studies made by hand, with known answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studium.data import Dataset, Normalisation, open_dataset
from studium.models import MLPSpec
from studium.studies import Assessment
from studium.training import Fit, History, Member, TrainConfig
from studium.validation import CrossValidation, Point, Replicate, Replicates

NET = MLPSpec(input_shape=(1,), n_outputs=1, hidden=(8,))
_UNUSED = Normalisation(*([None] * 4))  # type: ignore[arg-type]  # no score is computed with it


def curve() -> Dataset:
    return open_dataset("curve")


def point(**settings: object) -> Point:
    return NET, TrainConfig.model_validate({"epochs": 3, **settings})


def replicates(n_folds: int = 2, n_seeds: int = 2, *, n_train: int = 8, n_validation: int = 2) -> Replicates:
    train, validation = np.arange(n_train), np.arange(n_train, n_train + n_validation)
    items = [
        Replicate(seed, fold, train, validation, seed * n_folds + fold)
        for seed in range(n_seeds)
        for fold in range(n_folds)
    ]
    return Replicates(tuple(items), n_folds, n_seeds)


def assessment(metrics: Sequence[Sequence[float]], given: Replicates) -> Assessment:
    """A point whose metric on each replicate runs through a list of epochs; an empty list diverged at once."""
    fits = [_fit(curve, item) for curve, item in zip(metrics, given.items, strict=True)]
    return Assessment(point(), CrossValidation(tuple(fits), given), curve(), given)


def _fit(metric: Sequence[float], item: Replicate) -> Fit:
    values = np.array(metric, dtype=np.float64)
    return Fit(
        member=Member(NET, TrainConfig(epochs=3), item.train, item.validation, item.seed),
        weights={},
        normalisation=_UNUSED,
        history=History(values / 10, values / 2, values),
        status="complete" if len(values) else "diverged",
        epochs=len(values),
        best_epoch=int(values.argmin()) + 1 if len(values) else 0,
        seconds=0.0,
    )
