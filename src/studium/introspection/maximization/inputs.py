"""Inputs as a dataset holds them, turned into what people see."""

from __future__ import annotations

from collections.abc import Iterator

from torch import Tensor

from studium.data import ImageSchema, Schema, TableSchema
from studium.introspection.maximization_results import Input


def visible(schema: Schema, raw: Tensor) -> Input:
    """One raw input as pixels, or as values by column.

    Args:
        schema: Of the model's inputs.
        raw: ``[C, H, W]`` uint8 or ``[F]`` float64.
    """
    if isinstance(schema, ImageSchema):
        return Input(pixels=tuple(tuple(tuple(line) for line in channel) for channel in raw.tolist()))
    return Input(values=dict(_values(schema, raw.tolist())))


def _values(schema: TableSchema, numbers: list[float]) -> Iterator[tuple[str, float | str]]:
    place = 0
    for column in schema.columns:
        if column.categories:
            scores = numbers[place : place + len(column.categories)]
            yield column.name, column.categories[scores.index(max(scores))]
        else:
            yield column.name, numbers[place]
        place += max(1, len(column.categories))
