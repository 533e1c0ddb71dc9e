"""Residual blocks."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn

from studium.models.batch_norm import BatchNorm
from studium.models.uninitialised import Conv2d

KERNEL = 3
"""Side of a block's kernels; with a padding of 1 they keep the shape."""


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions whose input is added to their output (He et al. 2016, figure 2).

    ``activation(x + norm(conv(activation(norm(conv(x))))))``. Channels and pixels stay as they are, so that the way round
    the convolutions is the identity and needs no weights.

    Args:
        n_channels: C.
        batch_norm: Whether each convolution is followed by batch normalisation, instead of having a bias.
        activation: Makes an activation.
    """

    def __init__(self, n_channels: int, *, batch_norm: bool, activation: Callable[[], nn.Module]) -> None:
        super().__init__()
        self.conv1 = Conv2d(n_channels, n_channels, KERNEL, padding=1, bias=not batch_norm)
        self.norm1 = BatchNorm(n_channels) if batch_norm else nn.Identity()
        self.activation1 = activation()
        self.conv2 = Conv2d(n_channels, n_channels, KERNEL, padding=1, bias=not batch_norm)
        self.norm2 = BatchNorm(n_channels) if batch_norm else nn.Identity()
        self.activation2 = activation()

    def forward(self, x: Tensor) -> Tensor:
        """Output of the shape of ``x``, ``[B, C, H, W]``."""
        inner = self.activation1(self.norm1(self.conv1(x)))
        output: Tensor = self.activation2(x + self.norm2(self.conv2(inner)))
        return output
