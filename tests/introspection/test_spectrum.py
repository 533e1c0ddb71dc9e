from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from studium.introspection import spectrum
from studium.introspection.spectrum import convolution_norm, largest_singular_value, spectral_radius


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (7, 1), (20, 30), (64, 64)])
def test_linear_layers(shape: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    weight = np.random.default_rng(0).normal(size=shape)
    wanted = np.linalg.svd(weight, compute_uv=False)[0]
    assert largest_singular_value(weight) == pytest.approx(wanted, rel=1e-6)
    monkeypatch.setattr(spectrum, "_DENSE", 0)  # as for layers of thousands of units
    assert largest_singular_value(weight) == pytest.approx(wanted, rel=1e-6)


@pytest.mark.parametrize(
    ("channels", "kernel", "stride", "padding", "sides"),
    [
        (4, 3, 1, 1, (7, 6)),
        (3, 2, 2, 0, (7, 6)),
        (5, 5, 3, 2, (9, 9)),
        (1, 3, 1, 0, (3, 3)),
        (2, 1, 1, 0, (4, 4)),
    ],
)
def test_convolutions_against_the_whole_matrix(
    channels: int, kernel: int, stride: int, padding: int, sides: tuple[int, int]
) -> None:
    weight = np.random.default_rng(1).normal(size=(channels, 2, kernel, kernel))
    inputs = torch.eye(2 * sides[0] * sides[1], dtype=torch.float64).reshape(-1, 2, *sides)
    matrix = functional.conv2d(inputs, torch.from_numpy(weight), None, stride, padding).flatten(1).numpy()
    wanted = np.linalg.svd(matrix, compute_uv=False)[0]
    assert convolution_norm(weight, (2, *sides), stride, padding) == pytest.approx(wanted, rel=1e-5)


def test_a_kernel_without_a_sum_is_no_trap() -> None:
    weight = np.array([[[[1.0, -1.0]] * 2]])  # orthogonal to a constant image
    assert convolution_norm(weight, (1, 12, 12), 1, 0) > 3.9  # 4 for an endless checked image of columns


def test_spectral_radius_is_not_the_singular_value() -> None:
    nilpotent = np.array([[0.0, 5.0], [0.0, 0.0]])
    assert (spectral_radius(nilpotent), largest_singular_value(nilpotent)) == (0.0, 5.0)
    turn = 3 * np.array([[np.cos(1), -np.sin(1)], [np.sin(1), np.cos(1)]])
    assert spectral_radius(turn) == pytest.approx(3)
    assert spectral_radius(np.zeros((2, 3))) is None
    assert spectral_radius(np.zeros((2, 2, 3, 3))) is None
