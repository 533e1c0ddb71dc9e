"""Models with known weights, and what a network was like before."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from studium.models import CNNSpec, ConvolutionSpec, MLPSpec, initial_weights
from studium.training.model import Model
from tests.training.trained import digits_model

PLAIN: dict[str, Any] = {"learning_rate": 0.1}


def with_spec(spec: MLPSpec | CNNSpec, seed: int = 0, **weights: Tensor) -> Model:
    """A model of digits with another network: weights drawn from the seed, but those given."""
    return replace(digits_model(), spec=spec, weights=initial_weights(spec, seed) | weights)


def perceptron(seed: int = 0, **weights: Tensor) -> Model:
    """One hidden layer of 5 units on 8x8 pixels."""
    return with_spec(MLPSpec(input_shape=(1, 8, 8), n_outputs=10, hidden=(5,)), seed, **weights)


def two_convolutions(seed: int = 0) -> Model:
    """Convolutions of 3x3 with padding 1, and a pooling by 2 between them, on 8x8 pixels."""
    spec = CNNSpec(
        input_shape=(1, 8, 8),
        n_outputs=10,
        hidden=(),
        convolutions=(ConvolutionSpec(channels=3, padding=1, pool=2), ConvolutionSpec(channels=4, padding=1)),
        activation="silu",
    )
    return with_spec(spec, seed)


def state(network: nn.Module) -> dict[str, Any]:
    """Everything about a network that looking into it must not change."""
    return {
        "weights": {name: tensor.clone() for name, tensor in network.state_dict().items()},
        "wanted": [parameter.requires_grad for parameter in network.parameters()],
        "gradients": [None if each.grad is None else each.grad.clone() for each in network.parameters()],
        "modes": [module.training for module in network.modules()],
        "hooks": [len(module._forward_hooks) + len(module._backward_hooks) for module in network.modules()],
    }


def random_state() -> list[bytes]:
    """Of all global generators."""
    numpy_state: Any = np.random.get_state()
    return [
        torch.get_rng_state().numpy().tobytes(),
        repr(random.getstate()).encode(),
        np.asarray(numpy_state[1]).tobytes() + repr(numpy_state[2:]).encode(),
    ]


def assert_same(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Equal to the last bit."""
    for name in ("wanted", "modes", "hooks"):
        assert first[name] == second[name], name
    assert first["weights"].keys() == second["weights"].keys()
    for name, tensor in first["weights"].items():
        assert torch.equal(tensor, second["weights"][name])
    for one, other in zip(first["gradients"], second["gradients"], strict=True):
        assert (one is None) == (other is None)
        assert one is None or torch.equal(one, other)
