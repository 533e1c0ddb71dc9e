"""How raw data was understood, so that other raw data can be understood in the same way."""

from __future__ import annotations

from typing import Protocol

from studium.data.schema import ImageSchema, Schema, TableSchema, Task
from studium.errors import DataError


class Interpretation(Protocol):
    """What fixes the meaning of inputs and targets; a :class:`~studium.data.Dataset` does, and a model.

    Attributes:
        task: ``"regression"`` or ``"classification"``.
        schema: How raw rows or pictures become inputs.
        class_names: Name of each class; empty for regression.
        target_names: Name of each target column.
    """

    @property
    def task(self) -> Task: ...  # noqa: D102 - described above
    @property
    def schema(self) -> Schema: ...  # noqa: D102
    @property
    def class_names(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def target_names(self) -> tuple[str, ...]: ...  # noqa: D102


def require_table(like: Interpretation, name: str) -> TableSchema:
    """The table schema of an interpretation.

    Raises:
        DataError: The interpretation is one of images.
    """
    if isinstance(like.schema, TableSchema):
        return like.schema
    raise DataError(
        f"{name} is a table, but images {_size(like.schema)} are needed: give pictures of that size"
    )


def require_images(like: Interpretation, name: str) -> ImageSchema:
    """The image schema of an interpretation.

    Raises:
        DataError: The interpretation is one of a table.
    """
    if isinstance(like.schema, ImageSchema):
        return like.schema
    columns = ", ".join(column.name for column in like.schema.columns[:5])
    raise DataError(
        f"{name} holds images, but a table with the columns {columns} is needed: give a CSV or Parquet file"
    )


def _size(schema: ImageSchema) -> str:
    return f"{schema.channels}x{schema.height}x{schema.width}"
