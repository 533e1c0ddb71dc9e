"""Small random shifts, turns and changes of size: what survives them is no fine pattern of single pixels."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from studium.introspection.maximization_settings import MaximizationSettings
from studium.seeding import torch_stream

_CHOICES = 4  # a step draws down, right, angle and size for each image


def draws(seed: int, steps: int) -> Tensor:
    """Random numbers of one image for all steps, evenly in [0, 1), ``[steps, 4]``."""
    return torch.rand(steps, _CHOICES, generator=torch_stream(seed, "transforms"), dtype=torch.float64)


def moves(settings: MaximizationSettings) -> bool:
    """Whether the settings transform images at all."""
    return bool(settings.jitter or settings.rotation or settings.scaling)


def transform(images: Tensor, draw: Tensor, settings: MaximizationSettings) -> Tensor:
    """Each image moved in its own way.

    Args:
        images: ``[N, C, H, W]``.
        draw: A row of random numbers in [0, 1) for each image, ``[N, 4]``.
        settings: How far images move at most.

    Returns:
        Same shape, bilinear between pixels; beyond its edge an image goes on as it is at the edge. Shifts alone are by whole
        pixels and change no value.
    """
    shape = list(images.shape)
    grid = affine_grid(
        _matrices(draw, settings, shape[2], shape[3]).to(images.dtype), shape, align_corners=False
    )
    return grid_sample(images, grid, padding_mode="border", align_corners=False)


def _matrices(draw: Tensor, settings: MaximizationSettings, height: int, width: int) -> Tensor:
    """Where each output pixel comes from, ``[N, 2, 3]``, in units of half an image's side."""
    reach = settings.jitter
    down = (draw[:, 0] * (2 * reach + 1)).floor() - reach
    right = (draw[:, 1] * (2 * reach + 1)).floor() - reach
    angle = (2 * draw[:, 2] - 1) * math.radians(settings.rotation)
    size = 1 + (2 * draw[:, 3] - 1) * settings.scaling
    cosine, sine = angle.cos() / size, angle.sin() / size
    return torch.stack(
        [
            torch.stack([cosine, -sine * height / width, 2 * right / width], dim=1),
            torch.stack([sine * width / height, cosine, 2 * down / height], dim=1),
        ],
        dim=1,
    )
