"""A network trained alone equals plain PyTorch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

import numpy as np
import pytest
import torch

from studium.models import CNNSpec, ConvolutionSpec
from studium.training import Augmentation, Member, TrainConfig, Trainer
from studium.training.augmentation import augment
from studium.training.config import Optimizer
from tests.training.oracle import classes, largest_difference, plain_training, table
from tests.training.test_population import RATES, member

DATA = classes()


def convolutional(seed: int, **config: Any) -> Member:
    spec = CNNSpec(
        input_shape=(1, 4, 4),
        n_outputs=3,
        convolutions=(ConvolutionSpec(channels=3, padding=1, pool=2), ConvolutionSpec(channels=4, kernel=2)),
        hidden=(6, 5),
        dropout=(0.2, 0.4),
    )
    rows = np.random.default_rng(seed).permutation(len(DATA))
    settings: dict[str, Any] = {
        "loss": "cross_entropy",
        "epochs": 20,
        "batch_size": 13,
        "precision": "float64",
        "label_smoothing": 0.1,
    }
    return Member(spec, TrainConfig(**{**settings, **config}), rows[12:], rows[:12], seed)


@pytest.mark.parametrize("optimizer", get_args(Optimizer))
def test_a_convolutional_network_with_every_optimizer(optimizer: str) -> None:
    each = convolutional(
        1, optimizer=optimizer, learning_rate=RATES[optimizer], weight_decay=0.01, l1=1e-3, gradient_clip=0.7
    )
    fit = Trainer(DATA, threads=1).fit([each])[0]
    weights, training, validation = plain_training(DATA, each)
    assert largest_difference(fit.weights, weights) < 1e-9
    np.testing.assert_allclose(fit.history.train_loss, training, rtol=1e-9)
    np.testing.assert_allclose(fit.history.validation_loss, validation, rtol=1e-9)


def residual(seed: int, **config: Any) -> Member:
    spec = CNNSpec(
        input_shape=(1, 4, 4),
        n_outputs=3,
        convolutions=(
            ConvolutionSpec(channels=3, padding=1, pool=2, batch_norm=True, residual=1),
            ConvolutionSpec(channels=4, kernel=2, batch_norm=True),
        ),
        global_average=True,
        hidden=(),
    )
    return replace(convolutional(seed, **config), spec=spec)


@pytest.mark.parametrize("optimizer", ["nesterov", "adamw"])
def test_a_residual_network_with_batch_normalisation(optimizer: str) -> None:
    settings = {"optimizer": optimizer, "learning_rate": RATES[optimizer], "epochs": 8}
    each = residual(2, weight_decay=0.01, l1=1e-3, **settings)
    fit = Trainer(DATA, threads=1).fit([each])[0]
    weights, training, validation = plain_training(DATA, each)
    assert {"batch_norm1.running_mean", "residual1_1.norm2.running_var"} <= weights.keys()
    assert largest_difference(fit.weights, weights) < 1e-9
    np.testing.assert_allclose(fit.history.train_loss, training, rtol=1e-9)
    np.testing.assert_allclose(fit.history.validation_loss, validation, rtol=1e-9)


def test_one_row_left_over_at_the_end_of_an_epoch_stops_nothing() -> None:
    each = residual(0, epochs=4, batch_size=12)
    assert len(each.train) % 12 == 1
    fit = Trainer(DATA, threads=1).fit([each])[0]
    assert fit.status == "complete"
    assert np.isfinite(fit.history.train_loss).all()


def test_early_stopping_restores_the_running_statistics_of_the_best_epoch() -> None:
    long = residual(1, epochs=40, patience=3, learning_rate=0.05)
    fit = Trainer(DATA, threads=1).fit([long])[0]
    assert fit.best_epoch < fit.epochs
    short = replace(long, config=long.config.model_copy(update={"epochs": fit.best_epoch, "patience": None}))
    best = Trainer(DATA, threads=1).fit([short])[0]
    assert all(torch.equal(fit.weights[name], tensor) for name, tensor in best.weights.items())


def test_running_statistics_that_overflow_are_a_divergence_though_the_loss_is_finite() -> None:
    # Batch normalisation hides activations of any size from the loss; their variance is more than float32 holds.
    settings = {
        "optimizer": "sgd",
        "learning_rate": 1e22,
        "epochs": 2,
        "batch_size": None,
        "precision": "float32",
    }
    each = residual(0, **settings)
    fit = Trainer(DATA, threads=1).fit([each])[0]
    assert np.isfinite(fit.history.train_loss).all()
    assert fit.status == "diverged"
    assert fit.weights == {}


def test_mixed_precision_is_near_float32_keeps_its_weights_and_repeats() -> None:
    settings = {"epochs": 3, "precision": "float32", "optimizer": "momentum", "learning_rate": 0.01}
    plain, mixed, again = (
        Trainer(DATA, threads=1).fit([residual(4, mixed_precision=chosen, **settings)])[0]
        for chosen in (False, True, True)
    )
    assert {tensor.dtype for tensor in mixed.weights.values()} == {torch.float32}
    assert all(torch.equal(mixed.weights[name], again.weights[name]) for name in mixed.weights)
    kernels = [tensor.numpy() for name, tensor in plain.weights.items() if tensor.ndim > 1]
    rounded = [tensor.numpy() for tensor in mixed.weights.values() if tensor.ndim > 1]
    assert (
        1e-6
        < max(float(np.abs(one - other).max()) for one, other in zip(kernels, rounded, strict=True))
        < 0.02
    )
    assert mixed.history.train_loss == pytest.approx(plain.history.train_loss, rel=0.02)


def test_unfused_members_equal_plain_pytorch_too() -> None:
    dataset = table()
    each = member(dataset, 2, spec={"dropout": (0.3, 0.1)}, epochs=10)
    fit = Trainer(dataset, fuse=False).fit([each])[0]
    assert largest_difference(fit.weights, plain_training(dataset, each)[0]) < 1e-9


def test_accuracy_and_mse_are_in_their_own_units() -> None:
    fit = Trainer(DATA, threads=1).fit([convolutional(0, epochs=3)])[0]
    assert 0 <= fit.history.validation_metric[-1] <= 1
    dataset = table(n_targets=1)
    one, other = (
        Trainer(dataset, fuse=fuse).fit([member(dataset, 0, epochs=3)])[0] for fuse in (True, False)
    )
    std = float(dataset.targets[one.member.train].std(correction=0))
    for fit in (one, other):
        np.testing.assert_allclose(
            fit.history.validation_metric, fit.history.validation_loss * std**2, rtol=1e-9
        )


def test_same_member_same_bits_and_global_state_untouched() -> None:
    before = torch.get_rng_state()
    augmented = {"augmentation": Augmentation(shift=1, flip=0.5, erase=0.5), "epochs": 3}
    one, other = (Trainer(DATA, threads=1).fit([convolutional(3, **augmented)])[0] for _ in range(2))
    assert all(torch.equal(one.weights[name], other.weights[name]) for name in one.weights)
    assert torch.equal(torch.get_rng_state(), before)


def images(n: int = 200) -> torch.Tensor:
    return torch.arange(1.0, 1 + n * 2 * 6 * 5).view(n, 2, 6, 5)


def test_a_shift_moves_every_pixel_by_the_same_step_and_fills_with_grey() -> None:
    before = images()
    after = augment(before, Augmentation(shift=2), np.random.default_rng(0))
    steps = set()
    for old, new in zip(before, after, strict=True):
        found = [
            (down, right)
            for down in range(-2, 3)
            for right in range(-2, 3)
            if torch.equal(
                new, torch.nn.functional.pad(old, (2, 2, 2, 2))[:, 2 + down : 8 + down, 2 + right : 7 + right]
            )
        ]
        assert len(found) == 1
        steps.add(found[0])
    assert len(steps) == 25


def test_flips_happen_at_their_rate_to_whole_images() -> None:
    before = images()
    after = augment(before, Augmentation(flip=0.3), np.random.default_rng(0))
    flipped = [torch.equal(new, old.flip(2)) for old, new in zip(before, after, strict=True)]
    assert all(flip or torch.equal(new, old) for flip, old, new in zip(flipped, before, after, strict=True))
    assert sum(flipped) == pytest.approx(60, abs=20)


def test_erasing_blanks_one_rectangle_of_the_stated_area() -> None:
    before = torch.ones(500, 1, 28, 28)
    after = augment(before, Augmentation(erase=0.5), np.random.default_rng(0))
    areas = (after == 0).flatten(1).float().mean(1)
    assert float((areas > 0).float().mean()) == pytest.approx(0.5, abs=0.07)
    assert float(areas.max()) < 0.27  # 0.2, and pixels cut by the edge
    for blank in (after[areas > 0, 0] == 0)[:50]:
        rows, columns = blank.any(1), blank.any(0)
        assert torch.equal(blank, rows[:, None] & columns[None, :])
