"""A member of a population equals plain PyTorch's training of that network alone."""

from __future__ import annotations

import dataclasses
from typing import Any, get_args

import numpy as np
import pytest
import torch

from studium.data import Dataset, fit_normalisation
from studium.models import Activation, Initialisation, MLPSpec
from studium.training import Fit, Member, TrainConfig, Trainer
from studium.training.batches import Batches
from studium.training.config import Loss, Optimizer, Schedule
from studium.training.flat_parameters import segments
from studium.training.fusion import groups
from studium.training.population import PopulationProgram
from tests.training.oracle import classes, largest_difference, plain_training, table

RATES = {"sgd": 0.05, "momentum": 0.01, "nesterov": 0.01, "rmsprop": 1e-3, "adam": 3e-3, "adamw": 3e-3}


def member(
    dataset: Dataset,
    seed: int,
    *,
    hidden: tuple[int, ...] = (7, 5),
    spec: dict[str, Any] | None = None,
    **config: Any,
) -> Member:
    """A member whose fold depends on its seed, folds of unequal length included."""
    rows = np.random.default_rng(seed).permutation(len(dataset))
    n_validation = 9 + seed % 3
    network = MLPSpec(
        input_shape=dataset.input_shape,
        n_outputs=dataset.n_outputs,
        hidden=hidden,
        **{"activation": "tanh", **(spec or {})},
    )
    loss = "cross_entropy" if dataset.task == "classification" else "mse"
    settings = {"loss": loss, "epochs": 50, "batch_size": 13, "precision": "float64", **config}
    return Member(
        network,
        TrainConfig(**settings),
        np.sort(rows[n_validation:]),
        np.sort(rows[:n_validation]),
        seed=seed,
    )


def assert_equals_plain(dataset: Dataset, members: list[Member], tolerance: float = 1e-9) -> list[Fit]:
    fits = Trainer(dataset, workers=1).fit(members)
    for fit in fits:
        weights, training, validation = plain_training(dataset, fit.member)
        assert largest_difference(fit.weights, weights) < tolerance
        np.testing.assert_allclose(fit.history.train_loss, training, rtol=tolerance * 10)
        np.testing.assert_allclose(fit.history.validation_loss, validation, rtol=tolerance * 10)
    return fits


@pytest.mark.parametrize("optimizer", get_args(Optimizer))
@pytest.mark.parametrize("dataset", [table(), classes()], ids=["regression", "classification"])
def test_every_optimizer_with_every_value_its_own(optimizer: str, dataset: Dataset) -> None:
    # 4 or 5 steps an epoch, 50 epochs: at least 200 steps, rates, decay, momentum, widths, rows and clipping differ.
    members = []
    for seed in range(5):
        own: dict[str, Any] = {
            "optimizer": optimizer,
            "learning_rate": RATES[optimizer] / (1 + seed),
            "weight_decay": 1e-3 * seed,
            "l1": 1e-4 * (seed % 2),
            "gradient_clip": 0.5 * (seed % 3),
        }
        if optimizer in ("momentum", "nesterov", "rmsprop"):
            own["momentum"] = 0.2 * seed
        if optimizer.startswith("adam"):
            own |= {"beta1": 0.8 + 0.03 * seed, "beta2": 0.95 + 0.01 * seed, "epsilon": 10.0 ** -(4 + seed)}
        if optimizer == "rmsprop":
            own |= {"alpha": 0.9 + 0.02 * seed, "epsilon": 10.0 ** -(4 + seed)}
        members.append(member(dataset, seed, hidden=(3 + seed, 8 - seed), **own))
    assert len(groups(members)) == 1
    assert_equals_plain(dataset, members)


@pytest.mark.parametrize("activation", get_args(Activation))
@pytest.mark.parametrize("depth", [0, 1, 3])
def test_every_activation_and_depth_with_padded_widths(activation: str, depth: int) -> None:
    dataset = table()
    members = [
        member(
            dataset, seed, hidden=tuple(range(2 + seed, 2 + seed + depth)), spec={"activation": activation}
        )
        for seed in range(3)
    ]
    assert_equals_plain(dataset, members)


@pytest.mark.parametrize("loss", get_args(Loss))
def test_every_loss_with_its_own_values(loss: str) -> None:
    dataset = classes() if loss == "cross_entropy" else table()
    own: list[dict[str, Any]] = [
        {"label_smoothing": 0.1 * seed} if loss == "cross_entropy" else {"huber_delta": 0.3 + seed}
        for seed in range(3)
    ]
    assert_equals_plain(dataset, [member(dataset, seed, loss=loss, **own[seed]) for seed in range(3)])


@pytest.mark.parametrize("initialisation", get_args(Initialisation))
def test_every_initialisation(initialisation: str) -> None:
    dataset = table()
    assert_equals_plain(
        dataset,
        [member(dataset, seed, spec={"initialisation": initialisation}, epochs=5) for seed in range(2)],
    )


@pytest.mark.parametrize("activation", ["relu", "sigmoid", "gelu"])
def test_dropout_draws_from_each_members_own_stream(activation: str) -> None:
    dataset = table()
    members = [
        member(
            dataset, seed, hidden=(6 + seed, 5), spec={"dropout": (0.2 * seed, 0.5), "activation": activation}
        )
        for seed in range(4)
    ]
    members.append(member(dataset, 9, spec={"activation": activation}))
    assert len(groups(members)) == 1
    assert_equals_plain(dataset, members)


@pytest.mark.parametrize("batch_size", [None, 1, 7, 1000])
def test_every_batch_size(batch_size: int | None) -> None:
    dataset = table()
    assert_equals_plain(
        dataset, [member(dataset, seed, batch_size=batch_size, epochs=10) for seed in range(4)]
    )


