"""The yardstick on the curve: scikit-learn's Gaussian process, on the same rows."""

from __future__ import annotations

import warnings

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, WhiteKernel

from studium.data import Dataset


def test_error(data: Dataset) -> float:
    """Mean squared error on the test rows of a process that is fitted to the training pool."""
    kernel = ConstantKernel() * RBF() + WhiteKernel()
    process = GaussianProcessRegressor(kernel, normalize_y=True, n_restarts_optimizer=10, random_state=0)
    inputs, targets = data.inputs.numpy(), data.targets.numpy()[:, 0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        process.fit(inputs[data.training_pool], targets[data.training_pool])
    assert data.test_rows is not None
    return float(np.mean((process.predict(inputs[data.test_rows]) - targets[data.test_rows]) ** 2))
