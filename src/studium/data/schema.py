"""What columns and pictures are, as data: how raw rows become inputs. Needs no PyTorch to be read."""

from __future__ import annotations

from typing import Literal

from studium.config import Frozen

Task = Literal["regression", "classification"]


class Column(Frozen):
    """One column of a table.

    Attributes:
        name: Its heading.
        categories: Its values in sorted order when it is categorical; empty when it is numeric. A categorical
            column becomes one input per category (one-hot).
    """

    name: str
    categories: tuple[str, ...] = ()


class TableSchema(Frozen):
    """How rows of a table become inputs of shape ``[N, F]``."""

    kind: Literal["table"] = "table"
    columns: tuple[Column, ...]

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Name of each of the F inputs; a one-hot input is called ``column=category``."""
        return tuple(
            name
            for column in self.columns
            for name in ([f"{column.name}={value}" for value in column.categories] or [column.name])
        )

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one input, ``(F,)``."""
        return (len(self.feature_names),)


class ImageSchema(Frozen):
    """How pictures become inputs of shape ``[N, C, H, W]``, uint8."""

    kind: Literal["image"] = "image"
    channels: int
    height: int
    width: int

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one input, ``(C, H, W)``."""
        return (self.channels, self.height, self.width)


Schema = TableSchema | ImageSchema
