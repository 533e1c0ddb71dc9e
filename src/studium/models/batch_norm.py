"""Batch normalisation that takes batches of any size."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

MOMENTUM = 0.1
"""Share of the newest batch in the running statistics; PyTorch's."""

EPSILON = 1e-5
"""Added to variances; PyTorch's."""


class BatchNorm(nn.Module):
    """Batch normalisation of channels (Ioffe and Szegedy 2015), as ``torch.nn.BatchNorm2d`` computes it.

    In training mode each channel is normalised by its mean and variance over the batch and all pixels, and these enter the
    running statistics; in evaluation mode the running statistics are used. Two things differ from PyTorch's module. A batch
    with one value a channel, for example the single row that is left over at the end of an epoch, has no variance: it is
    normalised by the running statistics, where PyTorch raises. And batches are not counted, because nothing asks for it, so
    that all tensors of a network are of one type.

    Attributes:
        weight: Gains ``[C]``, at first 1.
        bias: Shifts ``[C]``, at first 0.
        running_mean: Of the batches seen, newer ones weighing more, ``[C]``, at first 0.
        running_var: Likewise, without bias (divided by one less than the values), ``[C]``, at first 1.

    Args:
        n_channels: C.
    """

    running_mean: Tensor
    running_var: Tensor

    def __init__(self, n_channels: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(n_channels))
        self.bias = nn.Parameter(torch.zeros(n_channels))
        self.register_buffer("running_mean", torch.zeros(n_channels))
        self.register_buffer("running_var", torch.ones(n_channels))

    def forward(self, x: Tensor) -> Tensor:
        """Normalised ``x``, of its shape ``[B, C, H, W]``."""
        has_variance = x.numel() > x.shape[1]
        return functional.batch_norm(
            x,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            training=self.training and has_variance,
            momentum=MOMENTUM,
            eps=EPSILON,
        )

    def extra_repr(self) -> str:
        """The channels, for ``print(module)``."""
        return str(len(self.weight))
