"""Activations with derivatives by hand, in place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from studium.models import Activation

_aten = torch.ops.aten


@dataclass(frozen=True)
class ActivationPair:
    """An activation and its derivative.

    Attributes:
        forward: From pre-activations z to activations a; may overwrite z when ``keeps_input`` is false.
        backward: From the gradient by a, and a (or z when ``keeps_input``), to the gradient by z; may overwrite it.
        keeps_input: Whether the derivative needs z.
        of_zero: a at z = 0; where it is not 0, padded units must be masked.
    """

    forward: Callable[[Tensor], Tensor]
    backward: Callable[[Tensor, Tensor], Tensor]
    keeps_input: bool = False
    of_zero: float = 0.0


def _tanh(z: Tensor) -> Tensor:
    # NumPy's vectorised tanh takes a twelfth of the time of PyTorch's on the CPU (0.18 against 2.3 ns a number).
    if z.device.type == "cpu":
        values = z.numpy()
        np.tanh(values, out=values)
        return z
    return z.tanh_()


ACTIVATIONS: dict[Activation, ActivationPair] = {
    "relu": ActivationPair(
        lambda z: z.relu_(), lambda g, a: _aten.threshold_backward.grad_input(g, a, 0, grad_input=g)
    ),
    "leaky_relu": ActivationPair(
        lambda z: functional.leaky_relu(z, inplace=True),
        lambda g, a: _aten.leaky_relu_backward.grad_input(g, a, 0.01, True, grad_input=g),
    ),
    "elu": ActivationPair(
        lambda z: functional.elu(z, inplace=True),
        lambda g, a: _aten.elu_backward.grad_input(g, 1.0, 1.0, 1.0, True, a, grad_input=g),
    ),
    "tanh": ActivationPair(_tanh, lambda g, a: _aten.tanh_backward.grad_input(g, a, grad_input=g)),
    "sigmoid": ActivationPair(
        lambda z: z.sigmoid_(),
        lambda g, a: _aten.sigmoid_backward.grad_input(g, a, grad_input=g),
        of_zero=0.5,
    ),
    "gelu": ActivationPair(
        functional.gelu, lambda g, z: _aten.gelu_backward.grad_input(g, z, grad_input=g), keeps_input=True
    ),
    "silu": ActivationPair(
        functional.silu, lambda g, z: _aten.silu_backward.grad_input(g, z, grad_input=g), keeps_input=True
    ),
}
"""Agrees with ``torch.nn``'s modules of the same names, at their default settings."""
