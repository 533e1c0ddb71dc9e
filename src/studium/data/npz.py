"""NumPy archives: arrays ``x`` and ``y``, and optionally an official test set and class names."""

from __future__ import annotations

import zlib
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.lib.npyio import NpzFile

from studium.data.arrays import dataset_from_arrays
from studium.data.dataset import Dataset, concatenate
from studium.data.interpretation import Interpretation
from studium.data.schema import Task
from studium.errors import DataError

_TRAINING = (("x", "y"), ("inputs", "targets"), ("x_train", "y_train"))
_TEST = ("x_test", "y_test")
_KEYS = {key for pair in (*_TRAINING, _TEST) for key in pair}
_CLASS_NAMES = "class_names"


def read_npz(path: Path, *, task: Task | None = None, like: Interpretation | None = None) -> Dataset:
    """A dataset from an ``.npz`` file.

    Args:
        path: The file. It holds ``x`` and ``y`` (or ``inputs`` and ``targets``, or ``x_train`` and
            ``y_train``), shapes as for :func:`~studium.data.arrays.dataset_from_arrays`; optionally
            ``x_test`` and ``y_test``, the official test set; optionally ``class_names``, text, the name of
            class 0, 1, ... A file with ``x_test`` and ``y_test`` alone is read as these.
        task: By default decided by the targets.
        like: An interpretation to follow.

    Raises:
        DataError: The file is damaged, holds objects or other arrays, or the arrays break a rule.
    """
    arrays = load_arrays(path)
    pair = next(pair for pair in (*_TRAINING, _TEST) if set(pair) & set(arrays))
    names = _class_names(arrays, path)
    training = _dataset(path, arrays, pair, task, names, like)
    if pair == _TEST or not set(_TEST) & set(arrays):
        return training
    return concatenate(training, _dataset(path, arrays, _TEST, None, (), training))


def _dataset(
    path: Path,
    arrays: dict[str, np.ndarray],
    pair: tuple[str, str],
    task: Task | None,
    class_names: tuple[str, ...],
    like: Interpretation | None,
) -> Dataset:
    for key in pair:
        if key not in arrays:
            raise DataError(
                f"{path} has {' and '.join(set(pair) - {key})} but no {key}, and each needs the other: add it"
            )
    x, y = (arrays[key] for key in pair)
    return dataset_from_arrays(
        x, y, name=path.stem, task=task, class_names=class_names, like=like, labels=pair, origin=str(path)
    )


def load_arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of an archive whose names Studium knows, at least one; nothing in the file is executed.

    Raises:
        DataError: The file is no readable archive of plain arrays, or holds none of the known names.
    """
    try:
        with path.open("rb") as file:
            return _known_arrays(np.load(file, allow_pickle=False), path)
    except (OSError, EOFError, ValueError, NotImplementedError, MemoryError, BadZipFile, zlib.error) as error:
        reason = str(error).strip().splitlines()[0].rstrip(".") if str(error) else type(error).__name__
        raise DataError(
            f"{path} is not a readable .npz file of plain arrays ({reason}): write it with numpy.savez"
        ) from error


def _known_arrays(archive: NpzFile | np.ndarray, path: Path) -> dict[str, np.ndarray]:
    if not isinstance(archive, NpzFile):
        raise DataError(f"{path} holds a single array, but x and y are needed: write both with numpy.savez")
    if not _KEYS & set(archive.files):
        held = ", ".join(archive.files) or "nothing"
        raise DataError(f"{path} holds {held}, but the arrays x and y are needed: rename or add them")
    return {key: archive[key] for key in archive.files if key in _KEYS | {_CLASS_NAMES}}


def _class_names(arrays: dict[str, np.ndarray], path: Path) -> tuple[str, ...]:
    names = arrays.get(_CLASS_NAMES)
    if names is None:
        return ()
    if names.ndim != 1 or names.dtype.kind != "U" or len(names) < 2 or len(set(names.tolist())) != len(names):
        raise DataError(
            f"{_CLASS_NAMES} of {path} has type {names.dtype} and shape {names.shape}, but it is a list of "
            "at least two different texts: correct it"
        )
    return tuple(str(name) for name in names)
