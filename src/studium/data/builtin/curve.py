"""The one-dimensional data: a curve with two bumps, and no training points just where the bumps are."""

from __future__ import annotations

import numpy as np
import torch

from studium.data.dataset import Dataset
from studium.data.schema import Column, TableSchema
from studium.errors import SettingError
from studium.seeding import numpy_stream

TRAINING_NOISE = 0.5
"""Standard deviation of the noise in the training labels."""

TEST_NOISE = 0.1
"""Standard deviation of the noise in the test labels."""

RANGE = (-5.0, 5.0)
"""Where x lies."""

GAPS = ((-3.0, -1.0), (1.7, 3.1))
"""Where there is no training point."""


def curve_function(x: np.ndarray) -> np.ndarray:
    """The noise-free curve, ``2.5 exp(-((x + 2) / 1.2)^2 / 2) - 2.5 exp(-(x - 2.4)^2 / 2)``.

    Its bumps, one up and one down, are wider than the gaps in the training points, so their flanks can be
    seen and a smooth model can largely reconstruct them.

    Args:
        x: Any shape, any real numbers.

    Returns:
        Same shape, in [-2.5, 2.5].

    Example:
        >>> curve_function(np.array([-8.0, -2.0, 2.4])).round(3)
        array([ 0.   ,  2.5  , -2.497])
    """
    return 2.5 * np.exp(-(((x + 2.0) / 1.2) ** 2) / 2) - 2.5 * np.exp(-((x - 2.4) ** 2) / 2)


def make_curve(seed: int = 0, n_train: int = 100, n_test: int = 100) -> Dataset:
    """Noisy training points outside the gaps, and much less noisy test points everywhere.

    Args:
        seed: Seed of positions and noise.
        n_train: Number of training points, one at random in each of as many equal parts of the range
            without the gaps; at least 2.
        n_test: Number of test points, evenly spaced over the range; at least 2.

    Returns:
        Regression from ``input`` to ``label``; the test points, the last rows, are the official test set.

    Raises:
        SettingError: A number of points is below 2.
    """
    for name, count in (("n_train", n_train), ("n_test", n_test)):
        if count < 2:
            raise SettingError(f"{name} is {count}, but a curve needs at least 2 points: choose more")
    stream = numpy_stream(seed, "curve")
    share = (np.arange(n_train) + stream.random(n_train)) / n_train
    x = np.concatenate([_outside_gaps(share), np.linspace(*RANGE, n_test)])
    noise = np.repeat([TRAINING_NOISE, TEST_NOISE], [n_train, n_test])
    y = curve_function(x) + noise * stream.standard_normal(n_train + n_test)
    return Dataset(
        name="curve",
        task="regression",
        inputs=torch.from_numpy(x[:, None]),
        targets=torch.from_numpy(y[:, None]),
        schema=TableSchema(columns=(Column(name="input"),)),
        target_names=("label",),
        test_rows=np.arange(n_train, n_train + n_test),
        origin=f"generated with seed {seed}",
    )


def _outside_gaps(share: np.ndarray) -> np.ndarray:
    """Shares in [0, 1) of the total length outside the gaps, as positions."""
    edges = np.array([RANGE[0], *(edge for gap in GAPS for edge in gap), RANGE[1]])
    starts, lengths = edges[::2], edges[1::2] - edges[::2]  # of the pieces between the gaps
    travelled = np.concatenate([[0.0], np.cumsum(lengths)])
    distance = share * travelled[-1]
    piece = np.searchsorted(travelled[1:-1], distance, side="right")
    positions: np.ndarray = starts[piece] + (distance - travelled[piece])
    return positions
