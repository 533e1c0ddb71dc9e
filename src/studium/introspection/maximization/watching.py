"""A network that is watched: weights frozen, one layer hooked, and everything left as it was found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn


class Watch:
    """What a layer was given, and what it gave, in the latest run of the network.

    Attributes:
        received: Its input, ``[N, ...]``.
        gave: Its output, the pre-activation, ``[N, n_units]`` or ``[N, n_units, H, W]``.
    """

    received: Tensor
    gave: Tensor

    def __init__(self, network: nn.Module) -> None:
        self._network = network

    def run(self, inputs: Tensor) -> Tensor:
        """Run the network on normalised inputs, and look at the layer; returns what the layer gave."""
        self._network(inputs)
        return self.gave

    def _see(self, _: nn.Module, received: tuple[Any, ...], gave: Tensor) -> None:
        self.received, self.gave = received[0], gave


@contextmanager
def watched(network: nn.Module, layer: str) -> Iterator[Watch]:
    """Freeze a network in evaluation mode and watch one layer.

    Afterwards, also after an exception, each parameter wants a gradient or not as before, each module is in the mode that it
    was in, and no hook is left; gradients are never written.

    Args:
        network: Any module.
        layer: Path of one of its submodules.

    Yields:
        What sees the layer.
    """
    wanted = [(parameter, parameter.requires_grad) for parameter in network.parameters()]
    modes = [(module, module.training) for module in network.modules()]
    watch = Watch(network)
    handle = network.get_submodule(layer).register_forward_hook(watch._see)
    try:
        network.eval().requires_grad_(False)
        with torch.inference_mode(False), torch.enable_grad():
            yield watch
    finally:
        handle.remove()
        for module, mode in modes:
            module.training = mode
        for parameter, wants in wanted:
            parameter.requires_grad_(wants)
