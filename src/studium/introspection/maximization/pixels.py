"""Images by the log-odds of their pixels: every image is between black and white, and none is stuck at the bounds.

Cutting pixels off would do so too, but a pixel that is cut off has no gradient left to come back with, and an image that is
optimised by its frequencies cannot be cut off without changing them. Both use the same curve here.
"""

from __future__ import annotations

import torch
from torch import Tensor

from studium.data import Normalisation
from studium.introspection.maximization.random_image import random_image


class Pixels:
    """Log-odds of the pixels.

    Args:
        shape: ``(C, H, W)``.
        normalisation: The model's.
    """

    def __init__(self, shape: tuple[int, int, int], normalisation: Normalisation) -> None:
        self._shape, self._normalisation = shape, normalisation

    def start(self, seed: int) -> Tensor:
        """Log-odds ``[C, H, W]`` of white noise around the mean grey of the training images."""
        return random_image(self._shape, seed, mean=self._normalisation.input_mean).logit()

    def pixels(self, parameters: Tensor) -> Tensor:
        """Pixels ``[N, C, H, W]`` in (0, 1)."""
        return parameters.sigmoid()

    def inputs(self, parameters: Tensor) -> Tensor:
        """Pixels less the mean, over the standard deviation."""
        return (self.pixels(parameters) - self._normalisation.input_mean) / self._normalisation.input_std

    def project(self, parameters: Tensor) -> None:
        """Nothing: all log-odds may be."""

    def raw(self, parameters: Tensor) -> Tensor:
        """Pixels as whole numbers of 255ths, ``[N, C, H, W]`` uint8."""
        return (self.pixels(parameters) * 255).round().to(torch.uint8)
