"""Normalisation: computed from the training rows alone, carried by the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from studium.data.dataset import Dataset
from studium.environment import torch_threads

_CHUNK = 4096  # images turned to float at a time, so that memory stays small


@dataclass(frozen=True, eq=False)
class Normalisation:
    """Shift and scale to mean 0 and standard deviation 1.

    Attributes:
        input_mean: ``[F]`` for tables, ``[C, 1, 1]`` for images (in units of pixel / 255); float64.
        input_std: Same shape; a constant input has 1, so that it becomes 0.
        target_mean: ``[T]`` for regression, ``[0]`` for classification; float64.
        target_std: Same shape.
    """

    input_mean: Tensor
    input_std: Tensor
    target_mean: Tensor
    target_std: Tensor

    def inputs(self, raw: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """Normalised inputs of a batch.

        Args:
            raw: ``[B, F]`` float64 or ``[B, C, H, W]`` uint8.
            dtype: Floating type wanted.

        Returns:
            Same shape, of ``dtype``. Tables are normalised in float64 first, so large values lose nothing.
        """
        if raw.dtype == torch.uint8:
            scale = (1 / (255 * self.input_std)).to(raw.device, dtype)
            shift = (-self.input_mean / self.input_std).to(raw.device, dtype)
            return raw.to(dtype).mul_(scale).add_(shift)
        return ((raw - self.input_mean.to(raw.device)) / self.input_std.to(raw.device)).to(dtype)

    def targets(self, raw: Tensor, dtype: torch.dtype = torch.float32) -> Tensor:
        """Normalised targets ``[B, T]``; class indices ``[B]`` pass unchanged."""
        if raw.dtype == torch.int64:
            return raw
        return ((raw - self.target_mean.to(raw.device)) / self.target_std.to(raw.device)).to(dtype)

    def predictions(self, outputs: Tensor) -> Tensor:
        """Network outputs ``[B, T]`` back in the units of the targets, float64."""
        return outputs.double() * self.target_std.to(outputs.device) + self.target_mean.to(outputs.device)


def fit_normalisation(dataset: Dataset, rows: np.ndarray) -> Normalisation:
    """Mean and standard deviation (population, ddof 0) over the given rows.

    Args:
        dataset: The data.
        rows: Training row indices ``[N]``.
    """
    index = torch.from_numpy(np.asarray(rows, dtype=np.int64))
    with torch_threads(1):  # sums over many rows would differ in their last bits with the number of threads
        if dataset.inputs.dtype == torch.uint8:
            mean, std = _image_moments(dataset.inputs, index)
        else:
            mean, std = _moments(dataset.inputs[index])
        if dataset.task == "classification":
            empty = torch.zeros(0, dtype=torch.float64)
            return Normalisation(mean, std, empty, empty)
        return Normalisation(mean, std, *_moments(dataset.targets[index]))


def _moments(values: Tensor) -> tuple[Tensor, Tensor]:
    std = values.std(dim=0, correction=0)
    return values.mean(dim=0), torch.where(std > 0, std, torch.ones_like(std))


def _image_moments(images: Tensor, index: Tensor) -> tuple[Tensor, Tensor]:
    # Exact: the counts of the 256 grey values say everything.
    counts = torch.zeros(images.shape[1], 256, dtype=torch.float64)
    for chunk in torch.split(index, _CHUNK):
        for channel, pixels in enumerate(images[chunk].transpose(0, 1)):
            counts[channel] += torch.bincount(pixels.flatten(), minlength=256)
    grey = torch.arange(256, dtype=torch.float64) / 255
    share = counts / counts.sum(dim=1, keepdim=True)  # [C, 256]
    mean = share @ grey
    std = (share * (grey - mean[:, None]) ** 2).sum(dim=1).sqrt()
    std = torch.where(std > 0, std, torch.ones_like(std))
    return mean[:, None, None], std[:, None, None]
