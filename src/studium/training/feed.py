"""Feeds a population with normalised batches, from raw rows in memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from studium.data import Dataset, Normalisation


class Feed:
    """Normalised, flattened inputs and targets of P members, gathered by row index.

    Letters: P members, B rows, F features (a flattened image has C*H*W), T targets.

    Args:
        dataset: Where the rows are.
        normalisations: One per member, or a single one that serves all.
        dtype: Floating type of what it gives.

    Attributes:
        target_std: ``[P, 1, T]`` (``[1, 1, T]`` for a single one), ones for classification.
    """

    def __init__(self, dataset: Dataset, normalisations: Sequence[Normalisation], dtype: torch.dtype) -> None:
        self._inputs = dataset.inputs.flatten(1)  # [N, F]
        self._targets = dataset.targets
        self._dtype = dtype
        grey = 255.0 if dataset.inputs.dtype == torch.uint8 else 1.0
        shape = dataset.input_shape
        # [P, 1, F]
        self._mean = (
            torch.stack([each.input_mean.expand(shape).reshape(1, -1) for each in normalisations]) * grey
        )
        self._rate = 1 / (
            torch.stack([each.input_std.expand(shape).reshape(1, -1) for each in normalisations]) * grey
        )
        if dataset.inputs.dtype == torch.uint8:  # grey values are exact in any floating type
            self._mean, self._rate = self._mean.to(dtype), self._rate.to(dtype)
        self._target_mean = torch.stack([each.target_mean[None] for each in normalisations])
        self.target_std = torch.stack([each.target_std[None] for each in normalisations])
        self._of_classes = dataset.task == "classification"
        if self._of_classes:
            self.target_std = torch.ones(1, 1, 1)

    def batch(self, rows: np.ndarray) -> tuple[Tensor, Tensor]:
        """Batch of the first k members.

        Args:
            rows: ``[k, B]`` indices, or ``[1, B]`` when all members see the same rows.

        Returns:
            Inputs ``[k, B, F]`` and targets ``[k, B, T]``, or class indices ``[k, B]``; with a leading 1 instead of k where
            members share both rows and normalisation.
        """
        index = torch.from_numpy(np.ascontiguousarray(rows))
        raw = self._inputs.index_select(0, index.flatten()).view(*index.shape, -1)
        inputs = self._normalised(raw, self._mean, self._rate)
        targets = self._targets[index]
        if self._of_classes:
            return inputs, targets
        return inputs, self._normalised(targets, self._target_mean, 1 / self.target_std)

    def compact(self, kept: np.ndarray) -> None:
        """Go on with the members at these positions, in order."""
        if len(self._mean) > 1:
            self._mean, self._rate = self._mean[kept], self._rate[kept]
            self._target_mean = self._target_mean[kept]
            if not self._of_classes:
                self.target_std = self.target_std[kept]

    def _normalised(self, raw: Tensor, mean: Tensor, rate: Tensor) -> Tensor:
        # Tables stay float64 until they are normalised, so large values lose nothing.
        members = slice(None) if len(mean) == 1 or len(raw) == 1 else slice(len(raw))
        values = raw.to(self._dtype) if raw.dtype == torch.uint8 else raw
        return values.sub(mean[members]).mul_(rate[members]).to(self._dtype)
