"""A chosen input, and those that are rows of a test set."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from studium.data import Dataset
from studium.errors import DataError
from studium.introspection.model_data import ModelData
from studium.introspection.strongest import actual
from studium.training.model import Model


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


def row_at(place: int, data: ModelData) -> ChosenInput:
    """One of the rows that the model is judged by.

    Args:
        place: Counted from 0.
        data: The data.

    Raises:
        DataError: There are fewer rows.
        SettingError: There is no data.
    """
    dataset = data.require("a test row")
    rows, what = data.test_rows()
    if place >= len(rows):
        raise DataError(
            f"the input {place} is not among the {len(rows)} {what}s, counted from 0: choose one of 0 to {len(rows) - 1}"
        )
    return _row(dataset, int(rows[place]), f"{what} {place}")


def row_of_class(model: Model, label: int, number: int, data: ModelData) -> ChosenInput:
    """One of the rows of a class that the model is judged by.

    Args:
        model: A classifier.
        label: Index of the class.
        number: Which of its rows, counted from 0.
        data: The data.

    Raises:
        DataError: There are fewer rows.
        SettingError: There is no data.
    """
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
    return _row(dataset, int(rows[place]), f"{what} {place}")


def _row(dataset: Dataset, row: int, label: str) -> ChosenInput:
    return ChosenInput(label, dataset.inputs[row : row + 1], actual(dataset, row))
