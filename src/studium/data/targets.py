"""From raw target values to a task and a tensor: numbers to predict, or classes to tell apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from studium.data.checks import Place, require_finite, require_varied
from studium.data.interpretation import Interpretation
from studium.data.schema import Task
from studium.errors import DataError, SettingError, UnknownNameError

MOST_INTEGER_CLASSES = 20
"""Integers with more different values than this are taken for numbers, not classes."""

LEAST_ROWS_PER_CLASS = 5
"""Integers with fewer rows than this for each different value, on average, are taken for numbers."""


@dataclass(frozen=True, eq=False)
class Targets:
    """Targets, and what they mean.

    Attributes:
        task: ``"regression"`` or ``"classification"``.
        values: ``[N, T]`` float64 for regression, ``[N]`` int64 class indices for classification.
        class_names: Name of each class, numbers in numerical order, words in alphabetical; empty for
            regression.
    """

    task: Task
    values: Tensor
    class_names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class RawTargets:
    """Target values as they were read.

    Attributes:
        values: ``[N]`` or ``[N, T]``; text, bool, integer or floating.
        names: Name of each of the T columns.
        origin: The file, in words.
        place: Where a value stands.
    """

    values: np.ndarray
    names: tuple[str, ...]
    origin: str
    place: Place


def check_task(task: str | None) -> Task | None:
    """The task that was asked for.

    Raises:
        UnknownNameError: There is no such task.
    """
    known: dict[str, Task] = {"regression": "regression", "classification": "classification"}
    if task is not None and task not in known:
        raise UnknownNameError("task", task, known)
    return None if task is None else known[task]


def task_of(values: np.ndarray) -> Task:
    """The task that target values suggest.

    Text and booleans are classes. Integers are classes when they have at most 20 different values and, on
    average, at least 5 rows for each. All other numbers are a regression.

    Args:
        values: ``[N]`` or ``[N, T]``; several columns are a regression.

    Example:
        >>> task_of(np.array(["cat", "dog"])), task_of(np.array([0, 1] * 5)), task_of(np.array([0.5, 1.5]))
        ('classification', 'classification', 'regression')
        >>> task_of(np.arange(100))
        'regression'
    """
    if values.ndim > 1:
        return "regression"
    if values.dtype.kind not in "iuf":
        return "classification"
    if values.dtype.kind == "f":
        return "regression"
    distinct = len(np.unique(values))
    few = distinct <= MOST_INTEGER_CLASSES and len(values) >= LEAST_ROWS_PER_CLASS * distinct
    return "classification" if few else "regression"


def called_by_integers(names: tuple[str, ...]) -> bool:
    """Whether all classes are called by integers; an integer is a name then, and not a position."""
    return all(name.removeprefix("-").isdecimal() for name in names)


def make_targets(
    raw: RawTargets,
    task: Task | None = None,
    *,
    class_names: Sequence[str] = (),
    like: Interpretation | None = None,
) -> Targets:
    """Targets as tensors.

    Args:
        raw: As they were read.
        task: What they are for; by default what :func:`task_of` says.
        class_names: Names of the classes, when the file gives them.
        like: An interpretation to follow: its task and its classes.

    Raises:
        DataError: A value is not finite, not a number, outside the classes; all values are equal.
        SettingError: ``task`` is not the one of ``like``.
    """
    if like is not None and task not in (None, like.task):
        raise SettingError(f"the task is {task!r}, but it is {like.task} for this schema: leave the task out")
    known = tuple(class_names) if like is None else like.class_names
    chosen = like.task if like is not None else task or ("classification" if known else task_of(raw.values))
    if chosen == "regression":
        return Targets("regression", _numbers(raw, like))
    return _classes(raw, known)


def _numbers(raw: RawTargets, like: Interpretation | None) -> Tensor:
    if raw.values.dtype.kind not in "iufb":
        raise DataError(
            f"{raw.place(0, 0)} is {str(raw.values.flat[0])!r}, but the target of a regression is a number: "
            "choose another target or the task classification"
        )
    values = raw.values.astype(np.float64).reshape(len(raw.values), -1)  # [N, T]
    require_finite(values, raw.place)
    if like is None:
        require_varied(values, raw.names, "target column", raw.origin)
    elif values.shape[1] != len(like.target_names):
        raise DataError(
            f"{raw.origin} has {values.shape[1]} targets a row, but {len(like.target_names)} are needed: "
            "give as many as in the training data"
        )
    return torch.from_numpy(values)


def _classes(raw: RawTargets, known: tuple[str, ...]) -> Targets:
    if raw.values.ndim > 1:
        raise DataError(
            f"{raw.origin} has {raw.values.shape[1]} targets a row, but a classification has one: "
            "give one column of classes or choose the task regression"
        )
    labels, index = np.unique(_labels(raw), return_inverse=True)  # [K], [N]
    names = tuple(str(label) for label in labels)
    if known:
        index = _known_indices(raw, labels, known, index)[index]
        return Targets("classification", torch.from_numpy(index), known)
    _require_classes(names, len(index), raw)
    return Targets("classification", torch.from_numpy(index.astype(np.int64)), names)


def _labels(raw: RawTargets) -> np.ndarray:
    values = raw.values
    if values.dtype.kind == "b":
        return np.where(values, "true", "false")
    if values.dtype.kind != "f":
        return values
    require_finite(values[:, None], raw.place)
    fractional = values != np.floor(values)
    if fractional.any():
        row = int(fractional.argmax())
        raise DataError(
            f"{raw.place(row, 0)} is {values[row]}, but a class is a word or a whole number: choose the task "
            "regression"
        )
    return values.astype(np.int64)


def _known_indices(
    raw: RawTargets, labels: np.ndarray, known: tuple[str, ...], index: np.ndarray
) -> np.ndarray:
    # Integers stand for positions, unless the classes are themselves called by integers.
    positions = labels.dtype.kind in "iu" and not called_by_integers(known)
    names = tuple(str(position) for position in range(len(known))) if positions else known
    lookup = {name: position for position, name in enumerate(names)}
    found = np.array([lookup.get(str(label), -1) for label in labels], dtype=np.int64)  # [K]
    if (found < 0).any():
        row = int((found[index] < 0).argmax())
        known_names = f"0 to {len(known) - 1}" if positions else ", ".join(known)
        raise DataError(
            f"{raw.place(row, 0)} is {str(labels[index[row]])!r}, which is outside the classes "
            f"{known_names}: correct it or leave the row out"
        )
    return found


def _require_classes(names: tuple[str, ...], n_rows: int, raw: RawTargets) -> None:
    if len(names) < 2:
        raise DataError(
            f"{raw.origin} has one class, {names[0]!r}, but a classification needs at least two: "
            "add rows of another class or choose another target"
        )
    if len(names) > MOST_INTEGER_CLASSES and len(names) > n_rows / 2:
        raise DataError(
            f"the target {raw.names[0]!r} of {raw.origin} has {len(names)} different values in {n_rows} "
            "rows, but each class needs several rows: choose another target or the task regression"
        )
