from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from studium.introspection.maximization.penalties import similarity, squared_distance, total_variation

IMAGES = arrays(np.float64, (3, 2, 4, 5), elements=st.floats(-3, 3))


@given(IMAGES, arrays(np.float64, (2, 4, 5), elements=st.floats(-3, 3)))
def test_squared_distance_is_the_mean_square(images: np.ndarray, mean: np.ndarray) -> None:
    found = squared_distance(torch.from_numpy(images), torch.from_numpy(mean)).numpy()
    np.testing.assert_allclose(found, ((images - mean) ** 2).reshape(3, -1).mean(axis=1))


@given(IMAGES)
def test_total_variation_is_the_mean_length_of_forward_differences(images: np.ndarray) -> None:
    found = total_variation(torch.from_numpy(images)).numpy()
    for image, value in zip(images, found, strict=True):
        lengths = [
            math.hypot(channel[r + 1, c] - channel[r, c], channel[r, c + 1] - channel[r, c])
            for channel in image
            for r in range(3)
            for c in range(4)
        ]
        assert value == pytest.approx(np.mean(lengths), abs=1.001e-3)  # smoothed around 0


def test_total_variation_of_a_flat_image_has_a_gradient() -> None:
    image = torch.zeros(1, 1, 3, 3, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(total_variation(image).sum(), image)
    assert torch.isfinite(gradient).all()


def test_a_single_line_of_pixels_has_no_variation() -> None:
    assert total_variation(torch.ones(2, 1, 1, 5)).tolist() == [0, 0]


def test_similarity_is_the_mean_cosine_to_the_others_of_the_same_unit() -> None:
    features = torch.tensor([[1.0, 0], [0, 2], [3, 0], [1, 1], [1, 1], [5, 5]], dtype=torch.float64)
    found = similarity(features, n_starts=3).tolist()
    assert found == pytest.approx([0.5, 0, 0.5, 1, 1, 1])
