"""Penalties: what an optimised input pays for being unlike real ones, one number for each input."""

from __future__ import annotations

import torch
from torch import Tensor

_SMOOTHING = 1e-3  # keeps the length of a gradient of 0 differentiable


def squared_distance(inputs: Tensor, mean: Tensor) -> Tensor:
    """Mean squared distance to the data's mean, ``[N]``.

    Args:
        inputs: Normalised, ``[N, *input_shape]``.
        mean: ``[*input_shape]``.
    """
    return (inputs - mean).square().flatten(1).mean(dim=1)


def total_variation(images: Tensor) -> Tensor:
    """Mean length of the gradient between neighbouring pixels, ``[N]`` (Rudin, Osher and Fatemi 1992).

    Args:
        images: ``[N, C, H, W]``, both sides at least 2 pixels; of a smaller one it is 0.
    """
    if min(images.shape[2:]) < 2:
        return images.new_zeros(len(images))
    down = images[..., 1:, :-1] - images[..., :-1, :-1]
    right = images[..., :-1, 1:] - images[..., :-1, :-1]
    return (down.square() + right.square() + _SMOOTHING**2).sqrt().flatten(1).mean(dim=1)


def similarity(features: Tensor, n_starts: int) -> Tensor:
    """Mean cosine similarity of each input to the others of its unit, ``[N]``.

    Args:
        features: What the layer sees of each input, ``[N, ...]``; the inputs of a unit follow each other.
        n_starts: Inputs of each unit, at least 2.
    """
    directions = torch.nn.functional.normalize(features.flatten(1), dim=1)
    of_unit = directions.reshape(-1, n_starts, directions.shape[1])  # [U, S, D]
    cosines = of_unit @ of_unit.transpose(1, 2)  # [U, S, S]
    return ((cosines.sum(dim=2) - 1) / (n_starts - 1)).flatten()
