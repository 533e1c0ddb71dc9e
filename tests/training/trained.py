"""Small trained models, made once."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from studium.data import Dataset, dataset_from_arrays, open_dataset
from studium.models import preset
from studium.training import TrainConfig
from studium.training.model import Model
from studium.training.model_training import train_model


def trained(dataset: Dataset, name: str, **settings: Any) -> Model:
    """A model of a preset after a short training."""
    spec = preset(name, dataset.input_shape, dataset.n_outputs)
    config = TrainConfig(**({"epochs": 3, "learning_rate": 1e-2, "batch_size": 64} | settings))
    model = train_model(dataset, spec, config, name=name, threads=1).model
    assert model is not None
    return model


@cache
def curve() -> Dataset:
    return open_dataset("curve")


@cache
def digits() -> Dataset:
    return open_dataset("digits")


@cache
def blobs() -> Dataset:
    """Two classes in a plane, without an official test set."""
    stream = np.random.default_rng(0)
    x = np.concatenate([stream.normal(-1, 1, (60, 2)), stream.normal(1, 1, (60, 2))])
    return dataset_from_arrays(x, np.repeat(["low", "high"], 60), name="blobs")


@cache
def curve_model() -> Model:
    return trained(curve(), "net")


@cache
def digits_model() -> Model:
    return trained(digits(), "cnn")


@cache
def residual_model() -> Model:
    """With batch normalisation; its answers are means over each picture and its mirror image."""
    return trained(digits(), "resnet", flip_averaging=True)


@cache
def blobs_model() -> Model:
    return trained(blobs(), "net_d")
