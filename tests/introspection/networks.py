"""Models whose weights are chosen by hand, and data to go with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import torch

from studium.data import Column, Dataset, ImageSchema, Normalisation, TableSchema, dataset_from_arrays
from studium.models import Activation, CNNSpec, ConvolutionSpec, MLPSpec, build
from studium.training.model import Model
from studium.training.model_record import DataRecord
from tests.training.trained import curve_model, digits_model

Weights = Mapping[str, object]


def floats(values: object) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


def table_model(
    hidden: tuple[int, ...],
    weights: Weights,
    *,
    columns: tuple[Column, ...] = (Column(name="x"),),
    activation: Activation = "relu",
    mean: object = (0.0,),
    std: object = (1.0,),
    target: tuple[float, float] = (0.0, 1.0),
    data: DataRecord | None = None,
) -> Model:
    """A regression from columns to one target ``y``."""
    schema = TableSchema(columns=columns)
    spec = MLPSpec(input_shape=schema.input_shape, n_outputs=1, hidden=hidden, activation=activation)
    return replace(
        curve_model(),
        name="known",
        spec=spec,
        schema=schema,
        target_names=("y",),
        weights=_tensors(weights),
        normalisation=Normalisation(floats(mean), floats(std), floats([target[0]]), floats([target[1]])),
        data=data or DataRecord(name="known.csv", checksum="0" * 64),
        test_rows=None,
    )


def image_model(
    spec: MLPSpec | CNNSpec,
    weights: Weights | None = None,
    *,
    seed: int = 0,
    mean: float = 0.0,
    std: float = 1.0,
    class_names: tuple[str, ...] = (),
) -> Model:
    """A classifier of grey pictures; without weights, they are drawn."""
    assert len(spec.input_shape) == 3
    channels, height, width = spec.input_shape
    names = class_names or tuple(f"class {place}" for place in range(spec.n_outputs))
    shape = (channels, 1, 1)
    empty = torch.zeros(0, dtype=torch.float64)
    middle, spread = (torch.full(shape, value, dtype=torch.float64) for value in (mean, std))
    return replace(
        digits_model(),
        name="known",
        spec=spec,
        schema=ImageSchema(channels=channels, height=height, width=width),
        class_names=names,
        weights=build(spec, seed).state_dict() if weights is None else _tensors(weights),
        normalisation=Normalisation(middle, spread, empty, empty),
        data=DataRecord(name="pictures", checksum="0" * 64),
        test_rows=None,
    )


def pictures(model: Model, n: int, seed: int = 0) -> Dataset:
    """Random pictures of all classes in turn, for a model."""
    stream = np.random.default_rng(seed)
    x = stream.integers(0, 256, (n, *model.spec.input_shape)).astype(np.uint8)
    return dataset_from_arrays(x, np.arange(n) % model.spec.n_outputs, name="pictures", like=model)


def small_cnn(activation: Activation = "relu") -> CNNSpec:
    """Two convolutions with padding, stride and pooling, one hidden layer."""
    return CNNSpec(
        input_shape=(1, 11, 9),
        n_outputs=3,
        convolutions=(
            ConvolutionSpec(channels=4, kernel=3, padding=1, pool=2),
            ConvolutionSpec(channels=5, kernel=2, stride=2, padding=1),
        ),
        hidden=(6,),
        activation=activation,
    )


def two_columns() -> Model:
    """``y = 3 + 2 * (relu(x1 - x2) - 0.5 * relu(x2 + 1))`` on normalised inputs, of raw columns with mean and deviation."""
    return table_model(
        (2,),
        {
            "linear1.weight": [[1.0, -1.0], [0.0, 1.0]],
            "linear1.bias": [0.0, 1.0],
            "output.weight": [[1.0, -0.5]],
            "output.bias": [0.0],
        },
        columns=(Column(name="x1"), Column(name="x2")),
        mean=(10.0, -1.0),
        std=(2.0, 4.0),
        target=(3.0, 2.0),
    )


def _tensors(weights: Weights) -> dict[str, torch.Tensor]:
    return {name: torch.as_tensor(value, dtype=torch.float32) for name, value in weights.items()}
