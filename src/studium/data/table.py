"""Tables: rows of numbers and words become inputs and targets."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import torch
from torch import Tensor

from studium.data.checks import require_rows, require_varied
from studium.data.columns import categories, integers, kind_of, numbers, words
from studium.data.dataset import Dataset
from studium.data.interpretation import Interpretation, require_table
from studium.data.schema import Column, TableSchema, Task
from studium.data.table_file import Table, open_table
from studium.data.targets import RawTargets, called_by_integers, make_targets
from studium.errors import DataError, UnknownNameError

MOST_CATEGORIES = 256
"""A categorical column with more different values than this is refused."""

_FEW_CATEGORIES = (
    20  # above this, a column with different values in most rows is an identifier, not a category
)


def read_table(
    path: Path, *, target: str | None = None, task: Task | None = None, like: Interpretation | None = None
) -> Dataset:
    """A dataset from a CSV or Parquet file.

    Numeric columns become one input each, text and boolean columns one input a category (one-hot).

    Args:
        path: The file.
        target: Heading of the target column, or several separated by commas; by default the last column.
        task: By default decided by the target, see :func:`~studium.data.targets.task_of`.
        like: An interpretation to follow: its columns, categories, target and classes; other columns are
            ignored.

    Raises:
        DataError: Something in the file breaks a rule; file, column and line are named.
        UnknownNameError: There is no such target column.
    """
    table = open_table(path)
    require_rows(len(table.frame), table.name, least=2 if like is None else 1)
    names = _target_names(table, target) if like is None else like.target_names
    if like is None:
        schema = infer_schema(table, [heading for heading in table.frame.columns if heading not in names])
    else:
        schema = require_table(like, table.name)
        _require_columns(table, names)
    targets = make_targets(_raw_targets(table, names, task, like), task, like=like)
    return Dataset(
        name=path.stem,
        task=targets.task,
        inputs=_encode(table, schema),
        targets=targets.values,
        schema=schema,
        class_names=targets.class_names,
        target_names=names,
        origin=str(path),
    )


def encode_table(schema: TableSchema, source: pl.DataFrame | Path) -> Tensor:
    """Inputs of new rows, for a model that was trained on a table.

    Args:
        schema: The schema of the training data.
        source: A frame, or a CSV or Parquet file; columns that the schema does not name are ignored.

    Returns:
        ``[N, F]`` float64, rows in their order.

    Raises:
        DataError: A column is missing, a cell is missing, not finite, text where a number belongs, or a
            category that the training data did not have.

    Example:
        >>> colour = Column(name="colour", categories=("blue", "red"))
        >>> schema = TableSchema(columns=(Column(name="size"), colour))
        >>> encode_table(schema, pl.DataFrame({"size": [1.5, 2.0], "colour": ["red", "blue"]})).tolist()
        [[1.5, 0.0, 1.0], [2.0, 1.0, 0.0]]
    """
    table = open_table(source)
    require_rows(len(table.frame), table.name, least=1)
    return _encode(table, schema)


def infer_schema(table: Table, headings: list[str]) -> TableSchema:
    """The schema of the given columns.

    Raises:
        DataError: There is no column, one is constant, or one has too many categories.
    """
    if not headings:
        raise DataError(
            f"{table.name} has no column beside the target, but at least one feature is needed: add a column"
        )
    return TableSchema(columns=tuple(_infer_column(table, heading) for heading in headings))


def _infer_column(table: Table, heading: str) -> Column:
    text = kind_of(table, heading) == "text"
    values = words(table, heading) if text else numbers(table, heading)
    require_varied(values[:, None], [heading], "column", table.name)
    if not text:
        return Column(name=heading)
    distinct = tuple(str(value) for value in np.unique(values))
    if len(distinct) > MOST_CATEGORIES or len(distinct) > max(_FEW_CATEGORIES, len(values) / 2):
        raise DataError(
            f"column {heading!r} of {table.name} has {len(distinct)} different texts in {len(values)} rows, "
            f"but a category needs several rows and a column at most {MOST_CATEGORIES} categories: remove or "
            "group it"
        )
    return Column(name=heading, categories=distinct)


def _encode(table: Table, schema: TableSchema) -> Tensor:
    _require_columns(table, [column.name for column in schema.columns])
    return torch.from_numpy(np.hstack([_encode_column(table, column) for column in schema.columns]))


def _encode_column(table: Table, column: Column) -> np.ndarray:
    """``[N, 1]`` for numbers, ``[N, categories]`` for words; float64."""
    if not column.categories:
        return numbers(table, column.name)[:, None]
    positions = categories(table, column.name, column.categories)
    one_hot: np.ndarray = positions[:, None] == np.arange(len(column.categories))
    return one_hot.astype(np.float64)


def _require_columns(table: Table, headings: list[str] | tuple[str, ...]) -> None:
    for heading in headings:
        if heading not in table.frame.columns:
            raise DataError(
                f"{table.name} has no column {heading!r}, but it is needed; its columns are "
                f"{', '.join(table.frame.columns)}: add it or correct the heading"
            )


def _target_names(table: Table, target: str | None) -> tuple[str, ...]:
    headings = table.frame.columns
    if target is None:
        return (headings[-1],)
    names = (target,) if target in headings else tuple(part.strip() for part in target.split(","))
    for name in names:
        if name not in headings:
            raise UnknownNameError("column", name, headings)
        if names.count(name) > 1:
            raise DataError(
                f"the target {name!r} is given twice, but each column is a target once: name it once"
            )
    return names


def _raw_targets(
    table: Table, names: tuple[str, ...], task: Task | None, like: Interpretation | None
) -> RawTargets:
    def place(row: int, column: int) -> str:
        return table.place(names[column], row)

    if len(names) == 1:
        return RawTargets(_raw_target(table, names[0], task, like), names, table.name, place)
    return RawTargets(np.stack([numbers(table, name) for name in names], axis=1), names, table.name, place)


def _raw_target(table: Table, name: str, task: Task | None, like: Interpretation | None) -> np.ndarray:
    wanted = task if like is None else like.task
    if wanted == "regression":
        return numbers(table, name)
    if wanted == "classification" and not _holds_numbers(table, name):
        return words(table, name)
    if like is not None and not called_by_integers(like.class_names):
        return words(table, name)
    return {"integer": integers, "number": numbers, "text": words}[kind_of(table, name)](table, name)


def _holds_numbers(table: Table, name: str) -> bool:
    series = table.frame[name]
    if series.dtype.is_numeric():
        return True
    return not table.typed and series.cast(pl.Float64, strict=False).null_count() == 0
