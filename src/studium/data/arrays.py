"""Datasets from NumPy arrays: a matrix is a table, a stack of pictures is images."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from studium.data.checks import Place, require_finite, require_rows, require_varied
from studium.data.dataset import Dataset
from studium.data.interpretation import Interpretation, require_images, require_table
from studium.data.schema import Column, ImageSchema, Schema, TableSchema, Task
from studium.data.targets import RawTargets, make_targets
from studium.errors import DataError

_CHANNELS = (1, 3)  # grey and RGB: what tells a channel axis from a spatial one


def dataset_from_arrays(
    x: np.ndarray,
    y: np.ndarray,
    *,
    name: str = "arrays",
    task: Task | None = None,
    class_names: Sequence[str] = (),
    like: Interpretation | None = None,
    labels: tuple[str, str] = ("x", "y"),
    origin: str = "memory",
) -> Dataset:
    """A dataset from arrays.

    Args:
        x: ``[N]`` or ``[N, F]`` numbers (features are called ``f0``, ``f1``, ...), or images: ``[N, H, W]``,
            ``[N, C, H, W]`` or ``[N, H, W, C]`` with 1 or 3 channels, integers in [0, 255].
        y: ``[N]`` classes or numbers, ``[N, T]`` numbers.
        name: What to call the dataset.
        task: By default decided by the targets, see :func:`~studium.data.targets.task_of`; integers that
            belong to images are always classes.
        class_names: Names of the classes 0, 1, ... when ``y`` holds their indices.
        like: An interpretation to follow; its schema and classes are used and nothing is inferred.
        labels: What the two arrays are called in messages.
        origin: Where they came from, in words.

    Raises:
        DataError: The arrays are no such data; the first value that is wrong is named.

    Example:
        >>> data = dataset_from_arrays(np.array([[1.0, 5.0], [2.0, 6.0]]), np.array(["no", "yes"]))
        >>> data.task, data.class_names, data.schema.feature_names
        ('classification', ('no', 'yes'), ('f0', 'f1'))
    """
    require_rows(len(x) if x.ndim else 0, origin, least=2 if like is None else 1)
    if y.ndim == 0 or len(x) != len(y):
        raise DataError(
            f"{origin} has {len(x)} rows of {labels[0]} and {len(y) if y.ndim else 0} of {labels[1]}, "
            "but each input needs its target: give both the same length"
        )
    inputs, schema = array_inputs(x, like=like, label=labels[0], origin=origin)
    if task is None and like is None and isinstance(schema, ImageSchema) and y.dtype.kind in "iu":
        task = "classification"
    raw = _raw_targets(y, like, labels[1], origin)
    targets = make_targets(raw, task, class_names=class_names, like=like)
    return Dataset(
        name=name,
        task=targets.task,
        inputs=inputs,
        targets=targets.values,
        schema=schema,
        class_names=targets.class_names,
        target_names=raw.names,
        origin=origin,
    )


def array_inputs(
    x: np.ndarray, *, like: Interpretation | None = None, label: str = "x", origin: str = "memory"
) -> tuple[Tensor, Schema]:
    """Inputs of an array.

    Args:
        x: As for :func:`dataset_from_arrays`.
        like: An interpretation to follow.
        label: What the array is called in messages.
        origin: The file, in words.

    Returns:
        ``[N, F]`` float64 or ``[N, C, H, W]`` uint8, and the schema.

    Raises:
        DataError: The array is neither a table nor images, or not what ``like`` says.
    """
    if x.dtype.kind not in "biuf":
        raise DataError(f"{label} of {origin} has type {x.dtype}, but inputs are numbers: convert them")
    if x.ndim in (3, 4):
        return _images(x, like, f"{label} of {origin}")
    if x.ndim in (1, 2):
        return _table(x.reshape(len(x), -1).astype(np.float64), like, label, origin)
    raise DataError(
        f"{label} of {origin} has shape {x.shape}, but a table is [N, F] and images are [N, H, W] or [N, C, "
        "H, W]: reshape it"
    )


def _raw_targets(y: np.ndarray, like: Interpretation | None, label: str, origin: str) -> RawTargets:
    if y.dtype.kind not in "biufU" or y.ndim > 2:
        raise DataError(
            f"{label} of {origin} has type {y.dtype} and shape {y.shape}, but targets are numbers or words, "
            "[N] or [N, T]: convert them"
        )
    y = y[:, 0] if y.ndim == 2 and y.shape[1] == 1 else y
    if y.ndim == 2 and y.dtype.kind in "biu" and (y.sum(axis=1) == 1).all() and y.min() >= 0:
        raise DataError(
            f"{label} of {origin} is one-hot, but a class is one value a row: give its argmax over the "
            "columns"
        )
    count = 1 if y.ndim == 1 else y.shape[1]
    names = ("target",) if count == 1 else tuple(f"target{column}" for column in range(count))
    if like is not None and len(like.target_names) == count:
        names = like.target_names
    return RawTargets(y, names, origin, _place(label, origin, y.ndim))


def _table(x: np.ndarray, like: Interpretation | None, label: str, origin: str) -> tuple[Tensor, Schema]:
    require_finite(x, _place(label, origin, 2))
    if like is not None:
        schema = require_table(like, origin)
        if schema.input_shape != (x.shape[1],):
            raise DataError(
                f"{label} of {origin} has {x.shape[1]} columns, but {schema.input_shape[0]} are needed: "
                "give the columns of the training data"
            )
        return torch.from_numpy(x), schema
    if x.shape[1] == 0:
        raise DataError(f"{label} of {origin} has no columns, but at least one feature is needed: add one")
    names = [f"f{column}" for column in range(x.shape[1])]
    require_varied(x, names, "column", f"{label} in {origin}")
    return torch.from_numpy(x), TableSchema(columns=tuple(Column(name=name) for name in names))


def _images(x: np.ndarray, like: Interpretation | None, what: str) -> tuple[Tensor, Schema]:
    pixels = _channels_first(_bytes(x, what), what)
    _, channels, height, width = pixels.shape
    schema = ImageSchema(channels=channels, height=height, width=width)
    if like is not None and (needed := require_images(like, what)) != schema:
        raise DataError(
            f"{what} has images {channels}x{height}x{width} (channels x height x width), but "
            f"{needed.channels}x{needed.height}x{needed.width} are needed: resize or convert them"
        )
    return torch.from_numpy(pixels), schema


def _bytes(x: np.ndarray, what: str) -> np.ndarray:
    if 0 in x.shape:
        raise DataError(f"{what} has shape {x.shape}, but a picture has at least one pixel: give pictures")
    if x.dtype == np.uint8:
        return x
    if x.dtype.kind not in "iu" or x.min() < 0 or x.max() > 255:
        raise DataError(
            f"{what} has pixels of type {x.dtype} from {x.min()} to {x.max()}, but pixels are integers from "
            "0 to 255: scale and round them, and convert to uint8"
        )
    return x.astype(np.uint8)


def _channels_first(x: np.ndarray, what: str) -> np.ndarray:
    if x.ndim == 3:
        x = x[:, None]  # [N, 1, H, W]
    elif x.shape[1] in _CHANNELS:
        pass
    elif x.shape[3] in _CHANNELS:
        x = x.transpose(0, 3, 1, 2)  # [N, H, W, C] -> [N, C, H, W]
    else:
        raise DataError(
            f"{what} has shape {x.shape}, but neither its second nor its last axis is 1 or 3 channels: "
            "arrange it as [N, C, H, W]"
        )
    return np.array(x, order="C")  # a copy of one's own: torch needs writable memory


def _place(label: str, origin: str, ndim: int) -> Place:
    def place(row: int, column: int) -> str:
        index = f"{row}, {column}" if ndim > 1 else f"{row}"
        return f"{label}[{index}] of {origin}"

    return place
