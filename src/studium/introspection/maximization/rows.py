"""Rows of a table: numbers stay inside their columns' ranges, and of each group of categories exactly one is chosen."""

from __future__ import annotations

import torch
from torch import Tensor

from studium.data import Normalisation, TableSchema
from studium.seeding import torch_stream


class Rows:
    """Normalised numbers, and scores of categories of which the highest is chosen.

    Numbers are cut off at the ends of their ranges after each step, so that an end is reached exactly. The network sees
    whole categories only; the gradient goes through the softmax of their scores (straight-through, Bengio et al. 2013).

    Args:
        schema: Columns of the table.
        normalisation: The model's.
        low: Smallest value of each input in the data's units, ``[F]``.
        high: Largest value, ``[F]``.
    """

    def __init__(self, schema: TableSchema, normalisation: Normalisation, low: Tensor, high: Tensor) -> None:
        self._normalisation = normalisation
        self._low, self._high = (
            normalisation.inputs(low, torch.float64),
            normalisation.inputs(high, torch.float64),
        )
        self._groups = _category_groups(schema)
        self._numeric = torch.ones(len(low), dtype=torch.bool)
        for group in self._groups:
            self._numeric[group] = False

    def start(self, seed: int) -> Tensor:
        """A point ``[F]`` drawn evenly from the ranges, and categories drawn evenly."""
        draw = torch.rand(len(self._low), generator=torch_stream(seed, "random_row"), dtype=torch.float64)
        return torch.where(self._numeric, self._low + (self._high - self._low) * draw, draw)

    def inputs(self, parameters: Tensor) -> Tensor:
        """Normalised rows ``[N, F]``."""
        if not self._groups:
            return parameters
        rows = parameters.clone()
        for group in self._groups:
            rows[:, group] = self._normalised(_one_hot(parameters[:, group]), group)
        return rows

    def project(self, parameters: Tensor) -> None:
        """Cut numbers off at the ends of their ranges."""
        cut = parameters.clamp(self._low, self._high)
        parameters.copy_(torch.where(self._numeric, cut, parameters))

    def raw(self, parameters: Tensor) -> Tensor:
        """Rows in the data's units, ``[N, F]`` float64."""
        rows = self.inputs(parameters) * self._normalisation.input_std + self._normalisation.input_mean
        for group in self._groups:
            rows[:, group] = rows[:, group].round()  # 0 and 1 exactly
        return rows

    def _normalised(self, categories: Tensor, group: slice) -> Tensor:
        return (categories - self._normalisation.input_mean[group]) / self._normalisation.input_std[group]


def _category_groups(schema: TableSchema) -> list[slice]:
    groups, place = [], 0
    for column in schema.columns:
        if column.categories:
            groups.append(slice(place, place + len(column.categories)))
        place += max(1, len(column.categories))
    return groups


def _one_hot(scores: Tensor) -> Tensor:
    soft = scores.softmax(dim=1)
    hard = torch.nn.functional.one_hot(scores.argmax(dim=1), scores.shape[1]).to(soft)
    return hard + (soft - soft.detach())  # in this order the sum is exactly 0 or 1
