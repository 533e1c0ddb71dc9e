"""How much a layer can stretch an input: singular values and eigenvalues of the linear map that it is."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import torch
from scipy.linalg import eigvalsh
from scipy.sparse.linalg import LinearOperator, svds
from torch.nn import functional
from torch.nn.grad import conv2d_input

from studium.environment import torch_threads
from studium.seeding import numpy_stream

Map = Callable[[np.ndarray], np.ndarray]

_DENSE = 600  # up to this many inputs or outputs the whole matrix is cheap
_FEW = 8


def largest_singular_value(weight: np.ndarray) -> float:
    """Of a linear layer: the spectral norm of its matrix.

    Args:
        weight: ``[outputs, inputs]``.

    Example:
        >>> round(largest_singular_value(np.array([[3.0, 0.0], [0.0, -4.0]])), 6)
        4.0
    """
    if min(weight.shape) <= _DENSE:
        return _by_products(weight.astype(np.float64))
    return _largest(_operator(weight.shape, lambda x: weight @ x, lambda y: weight.T @ y))


def convolution_norm(
    weight: np.ndarray, input_shape: tuple[int, int, int], stride: int, padding: int
) -> float:
    """Of a convolution: the largest singular value of the linear map from an input image to all its outputs.

    Exact for this size, padding and stride, unlike the norm of the reshaped kernels or a bound for circular images (Sedghi,
    Gupta and Long 2019, "The singular values of convolutional layers"); found by Lanczos bidiagonalisation with the
    convolution and its adjoint.

    Args:
        weight: ``[channels, input channels, kernel, kernel]``.
        input_shape: ``(C, H, W)`` of its input.
        stride: In pixels.
        padding: In pixels.
    """
    with torch_threads(1):  # the products are too small to share
        return _convolution_norm(weight, input_shape, stride, padding)


def _convolution_norm(
    weight: np.ndarray, input_shape: tuple[int, int, int], stride: int, padding: int
) -> float:
    kernel = torch.from_numpy(weight.astype(np.float64))
    batch = (1, *input_shape)
    with torch.no_grad():
        output = functional.conv2d(torch.zeros(batch, dtype=torch.float64), kernel, None, stride, padding)

    def forward(x: np.ndarray) -> np.ndarray:
        image = torch.from_numpy(np.ascontiguousarray(x)).reshape(batch)
        return functional.conv2d(image, kernel, None, stride, padding).numpy().ravel()

    def adjoint(y: np.ndarray) -> np.ndarray:
        maps = torch.from_numpy(np.ascontiguousarray(y)).reshape(output.shape)
        image: torch.Tensor = conv2d_input(list(batch), kernel, maps, stride, padding)  # type: ignore[no-untyped-call]
        flat: np.ndarray = image.numpy().ravel()
        return flat

    return _largest(_operator((output.numel(), int(np.prod(input_shape))), forward, adjoint))


def spectral_radius(weight: np.ndarray) -> float | None:
    """Largest absolute eigenvalue of a square matrix; ``None`` for any other, and for one too large to be worth it.

    Example:
        >>> round(spectral_radius(np.array([[0.0, 1.0], [-4.0, 0.0]])), 9), spectral_radius(np.ones((2, 3)))
        (2.0, None)
    """
    if weight.ndim != 2 or weight.shape[0] != weight.shape[1] or len(weight) > 4 * _DENSE:
        return None
    return float(np.abs(np.linalg.eigvals(weight.astype(np.float64))).max())


def _by_products(matrix: np.ndarray) -> float:
    """Root of the largest eigenvalue of the smaller product of the matrix with itself."""
    n_rows, n_columns = matrix.shape
    products = matrix @ matrix.T if n_rows <= n_columns else matrix.T @ matrix
    last = len(products) - 1
    return math.sqrt(max(0.0, float(eigvalsh(products, subset_by_index=[last, last])[0])))


def _operator(shape: tuple[int, ...], forward: Map, adjoint: Map) -> LinearOperator:
    return LinearOperator(shape, matvec=forward, rmatvec=adjoint, dtype=np.float64)


def _largest(operator: LinearOperator) -> float:
    if min(operator.shape) <= _FEW:  # too small for Lanczos
        return float(np.linalg.norm(operator @ np.eye(operator.shape[1]), 2))
    start = numpy_stream(0, "spectrum").normal(size=min(operator.shape))
    return float(svds(operator, k=1, v0=start, tol=1e-6, return_singular_vectors=False)[0])
