from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.signal import correlate2d
from torch import nn

from studium.introspection.layers import layers_of
from studium.introspection.recording import Recorded, record
from studium.models import CNNSpec, ConvolutionSpec
from studium.training.model import Model
from tests.introspection.networks import image_model, small_cnn, two_columns

KERNEL = [[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]]


def heard_of(model: Model, inputs: torch.Tensor) -> dict[str, Recorded]:
    return record(model.module(), layers_of(model.spec), inputs, model.normalisation)


def test_a_table_by_hand() -> None:
    model = two_columns()
    heard = record(
        model.module(),
        layers_of(model.spec),
        torch.tensor([[14.0, 3.0]], dtype=torch.float64),
        model.normalisation,
    )
    # normalised: (14 - 10) / 2 = 2, (3 + 1) / 4 = 1
    assert heard["linear1"].pre_activation.tolist() == [[1.0, 2.0]]
    assert heard["linear1"].activation.tolist() == [[1.0, 2.0]]
    assert heard["output"].activation.tolist() == [[0.0]]
    assert model.predict(torch.tensor([[14.0, 3.0]], dtype=torch.float64)).tolist() == [[3.0]]
    negative = record(
        model.module(),
        layers_of(model.spec),
        torch.tensor([[8.0, -13.0]], dtype=torch.float64),
        model.normalisation,
    )
    assert negative["linear1"].pre_activation.tolist() == [[2.0, -2.0]]
    assert negative["linear1"].activation.tolist() == [[2.0, 0.0]]


def test_feature_maps_are_those_of_scipy() -> None:
    spec = CNNSpec(
        input_shape=(1, 6, 5),
        n_outputs=2,
        convolutions=(ConvolutionSpec(channels=2, kernel=3, pool=2),),
        hidden=(),
    )
    weights = {
        "conv1.weight": [[KERNEL], [np.transpose(KERNEL).tolist()]],
        "conv1.bias": [0.0, -0.25],
        "output.weight": np.ones((2, 4)).tolist(),
        "output.bias": [0.0, 0.0],
    }
    model = image_model(spec, weights, mean=0.5, std=0.25)
    picture = np.random.default_rng(0).integers(0, 256, (1, 1, 6, 5)).astype(np.uint8)
    heard = heard_of(model, torch.from_numpy(picture))
    normalised = (picture[0, 0] / 255 - 0.5) / 0.25
    wanted = np.stack(
        [
            correlate2d(normalised, KERNEL, "valid"),
            correlate2d(normalised, np.transpose(KERNEL), "valid") - 0.25,
        ]
    )
    np.testing.assert_allclose(heard["conv1"].pre_activation[0], wanted, atol=1e-5)
    np.testing.assert_allclose(heard["conv1"].activation[0], wanted.clip(0), atol=1e-5)


@pytest.mark.parametrize("mode", [True, False])
def test_the_network_is_left_as_it_was_found(mode: bool) -> None:
    model = image_model(small_cnn())
    network = model.module()
    network.train(mode)
    next(iter(network.children())).train(not mode)
    before = _state(network)
    inputs = torch.zeros((2, 1, 11, 9), dtype=torch.uint8)
    record(network, layers_of(model.spec), inputs, model.normalisation)
    assert _state(network) == before
    with pytest.raises(RuntimeError):
        record(
            network, layers_of(model.spec), torch.zeros((2, 1, 3, 9), dtype=torch.uint8), model.normalisation
        )
    assert _state(network) == before
    assert all(parameter.grad is None for parameter in network.parameters())


def _state(network: nn.Module) -> list[tuple[bool, int]]:
    return [(module.training, len(module._forward_hooks)) for module in network.modules()]
