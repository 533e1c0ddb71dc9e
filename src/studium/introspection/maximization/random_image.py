"""Noise to start from."""

from __future__ import annotations

import torch
from torch import Tensor

from studium.seeding import torch_stream

_DARKEST, _LIGHTEST = 0.02, 0.98  # inside the open interval, so that log-odds are finite


def random_image(
    shape: tuple[int, int, int],
    seed: int = 0,
    *,
    mean: float | Tensor = 0.5,
    contrast: float = 0.1,
    spectrum: Tensor | None = None,
) -> Tensor:
    """An image of normal noise.

    Args:
        shape: ``(C, H, W)``.
        seed: Root of its stream; equal seeds give equal images, whatever else was drawn before.
        mean: Grey value in [0, 1] that the noise lies around, one for all or ``[C, 1, 1]``.
        contrast: Standard deviation of the noise, at least 0; values beyond 0.02 and 0.98 are cut off there.
        spectrum: Amplitude of each frequency, ``[C, H, W // 2 + 1]`` as of ``torch.fft.rfft2``; white noise without it.

    Returns:
        ``[C, H, W]``, float64 in [0.02, 0.98].

    Example:
        >>> random_image((1, 28, 28), seed=3).shape
        torch.Size([1, 28, 28])
    """
    noise = torch.randn(shape, generator=torch_stream(seed, "random_image"), dtype=torch.float64)
    if spectrum is not None:
        noise = torch.fft.irfft2(torch.fft.rfft2(noise) * spectrum, s=shape[1:])
        noise = noise / noise.std().clamp_min(1e-12)
    return (mean + contrast * noise).clamp(_DARKEST, _LIGHTEST)
