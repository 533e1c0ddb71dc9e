"""Handwritten digits: 1,797 pictures of 8x8 pixels that scikit-learn ships."""

from __future__ import annotations

import numpy as np

from studium.data.arrays import dataset_from_arrays
from studium.data.dataset import Dataset, concatenate

_BRIGHTEST = 16  # of the original pixels
_TEST_EVERY = 5


def load_digits() -> Dataset:
    """The digits, with pixels scaled from 0..16 to 0..255.

    The official test set is every fifth picture of each class, in the original order: a fixed, stratified
    fifth.

    Returns:
        Classification of ``[1797, 1, 8, 8]`` uint8 images; the test pictures are the last rows.
    """
    from sklearn import datasets  # here, because it is slow to import

    digits = datasets.load_digits()
    images = np.rint(digits.images * (255 / _BRIGHTEST)).astype(np.uint8)  # [N, 8, 8]
    test = _ranks(digits.target) % _TEST_EVERY == _TEST_EVERY - 1
    names = [str(name) for name in digits.target_names]
    training, held_out = (
        dataset_from_arrays(
            images[part],
            digits.target[part],
            name="digits",
            class_names=names,
            origin="scikit-learn's digits",
        )
        for part in (~test, test)
    )
    return concatenate(training, held_out)


def _ranks(labels: np.ndarray) -> np.ndarray:
    """How many earlier rows have the same label, ``[N]``."""
    return np.array([np.count_nonzero(labels[:row] == label) for row, label in enumerate(labels)])
