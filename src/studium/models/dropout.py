"""Dropout whose masks come from the network's own stream instead of global state."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor, nn

_LEVELS = 1 << 16


class Dropout(nn.Module):
    """Dropout (Srivastava et al. 2014): zeroes units with probability ``p``, divides the others by ``1 - p``.

    Attributes:
        p: Probability, in [0, 1); it acts rounded to 1/65536.
        stream: Where masks are drawn from; set by the training, needed only in training mode.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p
        self.stream: np.random.Generator | None = None

    def forward(self, x: Tensor) -> Tensor:
        """Masked and rescaled ``x`` in training mode, ``x`` itself otherwise."""
        if not self.training or self.p == 0:
            return x
        if self.stream is None:
            raise RuntimeError(
                "a network with dropout trains only with a stream: set `stream` of each Dropout layer"
            )
        mask = torch.from_numpy(kept_units(self.stream, self.p, tuple(x.shape)))
        return x * mask.to(x.device, x.dtype).mul_(keep_scale(self.p))

    def extra_repr(self) -> str:
        """The probability, for ``print(module)``."""
        return f"p={self.p}"


def kept_units(stream: np.random.Generator, p: float, shape: tuple[int, ...]) -> np.ndarray:
    """Which units stay, bool, of the given shape; 16 random bits a unit.

    Example:
        >>> kept_units(np.random.Generator(np.random.SFC64(0)), 0.25, (1000, 1000)).mean().round(2)
        np.float64(0.75)
    """
    size = math.prod(shape)
    bits = stream.bit_generator.random_raw((size + 3) // 4).view(np.uint16)[:size]
    return bits.reshape(shape) >= round(p * _LEVELS)


def keep_scale(p: float) -> float:
    """Factor of the units that stay, ``1 / (1 - p)`` for ``p`` rounded to 1/65536."""
    return 1 / (1 - round(p * _LEVELS) / _LEVELS)
