"""Settings of a training when nothing is said."""

from __future__ import annotations

import dataclasses
from typing import get_args

import pytest

from studium.models import preset
from studium.training.config import Optimizer
from studium.training.defaults import default_config, with_optimizer
from tests.training.trained import digits


def test_another_optimizer_brings_the_rate_of_networks_with_batch_normalisation() -> None:
    spec = preset("resnet", digits().input_shape, 10)
    for optimizer in get_args(Optimizer):
        own = default_config(spec, digits(), optimizer=optimizer)
        assert with_optimizer(spec, default_config(spec, digits()), optimizer) == own


def test_mixed_precision_is_a_default_where_it_is_fast_and_nothing_speaks_against_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = preset("resnet", digits().input_shape, 10)
    for fast in (True, False):
        monkeypatch.setattr("studium.training.defaults.has_fast_bfloat16", lambda fast=fast: fast)
        assert default_config(spec, digits()).mixed_precision is fast
        assert default_config(spec, digits(), precision="float64").mixed_precision is False


def test_the_residual_preset_trains_with_its_defaults_on_any_images() -> None:
    spec = preset("resnet", digits().input_shape, 10)
    config = default_config(spec, digits())
    assert (config.augmentation.shift, config.augmentation.flip, config.flip_averaging) == (1, 0.0, False)
    clothes = default_config(spec, dataclasses.replace(digits(), mirrorable=True))
    assert (clothes.augmentation.flip, clothes.flip_averaging) == (0.5, True)
    assert default_config(preset("cnn", (1, 8, 8), 10), digits()).augmentation.active is False
