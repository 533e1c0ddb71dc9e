"""Answers that are means over an image and its mirror image."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from studium.errors import SettingError
from studium.models import MLPSpec
from studium.training import Member, TrainConfig, Trainer, evaluate_module
from studium.training.flip_averaging import FlipAveraged
from studium.training.fusion import fusion_key
from studium.training.losses import module_loss
from tests.training.oracle import classes, table
from tests.training.test_population import member
from tests.training.trained import digits, residual_model

DATA = classes()


def fully_connected(**config: Any) -> Member:
    spec = MLPSpec(input_shape=(1, 4, 4), n_outputs=3, hidden=(6,))
    rows = np.arange(len(DATA))
    return Member(spec, TrainConfig(epochs=2, batch_size=16, **config), rows[12:], rows[:12])


def network(n_outputs: int) -> nn.Module:
    torch.nn.init.normal_(
        (linear := nn.Linear(12, n_outputs)).weight, generator=torch.Generator().manual_seed(0)
    )
    return nn.Sequential(nn.Flatten(), linear)


def test_the_softmax_of_the_answer_is_the_mean_of_both_probabilities() -> None:
    plain = network(5)
    images = torch.randn(7, 1, 3, 4, generator=torch.Generator().manual_seed(1))
    answer = FlipAveraged(plain, "classification")(images)
    mirrored = torch.tensor(np.ascontiguousarray(np.flip(images.numpy(), axis=3)))
    mean = (plain(images).softmax(1) + plain(mirrored).softmax(1)) / 2
    torch.testing.assert_close(answer.softmax(1), mean)
    torch.testing.assert_close(answer.exp(), mean)  # nothing is left to normalise
    labels = torch.arange(7) % 5
    loss = nn.functional.cross_entropy(answer, labels)
    torch.testing.assert_close(loss, -mean[torch.arange(7), labels].log().mean())


def test_extreme_logits_stay_finite() -> None:
    def certain(images: torch.Tensor) -> torch.Tensor:
        return torch.stack([images[:, 0, 0, 0], images[:, 0, 0, 1]], 1) * 1e4

    averaged = FlipAveraged(_Function(certain), "classification")
    answer = averaged(torch.tensor([[[[1.0, -1.0]]]]))
    torch.testing.assert_close(answer.exp(), torch.tensor([[0.5, 0.5]]))


class _Function(nn.Module):
    def __init__(self, function: object) -> None:
        super().__init__()
        self.function = function

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        assert callable(self.function)
        outputs: torch.Tensor = self.function(images)
        return outputs


def test_values_are_averaged_as_they_are() -> None:
    plain = network(2)
    images = torch.randn(3, 1, 3, 4, generator=torch.Generator().manual_seed(1))
    expected = (plain(images) + plain(images.flip(3))) / 2
    torch.testing.assert_close(FlipAveraged(plain, "regression")(images), expected)


def test_validation_during_training_scores_what_the_model_will_answer() -> None:
    fit = Trainer(DATA, threads=1).fit([fully_connected(flip_averaging=True)])[0]
    plain = Trainer(DATA, threads=1, fuse=False).fit([fully_connected()])[0]
    assert all(torch.equal(fit.weights[name], plain.weights[name]) for name in fit.weights)
    assert fit.history.validation_loss[-1] != pytest.approx(plain.history.validation_loss[-1], rel=1e-3)
    module = nn.Sequential(nn.Flatten(), nn.Linear(16, 6), nn.ReLU(), nn.Linear(6, 3))
    module.load_state_dict(dict(zip(module.state_dict(), fit.weights.values(), strict=True)))
    averaged = FlipAveraged(module, "classification")
    rows, criterion = fit.member.validation, module_loss(fit.member.config, DATA.task)
    by_hand = evaluate_module(averaged, DATA, rows, fit.normalisation, criterion)
    assert by_hand.loss == pytest.approx(float(fit.history.validation_loss[-1]), rel=1e-6)


def test_a_model_says_the_same_of_an_image_and_its_mirror_image() -> None:
    model, images = residual_model(), digits().inputs[:20]
    torch.testing.assert_close(model.predict(images), model.predict(images.flip(3)))
    other = dataclasses.replace(model, config=model.config.model_copy(update={"flip_averaging": False}))
    assert float((other.predict(images) - other.predict(images.flip(3))).abs().max()) > 0.01
    shares = (other.predict(images) + other.predict(images.flip(3))) / 2
    torch.testing.assert_close(model.predict(images), shares, atol=1e-6, rtol=1e-5)


def test_a_network_whose_answers_are_averaged_is_not_fused() -> None:
    assert fusion_key(fully_connected()) is not None
    assert fusion_key(fully_connected(flip_averaging=True)) is None
    assert fusion_key(fully_connected(mixed_precision=True)) is None


def test_tables_have_no_mirror_image() -> None:
    dataset = table()
    with pytest.raises(SettingError, match="flip averaging needs images, but table is a table"):
        Trainer(dataset).fit([member(dataset, 0, flip_averaging=True)])
