"""Initial weights, drawn from one stream in a fixed order."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn

from studium.models.specs import Activation, Initialisation

_Nonlinearity = Literal["tanh", "sigmoid", "leaky_relu", "relu"]
_NEGATIVE_SLOPE = 0.01  # of leaky_relu, PyTorch's default


def initialise(
    weight: Tensor,
    bias: Tensor | None,
    scheme: Initialisation,
    activation: Activation,
    generator: torch.Generator,
) -> None:
    """Fill one layer's weight and bias in place.

    Args:
        weight: ``[outputs, inputs]`` or ``[outputs, inputs, kernel, kernel]``.
        bias: ``[outputs]``; ``None`` for a layer without, for which nothing is drawn.
        scheme: ``default`` is PyTorch's: both uniform in ±1/sqrt(fan-in). Xavier: Glorot and Bengio 2010; Kaiming: He et
            al. 2015; orthogonal: Saxe et al. 2014; these with the activation's gain and zero biases.
        activation: What follows the layer; sets the gain.
        generator: The stream.
    """
    if scheme == "default":
        bound = 1 / math.sqrt(weight[0].numel())
        nn.init.uniform_(weight, -bound, bound, generator=generator)
        if bias is not None:
            nn.init.uniform_(bias, -bound, bound, generator=generator)
        return
    nonlinearity, slope, gain = _gain(activation)
    if scheme == "xavier_uniform":
        nn.init.xavier_uniform_(weight, gain, generator=generator)
    elif scheme == "xavier_normal":
        nn.init.xavier_normal_(weight, gain, generator=generator)
    elif scheme == "kaiming_uniform":
        nn.init.kaiming_uniform_(weight, slope, nonlinearity=nonlinearity, generator=generator)
    elif scheme == "kaiming_normal":
        nn.init.kaiming_normal_(weight, slope, nonlinearity=nonlinearity, generator=generator)
    else:
        nn.init.orthogonal_(weight, gain, generator=generator)
    if bias is not None:
        nn.init.zeros_(bias)


def _gain(activation: Activation) -> tuple[_Nonlinearity, float, float]:
    # PyTorch knows no gain for the smooth relatives of relu; they get relu's.
    known: dict[Activation, _Nonlinearity] = {
        "tanh": "tanh",
        "sigmoid": "sigmoid",
        "leaky_relu": "leaky_relu",
    }
    nonlinearity = known.get(activation, "relu")
    slope = _NEGATIVE_SLOPE if activation == "leaky_relu" else 0.0
    return nonlinearity, slope, nn.init.calculate_gain(nonlinearity, slope)
