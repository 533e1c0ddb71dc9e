"""Images by their frequencies: steps are as large at each frequency as it is strong in natural images.

The optimum stays the same and the way to it changes: what is strong in real images grows first, and the fine noise that a
network reacts to most is reached last (Olah, Mordvintsev and Schubert 2017, "Feature Visualization", preconditioning).
"""

from __future__ import annotations

import torch
from torch import Tensor

from studium.data import Normalisation
from studium.introspection.maximization.pixels import Pixels
from studium.introspection.maximization.random_image import random_image


class Frequencies(Pixels):
    """Coefficients of the log-odds' Fourier transform, each over the strength of its frequency.

    Args:
        shape: ``(C, H, W)``.
        normalisation: The model's.
        spectrum: Strength of each frequency, ``[C, H, W // 2 + 1]``; all above 0.
    """

    def __init__(self, shape: tuple[int, int, int], normalisation: Normalisation, spectrum: Tensor) -> None:
        super().__init__(shape, normalisation)
        self._strength = spectrum / spectrum.square().mean().sqrt()
        self._grey = normalisation.input_mean.logit(eps=1e-3)

    def start(self, seed: int) -> Tensor:
        """Coefficients ``[C, H, W // 2 + 1, 2]`` of noise with the spectrum, around the mean grey."""
        mean = self._normalisation.input_mean
        noise = random_image(self._shape, seed, mean=mean, spectrum=self._strength)
        field = noise.logit() - self._grey
        return torch.view_as_real(torch.fft.rfft2(field, norm="ortho") / self._strength)

    def pixels(self, parameters: Tensor) -> Tensor:
        """Pixels ``[N, C, H, W]`` in (0, 1)."""
        coefficients = torch.view_as_complex(parameters) * self._strength
        field = torch.fft.irfft2(coefficients, s=self._shape[1:], norm="ortho")
        pixels: Tensor = (self._grey + field).sigmoid()
        return pixels
