"""Images of a fixed norm (Erhan et al. 2009): the best direction, whatever its strength."""

from __future__ import annotations

import torch
from torch import Tensor

from studium.data import Normalisation
from studium.introspection.maximization.random_image import random_image


class Sphere:
    """A direction in the space of normalised images, of which the image is the point at the norm.

    The direction is scaled inside of what is differentiated, not after a step: Adam's steps are as large for a small
    gradient as for a large one, and would otherwise come to rest at the signs of the best direction.

    Args:
        shape: ``(C, H, W)``.
        normalisation: The model's.
        norm: Of the normalised image, above 0. In the raw image, pixels that would be darker than black or lighter than
            white are cut off, so that a large norm is not quite kept.
    """

    def __init__(self, shape: tuple[int, int, int], normalisation: Normalisation, norm: float) -> None:
        self._shape, self._normalisation, self._norm = shape, normalisation, norm

    def start(self, seed: int) -> Tensor:
        """White noise of the norm, ``[C, H, W]``."""
        noise = random_image(self._shape, seed)
        noise = noise - noise.mean()
        scaled: Tensor = noise * (self._norm / float(torch.linalg.vector_norm(noise)))
        return scaled

    def inputs(self, parameters: Tensor) -> Tensor:
        """Images of the norm."""
        length = torch.linalg.vector_norm(parameters.flatten(1), dim=1).clamp_min(1e-12)
        images: Tensor = parameters * (self._norm / length)[:, None, None, None]
        return images

    def project(self, parameters: Tensor) -> None:
        """Nothing: any direction may be."""

    def raw(self, parameters: Tensor) -> Tensor:
        """Pixels as whole numbers of 255ths, ``[N, C, H, W]`` uint8."""
        pixels = self.inputs(parameters) * self._normalisation.input_std + self._normalisation.input_mean
        return (pixels.clamp(0, 1) * 255).round().to(torch.uint8)
