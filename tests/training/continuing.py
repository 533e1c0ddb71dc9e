"""Small trainings of every kind, as loops that can be left and continued."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from studium.data import Dataset, fit_normalisation
from studium.environment import torch_threads
from studium.execution.checkpoints import CheckpointFiles
from studium.execution.record_file import decode, encode
from studium.models import CNNSpec, ConvolutionSpec
from studium.training import Augmentation, Fit, Member, TrainConfig
from studium.training.config import Optimizer
from studium.training.loop import Ended, Loop
from studium.training.population import PopulationProgram
from studium.training.products import product_threads
from studium.training.single import SingleProgram
from studium.training.state import State
from tests.training.oracle import classes, table
from tests.training.test_population import RATES, member

TABLE, PICTURES = table(), classes()
EPOCHS = 14
DIVERGING = {"learning_rate": 1e200}  # in float64

Make = Callable[[], Loop]


def population(optimizer: Optimizer) -> Loop:
    """Rows, widths and every value differ; one diverges at once, one ends by its epochs, others run out of patience."""
    members = []
    for seed in range(6):
        own: dict[str, Any] = {"learning_rate": RATES[optimizer] / (1 + seed), "patience": 1 + seed}
        own |= {"weight_decay": 1e-3 * seed, "l1": 1e-4 * (seed % 2), "gradient_clip": 0.5 * (seed % 3)}
        if optimizer in ("momentum", "nesterov", "rmsprop"):
            own["momentum"] = 0.1 * seed
        if optimizer.startswith("adam"):
            own |= {"beta1": 0.8 + 0.03 * seed, "epsilon": 10.0 ** -(4 + seed)}
        own |= DIVERGING if seed == 1 else {}
        own |= {"epochs": 3, "patience": None} if seed == 2 else {}
        dropout = {"dropout": (0.1 * (seed % 3), 0.2)}
        settings: dict[str, Any] = {"optimizer": optimizer, "epochs": EPOCHS, "schedule": "cosine", **own}
        members.append(member(TABLE, seed, hidden=(3 + seed, 8 - seed), spec=dropout, **settings))
    return _fused(TABLE, members)


def study(optimizer: Optimizer) -> Loop:
    """One value studied: rows, seed and everything else are shared, so that batches are drawn once; float32."""
    rates = [RATES[optimizer] * factor for factor in (1e-2, 0.3, 1, 3)]
    settings: dict[str, Any] = {
        "optimizer": optimizer,
        "patience": 2,
        "epochs": EPOCHS,
        "precision": "float32",
    }
    return _fused(PICTURES, [member(PICTURES, 5, learning_rate=rate, **settings) for rate in rates])


def whole(optimizer: Optimizer) -> Loop:
    """All rows in one step, unequal in number, without validation rows."""
    members = [
        member(
            TABLE, seed, optimizer=optimizer, batch_size=None, epochs=EPOCHS - 4 * seed, learning_rate=1e-3
        )
        for seed in range(3)
    ]
    return _fused(TABLE, [dataclasses.replace(each, validation=each.train[:0]) for each in members])


def single(optimizer: Optimizer) -> Loop:
    """A fully connected network as a module."""
    each = member(
        TABLE,
        3,
        optimizer=optimizer,
        learning_rate=RATES[optimizer],
        epochs=EPOCHS,
        spec={"dropout": (0.3, 0.2)},
    )
    return alone(TABLE, each)


def cnn(optimizer: Optimizer) -> Loop:
    """Convolutions with dropout, augmentation, shuffling, a schedule and a best epoch to come back to; float32."""
    spec = CNNSpec(
        input_shape=(1, 4, 4),
        n_outputs=PICTURES.n_outputs,
        convolutions=(ConvolutionSpec(channels=4, padding=1), ConvolutionSpec(channels=6, kernel=2, pool=2)),
        hidden=(8, 8),
        dropout=(0.1, 0.2),
        activation="elu",
    )
    config = TrainConfig(
        optimizer=optimizer,
        learning_rate=3 * RATES[optimizer],
        weight_decay=0.01,
        gradient_clip=0.7,
        schedule="one_cycle",
        augmentation=Augmentation(shift=1, flip=0.2, erase=0.3),
        batch_size=13,
        patience=4,
        epochs=EPOCHS,
    )
    rows = np.random.default_rng(1).permutation(len(PICTURES))
    each = Member(spec, config, rows[12:], rows[:12], seed=1)
    return alone(PICTURES, each)


def normed(optimizer: Optimizer) -> Loop:
    """Batch normalisation, whose statistics are no parameters, a residual block and mixed precision."""
    spec = CNNSpec(
        input_shape=(1, 4, 4),
        n_outputs=PICTURES.n_outputs,
        convolutions=(ConvolutionSpec(channels=4, padding=1, batch_norm=True, residual=1),),
        hidden=(),
        global_average=True,
    )
    config = TrainConfig(
        optimizer=optimizer,
        learning_rate=RATES[optimizer],
        augmentation=Augmentation(shift=1, flip=0.5),
        flip_averaging=True,
        mixed_precision=True,
        batch_size=16,
        patience=6,
        epochs=EPOCHS,
    )
    rows = np.random.default_rng(2).permutation(len(PICTURES))
    return alone(PICTURES, Member(spec, config, rows[12:], rows[:12], seed=2))


KINDS: dict[str, Callable[[Optimizer], Loop]] = {
    each.__name__: each for each in (population, study, whole, single, cnn, normed)
}


def _fused(dataset: Dataset, members: list[Member]) -> Loop:
    members = sorted(members, key=lambda each: -len(each.train))
    normalisations = [fit_normalisation(dataset, each.train) for each in members]
    return Loop(PopulationProgram(dataset, members, normalisations), normalisations)


def alone(dataset: Dataset, each: Member) -> Loop:
    """A loop over a single module."""
    normalisation = fit_normalisation(dataset, each.train)
    return Loop(SingleProgram(dataset, each, normalisation, torch.device("cpu")), [normalisation])


def undisturbed(make: Make) -> dict[int, Fit]:
    """The fit at each position."""
    return {event.position: event.fit for event in make().run() if isinstance(event, Ended)}


def continued(make: Make, cuts: Collection[int]) -> dict[int, Fit]:
    """The same, but after each of these epochs the loop is left, and a new one goes on from its state as bytes."""
    fits: dict[int, Fit] = {}
    loop, epoch = make(), 0
    while True:
        if epoch in cuts:
            states = loop.states()
            trained(loop, 2)  # is lost, and does not change the states
            loop = make()
            loop.restore(through_bytes(states))
        if not loop.active:
            return fits
        fits |= {event.position: event.fit for event in loop.advance() if isinstance(event, Ended)}
        epoch += 1


def through_bytes(states: Mapping[int, State]) -> dict[int, State]:
    """The states as they come back from a file."""
    return {position: from_bytes(to_bytes(state)) for position, state in states.items()}


def to_bytes(state: State) -> bytes:
    """A state as it is kept in a file."""
    return encode(state.facts, state.arrays)


def from_bytes(content: bytes) -> State:
    """The state that was kept."""
    facts, arrays = decode(content)
    return State(arrays, facts)


def trained(loop: Loop, n: int) -> Loop:
    """The same loop after so many more epochs, or its last."""
    for _ in range(n):
        if loop.active:
            loop.advance()
    return loop


def fingerprint(fit: Fit) -> dict[str, Any]:
    """All that training gave but the time it took, to the last bit."""
    curves = {name: array.tobytes() for name, array in vars(fit.history).items()}
    weights = {name: (tensor.shape, tensor.numpy().tobytes()) for name, tensor in fit.weights.items()}
    return {"status": fit.status, "epochs": fit.epochs, "best": fit.best_epoch, **curves, **weights}


def fingerprints(fits: dict[int, Fit]) -> dict[int, dict[str, Any]]:
    """Of each fit, by position."""
    return {position: fingerprint(fit) for position, fit in fits.items()}


def kept_and_continued(kind: str, folder: Path) -> dict[int, dict[str, Any]]:
    """What comes of the state of a kind of training (with Adam) in a file of its name."""
    with torch_threads(1), product_threads(1):
        loop = KINDS[kind]("adam")
        checkpoint = CheckpointFiles(folder).read(kind)
        assert checkpoint is not None
        loop.restore(checkpoint.states)
        return fingerprints({event.position: event.fit for event in loop.run() if isinstance(event, Ended)})
