"""From what a user writes to inputs of a model: numbers, a table, a picture, arrays, or a row of a dataset."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import torch
from torch import Tensor

from studium.data import Dataset, TableSchema, encode_images, encode_table, open_dataset
from studium.data.arrays import array_inputs
from studium.data.idx import is_idx, parse_idx
from studium.data.interpretation import require_images, require_table
from studium.data.npz import load_arrays
from studium.errors import DataError
from studium.training.ensemble import Predictor

_TABLES = (".csv", ".parquet")
_ARRAYS = ("x", "inputs", "x_test")  # of an .npz file, the first that is there


@dataclass(frozen=True, eq=False)
class Inputs:
    """Raw inputs, one label each.

    Attributes:
        labels: What to call each of the N rows in messages and tables.
        rows: ``[N, F]`` float64 or ``[N, C, H, W]`` uint8.
        actual: The true class, or value, of each row, where it is known.
    """

    labels: tuple[str, ...]
    rows: Tensor
    actual: tuple[str | float | None, ...]


class InputReader:
    """Reads inputs for one model.

    Args:
        model: Whose inputs.
        offline: Never touch the network for built-in data.

    Example:
        >>> from studium.models import preset
        >>> from studium.training import TrainConfig
        >>> from studium.training.model_training import train_model
        >>> data = open_dataset("curve")
        >>> net = preset("net", data.input_shape, data.n_outputs)
        >>> model = train_model(data, net, TrainConfig(epochs=2)).model
        >>> InputReader(model).read("-8").rows
        tensor([[-8.]], dtype=torch.float64)
    """

    def __init__(self, model: Predictor, *, offline: bool = False) -> None:
        self._model = model
        self._open = cache(lambda name: open_dataset(name, like=model, offline=offline))

    def read(self, text: str) -> Inputs:
        """Inputs from one argument.

        Args:
            text: For tables a number, or values separated by commas, one for each column; a CSV or Parquet file; an
                ``.npz`` or IDX file; a picture; ``DATA:INDEX``, a row of the data's test set counted from 0 (of all rows,
                when there is no test set).

        Raises:
            DataError: It is none of these, or not what the model takes.
        """
        schema = self._model.schema
        if isinstance(schema, TableSchema) and _all_numbers(text):
            return _row(schema, text)
        if Path(text).is_file():
            return self._file(Path(text))
        name, _, index = text.rpartition(":")
        if name and index.isdecimal():
            return self._dataset_row(name, int(index))
        if isinstance(schema, TableSchema) and _has_words(schema) and not _like_a_path(text):
            return _row(schema, text)
        raise self._unknown(text)

    def _file(self, path: Path) -> Inputs:
        if path.suffix.lower() in _TABLES:
            return _numbered(path, encode_table(require_table(self._model, str(path)), path))
        if path.suffix.lower() == ".npz":
            return _numbered(path, array_inputs(_array(path), like=self._model, origin=str(path))[0])
        if is_idx(path):
            return _numbered(path, array_inputs(parse_idx(path.read_bytes(), str(path)), like=self._model)[0])
        return Inputs((str(path),), encode_images(require_images(self._model, str(path)), [path]), (None,))

    def _dataset_row(self, name: str, index: int) -> Inputs:
        if Path(name).suffix.lower() in (*_TABLES, ".npz") and Path(name).is_file():
            return _one(self._file(Path(name)), index, name)
        dataset = self._open(name)
        rows, choice = self._model.rows_to_score(dataset)
        _require_index(index, len(rows), f"{name} has {len(rows)} {'test ' if choice == 'test' else ''}rows")
        row = int(rows[index])
        return Inputs((f"{name}:{index}",), dataset.inputs[row : row + 1], (_actual(dataset, row),))

    def _unknown(self, text: str) -> DataError:
        if text and Path(text).is_dir():
            return DataError(
                f"{text} is a folder, but an input is one file: name a picture in it, or {text}:0"
            )
        schema = self._model.schema
        if isinstance(schema, TableSchema):
            names = ", ".join(column.name for column in schema.columns[:5])
            several = len(schema.columns) > 1
            wanted = (
                f"{len(schema.columns)} values with commas between ({names})"
                if several
                else f"a number ({names})"
            )
        else:
            wanted = f"a picture of {schema.width}x{schema.height} pixels"
        return DataError(
            f"the input {text!r} is neither a file nor DATA:INDEX, and the model takes {wanted}: give such an input"
        )


def _row(schema: TableSchema, text: str) -> Inputs:
    cells, names = _cells(text), [column.name for column in schema.columns]
    if len(cells) != len(names):
        raise DataError(
            f"the input {text!r} has {len(cells)} value{'s' if len(cells) > 1 else ''}, but the model takes {len(names)} "
            f"({', '.join(names[:5])}): give one for each"
        )
    too_large = next((cell for cell in cells if _is_infinite(cell)), None)
    if too_large is not None:
        raise DataError(
            f"in the input {text!r} a value is {too_large}, but a number must be finite, at most 1.8e308: give a smaller one"
        )
    frame = pl.DataFrame({name: [cell] for name, cell in zip(names, cells, strict=True)})
    return Inputs((text,), encode_table(schema, frame), (None,))


def _cells(text: str) -> list[str]:
    return [cell.strip() for cell in text.split(",")]


def _is_infinite(cell: str) -> bool:
    return _all_numbers(cell) and math.isinf(float(cell))


def _all_numbers(text: str) -> bool:
    try:
        return all(isinstance(float(cell), float) for cell in _cells(text))
    except ValueError:
        return False


def _has_words(schema: TableSchema) -> bool:
    return any(column.categories for column in schema.columns)


def _like_a_path(text: str) -> bool:
    return "," not in text and ("/" in text or bool(Path(text).suffix))


def _numbered(path: Path, rows: Tensor) -> Inputs:
    return Inputs(tuple(f"{path}:{index}" for index in range(len(rows))), rows, (None,) * len(rows))


def _one(inputs: Inputs, index: int, name: str) -> Inputs:
    _require_index(index, len(inputs.labels), f"{name} has {len(inputs.labels)} rows")
    return Inputs((inputs.labels[index],), inputs.rows[index : index + 1], (None,))


def _require_index(index: int, n_rows: int, what: str) -> None:
    if index >= n_rows:
        raise DataError(f"{what}, so the index {index} is outside 0 to {n_rows - 1}: choose another")


def _actual(dataset: Dataset, row: int) -> str | float | None:
    if dataset.task == "classification":
        return dataset.class_names[int(dataset.targets[row])]
    return float(dataset.targets[row, 0]) if dataset.targets.shape[1] == 1 else None


def _array(path: Path) -> np.ndarray:
    arrays = load_arrays(path)
    name = next((name for name in _ARRAYS if name in arrays), None)
    if name is None:
        raise DataError(
            f"{path} has no array {' or '.join(_ARRAYS)}, but inputs are needed: rename or add it"
        )
    return arrays[name]


def join(parts: list[Inputs]) -> Inputs:
    """Inputs of several arguments as one.

    Args:
        parts: At least one, of the same model.
    """
    return Inputs(
        tuple(label for part in parts for label in part.labels),
        torch.cat([part.rows for part in parts]),
        tuple(value for part in parts for value in part.actual),
    )