def test_one_input_and_one_output() -> None:
    dataset = table(n_features=1, n_targets=1)
    assert_equals_plain(dataset, [member(dataset, seed, batch_size=None, epochs=200) for seed in range(4)])


def test_single_precision_after_200_steps() -> None:
    dataset = table()
    members = [member(dataset, seed, precision="float32", batch_size=None, epochs=200) for seed in range(6)]
    assert_equals_plain(dataset, members, tolerance=1e-4)


def test_members_that_share_rows_and_seed_share_batches() -> None:
    dataset = classes()
    first = member(dataset, 3)
    members = [
        dataclasses.replace(first, config=first.config.model_copy(update={"learning_rate": rate}))
        for rate in (1e-3, 3e-3, 1e-2)
    ]
    assert Batches(members).shared
    assert_equals_plain(dataset, members)


@pytest.mark.parametrize("schedule", [name for name in get_args(Schedule) if name != "constant"])
def test_schedules_equal_the_single_network(schedule: str) -> None:
    dataset = table()
    members = [
        member(dataset, seed, schedule=schedule, step_epochs=3 + seed, epochs=10 + seed) for seed in range(4)
    ]
    assert_same(Trainer(dataset).fit(members), Trainer(dataset, fuse=False).fit(members), tolerance=1e-9)


def assert_same(ours: list[Fit], theirs: list[Fit], tolerance: float = 0.0) -> None:
    for one, other in zip(ours, theirs, strict=True):
        assert (one.status, one.epochs, one.best_epoch) == (other.status, other.epochs, other.best_epoch)
        if one.weights:
            assert largest_difference(one.weights, other.weights) <= tolerance
        np.testing.assert_allclose(
            one.history.validation_loss, other.history.validation_loss, rtol=tolerance * 10
        )


def test_chunks_neighbours_and_workers_do_not_matter() -> None:
    dataset = table()
    members = [member(dataset, seed, epochs=8 + seed % 4) for seed in range(80)]
    together = Trainer(dataset, workers=2).fit(members)
    assert len(groups(members)) > 1
    assert_same(together, Trainer(dataset, workers=1).fit(members))
    alone = [Trainer(dataset, workers=1).fit([each])[0] for each in members[::13]]
    assert_same(together[::13], alone, tolerance=1e-12)


def test_one_that_diverges_leaves_and_nobody_notices() -> None:
    dataset = table()
    good = [member(dataset, seed) for seed in range(4)]
    bad = member(dataset, 7, learning_rate=1e30, optimizer="sgd")
    good = [
        dataclasses.replace(each, config=each.config.model_copy(update={"optimizer": "sgd"})) for each in good
    ]
    fits = Trainer(dataset, workers=1).fit([good[0], bad, *good[1:]])
    assert fits[1].status == "diverged"
    assert fits[1].weights == {}
    assert fits[1].epochs < 3
    assert np.isfinite(fits[1].history.train_loss).all()
    assert_same([fits[0], *fits[2:]], Trainer(dataset, workers=1).fit(good), tolerance=1e-12)


def test_early_stopping_restores_the_best_epoch() -> None:
    dataset = table()
    members = [
        member(dataset, seed, patience=4 + seed, epochs=300, learning_rate=0.01, hidden=(20, 20))
        for seed in range(4)
    ]
    for fit in Trainer(dataset, workers=1).fit(members):
        losses = fit.history.validation_loss
        assert fit.epochs < 300
        assert fit.best_epoch == losses.argmin() + 1
        assert fit.epochs == fit.best_epoch + (fit.member.config.patience or 0)
        shorter = fit.member.config.model_copy(update={"epochs": fit.best_epoch, "patience": None})
        weights, _, _ = plain_training(dataset, dataclasses.replace(fit.member, config=shorter))
        assert largest_difference(fit.weights, weights) < 1e-9


@pytest.mark.parametrize("activation", get_args(Activation))
@pytest.mark.parametrize("optimizer", get_args(Optimizer))
def test_padding_stays_exactly_zero(activation: str, optimizer: str) -> None:
    dataset = table()
    own = {"optimizer": optimizer, "weight_decay": 0.1, "l1": 0.1, "epochs": 3}
    members = [
        member(dataset, 0, hidden=(9, 9), spec={"activation": activation}, **own),
        member(dataset, 0, hidden=(2, 4), spec={"activation": activation, "dropout": (0.5, 0.1)}, **own),
    ]
    program = PopulationProgram(
        dataset, members, [fit_normalisation(dataset, each.train) for each in members]
    )
    for batch in Batches(members).epoch():
        program.step(batch, np.full(len(batch.counts), 0.01))
    first, second, last = segments([each.spec for each in members if isinstance(each.spec, MLPSpec)])
    parameters = program._parameters
    assert (parameters[0] != 0).any()
    for padding in (
        first.weight(parameters)[1, :, 2:],
        first.bias(parameters)[1, 0, 2:],
        second.weight(parameters)[1, :, 4:],
        second.weight(parameters)[1, 2:],
        last.weight(parameters)[1, 4:],
    ):
        assert padding.numel() > 0
        assert torch.equal(padding, torch.zeros_like(padding))


def test_large_tables_and_validation_sets_stay_raw_until_a_batch_is_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("studium.training.feed._KEPT_NUMBERS", 0)
    monkeypatch.setattr("studium.training.population._CACHED_NUMBERS", 0)
    monkeypatch.setattr("studium.training.population._VALIDATION_ROWS", 4)
    dataset = table()
    assert_equals_plain(dataset, [member(dataset, seed) for seed in range(3)])
    shared = member(dataset, 0)
    members = [dataclasses.replace(shared, train=shared.train[cut:], seed=cut) for cut in range(3)]
    assert_equals_plain(dataset, members)  # other training rows, same validation rows
