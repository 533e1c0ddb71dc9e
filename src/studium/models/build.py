"""Builders: a spec and a seed give a ``torch.nn.Module``."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import torch
from torch import Tensor, nn

from studium.models.batch_norm import BatchNorm
from studium.models.dropout import Dropout
from studium.models.initialisation import initialise
from studium.models.residual import ResidualBlock
from studium.models.shapes import Layer, layers
from studium.models.specs import Activation, CNNSpec, ConvolutionSpec, MLPSpec
from studium.models.uninitialised import Conv2d, Linear
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
    """Initial weights by name, exactly those of ``build(spec, seed)``, with the running statistics of batch norms."""
    return {name: tensor.detach() for name, tensor in build(spec, seed).state_dict().items()}


@torch.no_grad()
def _initialise(network: nn.Sequential, spec: MLPSpec | CNNSpec, seed: int) -> None:
    generator = torch_stream(seed, "initialisation")
    for module in network.modules():  # in the order of the layers, and within them of their construction
        if isinstance(module, nn.Linear | nn.Conv2d):
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
    if layer.kind == "global_average":
        return nn.AdaptiveAvgPool2d(1)
    assert isinstance(spec, CNNSpec)
    return _stage_module(
        spec.convolutions[layer.index], layer.kind, input_shape[0], _ACTIVATIONS[spec.activation]
    )


def _stage_module(
    stage: ConvolutionSpec, kind: str, n_inputs: int, activation: Callable[[], nn.Module]
) -> nn.Module:
    if kind == "pool":
        return nn.MaxPool2d(stage.pool)
    if kind == "batch_norm":
        return BatchNorm(stage.channels)
    if kind == "residual":
        return ResidualBlock(stage.channels, batch_norm=stage.batch_norm, activation=activation)
    return Conv2d(
        n_inputs,
        stage.channels,
        stage.kernel,
        stride=stage.stride,
        padding=stage.padding,
        bias=not stage.batch_norm,
    )
