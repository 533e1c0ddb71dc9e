"""What every layer of a network gives for a batch: pre-activations and activations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from studium.data import Normalisation
from studium.environment import torch_threads
from studium.introspection.layers import Layer


@dataclass(frozen=True, eq=False)
class Recorded:
    """What one layer gave for B inputs.

    Attributes:
        pre_activation: ``[B, *output_shape]``, what the layer itself gives.
        activation: Same shape, after the function behind the layer; the same tensor for the output layer.
    """

    pre_activation: Tensor
    activation: Tensor


def record(
    network: nn.Sequential, layers: Sequence[Layer], inputs: Tensor, normalisation: Normalisation
) -> dict[str, Recorded]:
    """One forward pass in evaluation mode.

    Args:
        network: As built from the spec. Its mode, gradients and hooks are left as found, also after an exception.
        layers: Those that are wanted.
        inputs: Raw ``[B, F]`` float64 or ``[B, C, H, W]`` uint8.
        normalisation: The model's.

    Returns:
        By layer name.
    """
    parameter = next(network.parameters())
    prepared = normalisation.inputs(inputs.to(parameter.device), parameter.dtype)
    with torch_threads(1), _evaluation(network), torch.no_grad(), _listening(network, layers) as heard:
        network(prepared)
    return {
        layer.name: Recorded(heard[layer.module], heard[layer.activation_module or layer.module])
        for layer in layers
    }


@contextmanager
def _evaluation(network: nn.Module) -> Iterator[None]:
    modes = {module: module.training for module in network.modules()}
    network.eval()
    try:
        yield
    finally:
        for module, mode in modes.items():
            module.training = mode


@contextmanager
def _listening(network: nn.Module, layers: Sequence[Layer]) -> Iterator[dict[str, Tensor]]:
    heard: dict[str, Tensor] = {}
    paths = {path for layer in layers for path in (layer.module, layer.activation_module) if path}
    handles = [_listen(network, path, heard) for path in sorted(paths)]
    try:
        yield heard
    finally:
        for handle in handles:
            handle.remove()


def _listen(network: nn.Module, path: str, heard: dict[str, Tensor]) -> RemovableHandle:
    def note(_module: nn.Module, _inputs: tuple[Tensor, ...], output: Tensor) -> None:
        heard[path] = output.detach()

    return network.get_submodule(path).register_forward_hook(note)
