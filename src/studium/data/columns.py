"""From one column of a table to numbers or to words."""

from __future__ import annotations

from typing import Literal

import numpy as np
import polars as pl

from studium.data.checks import require_finite
from studium.data.table_file import Table
from studium.errors import DataError

Kind = Literal["number", "integer", "text"]


def kind_of(table: Table, column: str) -> Kind:
    """What a column holds.

    Text and booleans of a Parquet file are text. In a CSV file a column is numeric when more than half of its
    cells are numbers; all of them must be, then.

    Raises:
        DataError: A cell is missing, some cells of a numeric column are text, or the type is neither (a date,
            a list).
    """
    series = table.frame[column]
    _require_filled(table, series)
    if series.dtype.is_numeric():
        return "integer" if series.dtype.is_integer() and _fits_int64(series) else "number"
    if series.dtype not in (pl.String, pl.Boolean, pl.Categorical, pl.Enum):
        raise DataError(
            f"column {column!r} of {table.name} has type {series.dtype}, but numbers, text and booleans can "
            "be used: convert it"
        )
    return "text" if table.typed else _kind_of_cells(table, series)


def numbers(table: Table, column: str) -> np.ndarray:
    """A numeric column, ``[N]`` float64.

    Raises:
        DataError: A cell is missing, text, NaN or infinite; it is named with its line.
    """
    series = table.frame[column]
    _require_filled(table, series)
    if series.dtype == pl.Boolean or not (series.dtype.is_numeric() or series.dtype == pl.String):
        series = series.cast(pl.String)
    values = series.cast(pl.Float64, strict=False)
    if values.null_count():
        row = int(values.is_null().arg_true()[0])
        raise DataError(
            f"{table.place(column, row)} is {str(series[row])!r}, text in a numeric column: write a number "
            "there or leave the row out"
        )
    array = values.to_numpy()
    require_finite(array[:, None], lambda row, _: table.place(column, row))
    return array


def integers(table: Table, column: str) -> np.ndarray:
    """An integer column (see :func:`kind_of`), ``[N]`` int64."""
    return table.frame[column].cast(pl.Int64).to_numpy()


def words(table: Table, column: str) -> np.ndarray:
    """Any column as text, ``[N]`` of ``str``.

    Raises:
        DataError: A cell is missing.
    """
    series = table.frame[column]
    _require_filled(table, series)
    return series.cast(pl.String).to_numpy()


def categories(table: Table, column: str, known: tuple[str, ...]) -> np.ndarray:
    """Positions of a column's texts among known categories, ``[N]``.

    Raises:
        DataError: A cell is missing, or not among the categories; it is named with its line.
    """
    series = table.frame[column]
    _require_filled(table, series)
    positions = series.cast(pl.String).cast(pl.Enum(known), strict=False).to_physical()
    if positions.null_count():
        row = int(positions.is_null().arg_true()[0])
        raise DataError(
            f"{table.place(column, row)} is {str(series[row])!r}, which is not among the categories "
            f"{', '.join(known)}: correct it or leave the row out"
        )
    return positions.to_numpy()


def _kind_of_cells(table: Table, series: pl.Series) -> Kind:
    numeric = series.cast(pl.Float64, strict=False).is_not_null()
    if not numeric.all():
        if int(numeric.sum()) > len(series) / 2:
            numbers(table, series.name)  # names the cell that is text
        return "text"
    return "integer" if _fits_int64(series) else "number"


def _fits_int64(series: pl.Series) -> bool:
    return series.cast(pl.Int64, strict=False).null_count() == 0


def _require_filled(table: Table, series: pl.Series) -> None:
    if series.null_count():
        row = int(series.is_null().arg_true()[0])
        raise DataError(
            f"{table.place(series.name, row)} is empty, but every cell needs a value: fill it or leave the "
            "row out"
        )
