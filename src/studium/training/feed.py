"""Feeds a population with normalised batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from studium.data import Dataset, Normalisation

_KEPT_NUMBERS = 8_000_000  # tables up to this many, over all normalisations, are normalised once and kept


class _Scales(NamedTuple):
    # Of each distinct normalisation, K of them.
    mean: Tensor  # [K, 1, F]
    rate: Tensor  # [K, 1, F], one over the standard deviation
    target_mean: Tensor  # [K, 1, T]
    target_rate: Tensor  # [K, 1, T]


class Feed:
    """Normalised, flattened inputs and targets of P members, gathered by row index.

    Members of one fold share a normalisation. Small tables are normalised once for each; images and large tables stay raw
    until a batch is made. Letters: P members, B rows, F features (a flattened image has C*H*W), T targets.

    Args:
        dataset: Where the rows are.
        normalisations: One per member; members that share one hold the same object.
        dtype: Floating type of what it gives.
    """

    def __init__(self, dataset: Dataset, normalisations: Sequence[Normalisation], dtype: torch.dtype) -> None:
        self._dataset, self._dtype = dataset, dtype
        self._distinct = list(dict.fromkeys(normalisations))
        number = {each: position for position, each in enumerate(self._distinct)}
        self._of = np.array([number[each] for each in normalisations])  # [P]
        self._classes = dataset.task == "classification"
        numbers = dataset.inputs.numel() * len(self._distinct)
        self._keeps = dataset.inputs.dtype != torch.uint8 and numbers <= _KEPT_NUMBERS
        self._scales = self._stacked()
        self._inputs, self._targets = dataset.inputs.flatten(1), dataset.targets
        if self._keeps:  # the arithmetic of a batch, so that keeping changes no bit
            self._inputs, self._targets = self._all_rows()

    def _all_rows(self) -> tuple[Tensor, Tensor]:
        scales, k = self._scales, len(self._distinct)
        inputs = self._inputs.sub(scales.mean).mul_(scales.rate).to(self._dtype).flatten(0, 1)  # [K * N, F]
        if self._classes:
            return inputs, self._targets.repeat(k)
        targets = self._targets.sub(scales.target_mean).mul_(scales.target_rate).to(self._dtype)
        return inputs, targets.flatten(0, 1)

    def _stacked(self) -> _Scales:
        grey = 255.0 if self._dataset.inputs.dtype == torch.uint8 else 1.0
        shape = self._dataset.input_shape
        mean = torch.stack([each.input_mean.expand(shape).reshape(1, -1) for each in self._distinct]) * grey
        std = torch.stack([each.input_std.expand(shape).reshape(1, -1) for each in self._distinct]) * grey
        if grey > 1:  # exact in any floating type; tables stay float64 until they are normalised
            mean, std = mean.to(self._dtype), std.to(self._dtype)
        target_mean = torch.stack([each.target_mean[None] for each in self._distinct])
        target_std = torch.stack([each.target_std[None] for each in self._distinct])
        return _Scales(mean, 1 / std, target_mean, 1 / target_std)

    @property
    def target_std(self) -> Tensor:
        """Scale of each member's targets, ``[P, 1, T]``; ones ``[1, 1, 1]`` for classification."""
        if self._classes:
            return torch.ones(1, 1, 1)
        return torch.stack([each.target_std[None] for each in self._distinct])[self._of]

    def batch(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        """Batch of the first k members.

        Args:
            rows: ``[k, B]`` indices, or ``[1, B]`` when all members see the same rows.

        Returns:
            Inputs ``[k, B, F]`` and targets ``[k, B, T]``, or class indices ``[k, B]``; with a leading 1 instead of k where
            members share both rows and normalisation.
        """
        if len(rows) == 1 and len(self._distinct) > 1:
            rows = np.broadcast_to(rows, (len(self._of), rows.shape[1]))
        return self._gathered(rows) if self._keeps else self._made(rows)

    def compact(self, kept: np.ndarray) -> None:
        """Go on with the members at these positions, in order."""
        self._of = self._of[kept]

    def _gathered(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        offset = self._of[: len(rows), None] * len(self._dataset)
        index = torch.from_numpy(rows + offset)
        flat = index.flatten()
        inputs = self._inputs.index_select(0, flat).view(*index.shape, -1)
        targets = self._targets.index_select(0, flat)
        return inputs, targets.view(index.shape if self._classes else (*index.shape, -1))

    def _made(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        index = torch.from_numpy(np.ascontiguousarray(rows))
        own = self._of[: len(rows)] if len(self._distinct) > 1 else slice(None)
        raw = self._inputs.index_select(0, index.flatten()).view(*index.shape, -1)
        values = raw.to(self._dtype) if raw.dtype == torch.uint8 else raw
        scales = self._scales
        inputs = values.sub(scales.mean[own]).mul_(scales.rate[own]).to(self._dtype)
        targets = self._targets[index]
        if self._classes:
            return inputs, targets
        return inputs, targets.sub(scales.target_mean[own]).mul_(scales.target_rate[own]).to(self._dtype)
