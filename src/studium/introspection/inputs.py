"""The input to look at: a value, a row, a test image by index or class, a picture file, or an array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from studium.data import Dataset, ImageSchema, TableSchema
from studium.data.idx import is_idx
from studium.errors import DataError, UnknownNameError
from studium.introspection.layers import find_name
from studium.introspection.model_data import ModelData
from studium.introspection.picture_input import picture_input
from studium.introspection.strongest import actual
from studium.introspection.training_range import remarks, training_range
from studium.training.model import Model
from studium.training.model_inputs import InputReader

Input = str | float | Sequence[float] | np.ndarray | Tensor
"""What can be looked at: text as on the command line, numbers of a table's row, or an array of the model's input shape."""


_ARRAYS = (".npz", ".csv", ".parquet")  # files whose content is not one picture


@dataclass(frozen=True, eq=False)
class ChosenInput:
    """One input.

    Attributes:
        label: What to call it.
        inputs: ``[1, F]`` float64 or ``[1, C, H, W]`` uint8.
        actual: The true class or value, where it is known.
        notes: What was done to it, and where it lies outside the training data, one sentence each.
    """

    label: str
    inputs: Tensor
    actual: str | float | None = None
    notes: tuple[str, ...] = ()


def choose_input(model: Model, chosen: Input, data: ModelData, *, offline: bool = False) -> ChosenInput:
    """The input of a description.

    Args:
        model: Which it is for.
        chosen: Numbers or an array as the model takes them; or text: for tables a number, or values separated by commas;
            for classes ``coat``, the first test row of the class, or ``coat:3``, its fourth; for pictures ``12``, a test row
            counted from 0, or a picture file; else as :class:`~studium.training.model_inputs.InputReader` reads it, one row
            of it.
        data: For test rows, and for the range of the training inputs.
        offline: Never touch the network for built-in data.

    Raises:
        DataError: It is none of these, not one row, not what the model takes, or outside the range of its numbers.
        UnknownNameError: It looks like the name of a class, and there is no such class.
        SettingError: It is a test row, and there is no data.
    """
    found = _read(model, chosen, data, offline) if isinstance(chosen, str) else _from_array(model, chosen)
    _require_in_float_range(model, found)
    if isinstance(model.schema, TableSchema):
        known = training_range(model, data.dataset)
        return ChosenInput(
            found.label, found.inputs, found.actual, (*found.notes, *remarks(model, found.inputs[0], known))
        )
    return found


def _read(model: Model, text: str, data: ModelData, offline: bool) -> ChosenInput:
    if _is_file(text):
        if isinstance(model.schema, ImageSchema) and not _holds_arrays(Path(text)):
            return _picture(model, Path(text))
        return _as_predict_reads(model, text, offline)
    if isinstance(model.schema, ImageSchema) and text.isdecimal():
        return _test_row(model, int(text), data)
    label = find_name(text, model.class_names)
    if label is not None:
        return _of_class(model, label, 0, data)
    name, _, index = text.rpartition(":")
    label = find_name(name, model.class_names) if index.isdecimal() else None
    if label is not None:
        return _of_class(model, label, int(index), data)
    if isinstance(model.schema, ImageSchema) and _like_a_name(text):
        raise UnknownNameError("class, picture file or test row", text, model.class_names)
    return _as_predict_reads(model, text, offline)


def _like_a_name(text: str) -> bool:
    return bool(text) and ":" not in text and not Path(text).suffix and not Path(text).exists()


def _is_file(text: str) -> bool:
    return bool(text) and Path(text).is_file()


def _holds_arrays(file: Path) -> bool:
    return file.suffix.lower() in _ARRAYS or is_idx(file)


def _picture(model: Model, file: Path) -> ChosenInput:
    pixels, done = picture_input(model, file)
    return ChosenInput(str(file), pixels, None, done)


def _as_predict_reads(model: Model, text: str, offline: bool) -> ChosenInput:
    inputs = InputReader(model, offline=offline).read(text)
    if len(inputs.labels) != 1:
        raise DataError(
            f"the input {text!r} has {len(inputs.labels)} rows, but one is looked at: choose a row, for example {text}:0"
        )
    return ChosenInput(inputs.labels[0], inputs.rows, inputs.actual[0])


def _test_row(model: Model, place: int, data: ModelData) -> ChosenInput:
    dataset = data.require(f"the input {place}, a test row,")
    rows, what = data.test_rows()
    if place >= len(rows):
        raise DataError(
            f"the input {place} is not among the {len(rows)} {what}s, counted from 0: choose one of 0 to {len(rows) - 1}"
        )
    notes: tuple[str, ...] = ()
    if str(place) in model.class_names:
        notes = (
            f"{place} was taken for a row, not for the class {place!r}: write {place}:0 for the first of the class",
        )
    return _row(dataset, int(rows[place]), f"{what} {place}", notes)


def _of_class(model: Model, label: int, number: int, data: ModelData) -> ChosenInput:
    name = model.class_names[label]
    dataset = data.require(f"the input {name!r}, a test row of a class,")
    rows, what = data.test_rows()
    of_class = np.flatnonzero(dataset.targets.numpy()[rows] == label)
    if number >= len(of_class):
        raise DataError(
            f"the input {name}:{number} is not among the {len(of_class)} {what}s of class {name!r}, counted from 0: choose "
            "a smaller number"
        )
    place = int(of_class[number])
    return _row(dataset, int(rows[place]), f"{what} {place}", ())


def _row(dataset: Dataset, row: int, label: str, notes: tuple[str, ...]) -> ChosenInput:
    return ChosenInput(label, dataset.inputs[row : row + 1], actual(dataset, row), notes)


def _from_array(model: Model, chosen: float | Sequence[float] | np.ndarray | Tensor) -> ChosenInput:
    is_table = isinstance(model.schema, TableSchema)
    values = torch.as_tensor(np.asarray(chosen))
    shape = model.spec.input_shape
    if is_table and values.ndim == 0:
        values = values[None]
    if tuple(values.shape) != shape:
        raise DataError(f"the input has shape {tuple(values.shape)}, but the model takes {shape}: reshape it")
    if not is_table and values.dtype != torch.uint8:
        raise DataError(
            f"the input has type {str(values.dtype).removeprefix('torch.')}, but pixels are uint8 from 0 to 255: convert it"
        )
    label = ", ".join(f"{value:g}" for value in values.tolist()[:4]) if is_table else "array"
    return ChosenInput(label, (values.double() if is_table else values)[None])


def _require_in_float_range(model: Model, found: ChosenInput) -> None:
    """After normalisation the numbers must fit the network's floating type."""
    dtype = getattr(torch, model.config.precision)
    prepared = model.normalisation.inputs(found.inputs, dtype)
    if not torch.isfinite(prepared).all():
        raise DataError(
            f"the input {found.label} is outside the range of the network's {model.config.precision} numbers, whose largest "
            f"is {torch.finfo(dtype).max:.2g}: give a smaller number"
        )
