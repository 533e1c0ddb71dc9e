"""Where the training inputs lie, and whether an input lies among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from studium.data import Dataset, TableSchema
from studium.training.model import Model

_WIDE = 8  # times the median distance of neighbours: what counts as a gap
_FAR = 2.0  # standard deviations from the mean, where the rows are not at hand


@dataclass(frozen=True, eq=False)
class TrainingRange:
    """Smallest and largest training value of each column.

    Attributes:
        low: ``[F]`` float64.
        high: Likewise.
        what: What these numbers are, in words.
        values: Sorted training values of the only column; ``None`` where there are several, or the rows are not at hand.
        exact: Whether the rows are at hand.
    """

    low: np.ndarray
    high: np.ndarray
    what: str
    values: np.ndarray | None
    exact: bool


def training_range(model: Model, data: Dataset | None) -> TrainingRange:
    """The range of a table model's training inputs.

    Args:
        model: Trained on a table.
        data: What it was trained on; without it, the range is two standard deviations around the mean.
    """
    if data is None:
        mean, std = model.normalisation.input_mean.numpy(), model.normalisation.input_std.numpy()
        what = "two standard deviations around the training mean, the data not being at hand"
        return TrainingRange(mean - _FAR * std, mean + _FAR * std, what, None, exact=False)
    rows = training_rows(model, data)
    inputs = data.inputs.numpy()[rows]
    of = "training rows" if model.was_trained_on(data) else f"rows of {data.name}"
    return TrainingRange(
        inputs.min(axis=0),
        inputs.max(axis=0),
        f"the range of the {of}",
        np.sort(inputs[:, 0]) if inputs.shape[1] == 1 else None,
        exact=True,
    )


def training_rows(model: Model, data: Dataset) -> np.ndarray:
    """Rows that were not kept for testing: those that the model was trained and validated on, ``[N]``."""
    rows = data.training_pool
    if model.test_rows is not None and model.was_trained_on(data):
        rows = np.setdiff1d(rows, model.test_rows)
    return rows


def remarks(model: Model, row: Tensor, known: TrainingRange) -> tuple[str, ...]:
    """What must be said of an input that does not lie among the training inputs.

    Args:
        model: Trained on a table.
        row: One input, ``[F]``.
        known: Its training range.

    Returns:
        A sentence for each column outside its range; for an only column also one where it lies in a gap. Empty when all is
        well.
    """
    assert isinstance(model.schema, TableSchema)
    values = row.numpy()
    outside = [
        f"{name} = {value:g} is outside {low:.4g} to {high:.4g}, {known.what}: the network extrapolates there"
        for name, value, low, high in zip(
            model.schema.feature_names, values, known.low, known.high, strict=True
        )
        if not low <= value <= high
    ]
    if outside or known.values is None:
        return tuple(outside)
    gap = gap_around(known.values, float(values[0]))
    if gap is None:
        return ()
    name = model.schema.feature_names[0]
    return (
        f"{name} = {values[0]:g} lies in a gap of the training rows, which have none between {gap[0]:.4g} and "
        f"{gap[1]:.4g}: the network interpolates there",
    )


def gap_around(values: np.ndarray, value: float) -> tuple[float, float] | None:
    """The two neighbours of a value, when they are unusually far apart.

    Args:
        values: Sorted, ``[N]``.
        value: Between the smallest and the largest.

    Returns:
        ``None`` when the neighbours are no more than eight times the median distance of all neighbours apart.

    Example:
        >>> gap_around(np.array([0.0, 1.0, 2.0, 3.0, 20.0, 21.0]), 10.0)
        (3.0, 20.0)
    """
    place = int(np.searchsorted(values, value))
    if place in (0, len(values)) or values[place] == value:
        return None
    low, high = float(values[place - 1]), float(values[place])
    return (low, high) if high - low > _WIDE * float(np.median(np.diff(values))) else None
