"""Augmentation of training images, drawn from the member's own stream."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from studium.training.config import Augmentation

_AREA = (0.02, 0.2)  # of an erased rectangle, share of the image
_ASPECT = (0.3, 3.3)  # its height over its width


def augment(images: Tensor, settings: Augmentation, stream: np.random.Generator) -> Tensor:
    """Shifted, flipped and partly erased copies of normalised images.

    Args:
        images: ``[B, C, H, W]``, normalised, so that 0 is the mean grey, which fills what is shifted in or erased.
        settings: What to do; see :class:`studium.training.Augmentation`.
        stream: Where the choices are drawn from.

    Returns:
        Same shape.
    """
    if settings.shift:
        images = _shifted(images, settings.shift, stream)
    if settings.flip:
        chosen = torch.from_numpy(stream.random(len(images)) < settings.flip)
        images = torch.where(chosen[:, None, None, None], images.flip(3), images)
    if settings.erase:
        images = images.masked_fill(_rectangles(images, settings.erase, stream), 0.0)
    return images


def _shifted(images: Tensor, reach: int, stream: np.random.Generator) -> Tensor:
    n, _, height, width = images.shape
    padded = torch.nn.functional.pad(images, (reach, reach, reach, reach))
    down, right = torch.from_numpy(stream.integers(0, 2 * reach + 1, size=(2, n, 1)))
    rows = down + torch.arange(height)  # [B, H]
    columns = right + torch.arange(width)  # [B, W]
    picked = padded[torch.arange(n)[:, None, None], :, rows[:, :, None], columns[:, None, :]]  # [B, H, W, C]
    return picked.permute(0, 3, 1, 2)


def _rectangles(images: Tensor, probability: float, stream: np.random.Generator) -> Tensor:
    n, _, height, width = images.shape
    area = stream.uniform(*_AREA, n) * height * width
    aspect = np.exp(stream.uniform(math.log(_ASPECT[0]), math.log(_ASPECT[1]), n))
    sides = [np.minimum(np.sqrt(area * aspect), height), np.minimum(np.sqrt(area / aspect), width)]
    places = [stream.random(n) * (size - side) for size, side in zip((height, width), sides, strict=True)]
    sides[0] = np.where(
        stream.random(n) < probability, sides[0], -math.inf
    )  # not chosen: no pixel lies inside
    inside = [
        (np.arange(size) >= place[:, None]) & (np.arange(size) < (place + side)[:, None])
        for size, place, side in zip((height, width), places, sides, strict=True)
    ]
    return torch.from_numpy(inside[0][:, None, :, None] & inside[1][:, None, None, :])  # [B, 1, H, W]
