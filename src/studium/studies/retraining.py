"""Retraining the chosen network on all training rows."""

from __future__ import annotations

from studium.data import Dataset
from studium.seeding import derive_seed
from studium.training import Fit, Member, Trainer
from studium.validation import Point


def refit(
    dataset: Dataset, point: Point, epochs: int, trainer: Trainer, *, n_seeds: int = 1, seed: int = 0
) -> list[Fit]:
    """Train a chosen point on the whole training pool.

    There are no validation rows left, so the number of epochs is the one that cross-validation chose; a schedule still spans
    the epochs that it was chosen with, so that the learning rate takes the same course up to there.

    Args:
        dataset: The data; its official test rows are not touched.
        point: Network and training.
        epochs: Epochs to train, see :attr:`studium.validation.CrossValidation.best_epochs`.
        trainer: Trains the members.
        n_seeds: Networks to train.
        seed: Root seed.

    Returns:
        One fit per seed.
    """
    spec, config = point
    spanned = config.schedule_epochs or config.epochs
    chosen = config.model_copy(update={"epochs": epochs, "schedule_epochs": spanned, "patience": None})
    members = [
        Member(spec, chosen, dataset.training_pool, seed=derive_seed(seed, "refit", number))
        for number in range(n_seeds)
    ]
    return trainer.fit(members)
