"""A network trained alone equals plain PyTorch."""

from __future__ import annotations

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
