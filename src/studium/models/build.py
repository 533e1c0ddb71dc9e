"""Builders: a spec and a seed give a ``torch.nn.Module``."""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn

from studium.models.dropout import Dropout
from studium.models.initialisation import initialise
from studium.models.shapes import Layer, layers
from studium.models.specs import Activation, CNNSpec, MLPSpec
from studium.seeding import torch_stream

_ACTIVATIONS: dict[Activation, type[nn.Module]] = {
    "relu": nn.ReLU,
    "leaky_relu": nn.LeakyReLU,
    "elu": nn.ELU,
    "gelu": nn.GELU,
    "silu": nn.SiLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
}


class Linear(nn.Linear):
    """PyTorch's, left uninitialised by its constructor, which would draw from global random state."""

    def reset_parameters(self) -> None:
        """Nothing."""


class Conv2d(nn.Conv2d):
    """PyTorch's, left uninitialised by its constructor, which would draw from global random state."""

    def reset_parameters(self) -> None:
        """Nothing."""


def build(spec: MLPSpec | CNNSpec, seed: int | None = None) -> nn.Sequential:
    """The network of a spec.

    Args:
        spec: The network as data.
        seed: Root of the stream for the initial weights; ``None`` leaves them uninitialised, to be loaded.

    Returns:
        Module from ``[B, *input_shape]`` to ``[B, n_outputs]`` (logits, or normalised targets); its layers carry the
        names of :func:`studium.models.layers`.

    Raises:
        InvalidStructureError: The shapes cannot be.

    Example:
        >>> build(MLPSpec(input_shape=(1,), n_outputs=1, hidden=(8,)), seed=0)(torch.zeros(5, 1)).shape
        torch.Size([5, 1])
    """
    modules: OrderedDict[str, nn.Module] = OrderedDict()
    shape: tuple[int, ...] = spec.input_shape
    for layer in layers(spec):
        modules[layer.name] = _module(spec, layer, shape)
        shape = layer.output_shape
    network = nn.Sequential(modules)
    if seed is not None:
        _initialise(network, spec, seed)
    return network


def initial_weights(spec: MLPSpec | CNNSpec, seed: int) -> dict[str, Tensor]:
    """Initial weights by name, exactly those of ``build(spec, seed)``."""
    return {name: tensor.detach() for name, tensor in build(spec, seed).state_dict().items()}


@torch.no_grad()
def _initialise(network: nn.Sequential, spec: MLPSpec | CNNSpec, seed: int) -> None:
    generator = torch_stream(seed, "initialisation")
    for module in network:
        if isinstance(module, nn.Linear | nn.Conv2d):
            assert module.bias is not None
            initialise(module.weight, module.bias, spec.initialisation, spec.activation, generator)


def _module(spec: MLPSpec | CNNSpec, layer: Layer, input_shape: tuple[int, ...]) -> nn.Module:
    if layer.kind == "linear":
        return Linear(input_shape[0], layer.output_shape[0])
    if layer.kind == "activation":
        return _ACTIVATIONS[spec.activation]()
    if layer.kind == "dropout":
        return Dropout(spec.dropout[layer.index])
    if layer.kind == "flatten":
        return nn.Flatten()
    assert isinstance(spec, CNNSpec)
    convolution = spec.convolutions[layer.index]
    if layer.kind == "pool":
        return nn.MaxPool2d(convolution.pool)
    return Conv2d(
        input_shape[0],
        convolution.channels,
        convolution.kernel,
        stride=convolution.stride,
        padding=convolution.padding,
    )
