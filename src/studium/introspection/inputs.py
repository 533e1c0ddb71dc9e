"""The input to look at: a value, a row, a test image by index or class, a picture file, or an array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from studium.data import ImageSchema, TableSchema
from studium.data.idx import is_idx
from studium.errors import DataError, UnknownNameError
from studium.introspection.chosen_input import ChosenInput, row_at, row_of_class
from studium.introspection.layers import find_name
from studium.introspection.model_data import ModelData
from studium.introspection.picture_input import picture_input
from studium.introspection.training_range import remarks, training_range
from studium.training.model import Model
from studium.training.model_inputs import InputReader

Input = str | float | Sequence[float] | np.ndarray | Tensor
"""What can be looked at: text as on the command line, numbers of a table's row, or an array of the model's input shape."""


_ARRAYS = (".npz", ".csv", ".parquet")  # files whose content is not one picture


def choose_input(
    model: Model, chosen: Input | None, data: ModelData, *, offline: bool = False
) -> ChosenInput:
    """The input of a description.

    Args:
        model: Which it is for.
        chosen: Numbers or an array as the model takes them; or text: for tables a number, or values separated by commas;
            for classes ``coat``, the first test row of the class, or ``coat:3``, its fourth; for pictures ``12``, a test row
            counted from 0, or a picture file; else as :class:`~studium.training.model_inputs.InputReader` reads it, one row
            of it. ``None`` is the first test row.
        data: For test rows, and for the range of the training inputs.
        offline: Never touch the network for built-in data.

    Raises:
        DataError: It is none of these, not one row, not what the model takes, or outside the range of its numbers.
        UnknownNameError: It looks like the name of a class, and there is no such class.
        SettingError: It is a test row, and there is no data.
    """
    if chosen is None:
        found = row_at(0, data)
    else:
        found = _read(model, chosen, data, offline) if isinstance(chosen, str) else _from_array(model, chosen)
    _require_in_float_range(model, found)
    if isinstance(model.schema, TableSchema):
        known = training_range(model, data.dataset)
        return replace(found, notes=(*found.notes, *remarks(model, found.inputs[0], known)))
    return found


def _read(model: Model, text: str, data: ModelData, offline: bool) -> ChosenInput:
    if _is_file(text):
        if isinstance(model.schema, ImageSchema) and not _holds_arrays(Path(text)):
            return _picture(model, Path(text))
        return _as_predict_reads(model, text, offline)
    if isinstance(model.schema, ImageSchema) and text.isdecimal():
        return _noted(row_at(int(text), data), text, model)
    label = find_name(text, model.class_names)
    if label is not None:
        return row_of_class(model, label, 0, data)
    name, _, index = text.rpartition(":")
    label = find_name(name, model.class_names) if index.isdecimal() else None
    if label is not None:
        return row_of_class(model, label, int(index), data)
    if index.isdecimal() and data.dataset is not None and name == data.dataset.name:
        return row_at(int(index), data)
    if isinstance(model.schema, ImageSchema) and _like_a_name(text):
        raise UnknownNameError("class, picture file or test row", text, model.class_names)
    return _as_predict_reads(model, text, offline)


def _noted(found: ChosenInput, text: str, model: Model) -> ChosenInput:
    if text not in model.class_names:
        return found
    taken = (
        f"{text} was taken for a row, not for the class {text!r}: write {text}:0 for the first of the class"
    )
    return replace(found, notes=(taken,))


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
