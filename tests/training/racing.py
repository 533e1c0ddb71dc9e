"""Members that race, and what a race of them gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from studium.models import CNNSpec, ConvolutionSpec
from studium.training import Augmentation, Fit, Member, Race, TrainConfig, Trainer
from studium.training.config import Optimizer
from tests.training.oracle import classes, table
from tests.training.test_population import RATES, member

TABLE, PICTURES = table(), classes()
EPOCHS = 12
SHORT, DIVERGING = 2, 1  # members of `various`: ends after 3 epochs, diverges at once

Plan = Sequence[tuple[Sequence[int], int]]
"""Who trains on, and until which epoch, stretch by stretch."""


def various(optimizer: Optimizer) -> list[Member]:
    """A population whose members differ in everything that they may; one diverges at once, one has few epochs."""
    found = []
    for seed in range(6):
        own: dict[str, Any] = {"learning_rate": RATES[optimizer] / (1 + seed), "weight_decay": 1e-3 * seed}
        if optimizer in ("momentum", "nesterov", "rmsprop"):
            own["momentum"] = 0.1 * seed
        own |= {"learning_rate": 1e200} if seed == DIVERGING else {}
        own |= {"epochs": 3} if seed == SHORT else {}
        settings: dict[str, Any] = {"optimizer": optimizer, "epochs": EPOCHS, "schedule": "cosine", **own}
        dropout = {"dropout": (0.1 * (seed % 3), 0.2)}
        found.append(member(TABLE, seed, hidden=(3 + seed, 8 - seed), spec=dropout, **settings))
    return found


def alike(optimizer: Optimizer, n: int = 4, **settings: Any) -> list[Member]:
    """A population of one network with several rates; nobody ends before the others."""
    own: dict[str, Any] = {"optimizer": optimizer, "epochs": EPOCHS, **settings}
    return [member(TABLE, 5, learning_rate=RATES[optimizer] / (1 + place), **own) for place in range(n)]


def pictured(optimizer: Optimizer, *, normed: bool = False) -> Member:
    """A convolutional network that draws from every stream: shuffling, dropout, augmentation."""
    stage = ConvolutionSpec(channels=4, padding=1, batch_norm=normed, residual=int(normed))
    spec = CNNSpec(
        input_shape=(1, 4, 4),
        n_outputs=PICTURES.n_outputs,
        convolutions=(stage, ConvolutionSpec(channels=6, kernel=2, pool=2)),
        hidden=(8, 8),
        dropout=(0.1, 0.2),
    )
    config = TrainConfig(
        optimizer=optimizer,
        learning_rate=RATES[optimizer],
        schedule="one_cycle",
        augmentation=Augmentation(shift=1, flip=0.2, erase=0.3),
        batch_size=13,
        epochs=EPOCHS,
    )
    rows = np.random.default_rng(1).permutation(len(PICTURES))
    return Member(spec, config, rows[12:], rows[:12], seed=1)


def raced(trainer: Trainer, members: Sequence[Member], plan: Plan) -> list[dict[int, Fit]]:
    """What each stretch of a race gives; who does not train in one is dropped before it."""
    with trainer.race(members) as race:
        return [advanced(race, kept, until) for kept, until in plan]


def advanced(race: Race, kept: Sequence[int], until: int) -> dict[int, Fit]:
    """What the next stretch gives."""
    race.drop([position for position in race.paused if position not in kept])
    return race.advance(kept, until)


def facts(fit: Fit) -> tuple[Any, ...]:
    """All of a fit that must repeat."""
    weights = {name: tensor.numpy().tobytes() for name, tensor in fit.weights.items()}
    curves = [curve.tobytes() for curve in vars(fit.history).values()]
    return fit.status, fit.epochs, fit.best_epoch, weights, curves


def assert_close(fit: Fit, whole: Fit) -> None:
    """A fit is that of the whole training, or its beginning, but for the last bits."""
    n = len(fit.history.train_loss)
    for name, curve in vars(fit.history).items():
        np.testing.assert_allclose(curve, getattr(whole.history, name)[:n], rtol=1e-9, err_msg=name)
    if fit.status == "paused":
        assert (fit.epochs, dict(fit.weights)) == (n, {})
        return
    assert (fit.status, fit.epochs, fit.best_epoch) == (whole.status, whole.epochs, whole.best_epoch)
    assert_weights_close(fit.weights, whole.weights)


def assert_weights_close(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> None:
    assert ours.keys() == theirs.keys()
    for name in theirs:
        np.testing.assert_allclose(ours[name], theirs[name], rtol=1e-8, atol=1e-12)
