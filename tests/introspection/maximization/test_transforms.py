from __future__ import annotations

import numpy as np
import pytest
import scipy.ndimage
import torch

from studium.introspection.maximization.transforms import draws, moves, transform
from studium.introspection.maximization_settings import MaximizationSettings


def noise(height: int = 9, width: int = 7) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(1, 1, height, width, generator=generator, dtype=torch.float64)


def moved(image: torch.Tensor, *draw: float, **settings: float) -> np.ndarray:
    numbers = torch.tensor([draw], dtype=torch.float64)
    found = transform(image, numbers, MaximizationSettings.model_validate(settings))
    return found[0, 0].numpy()


@pytest.mark.parametrize(("draw", "shift"), [(0.0, -2), (0.5, 0), (0.79, 1), (0.999, 2)])
def test_jitter_moves_by_whole_pixels_and_repeats_the_edge(draw: float, shift: int) -> None:
    image = noise()
    plane = image[0, 0].numpy()
    down = plane[np.clip(np.arange(9) + shift, 0, 8)]
    right = plane[:, np.clip(np.arange(7) + shift, 0, 6)]
    np.testing.assert_allclose(moved(image, draw, 0.5, 0.5, 0.5, jitter=2), down, atol=1e-12)
    np.testing.assert_allclose(moved(image, 0.5, draw, 0.5, 0.5, jitter=2), right, atol=1e-12)


def test_every_shift_is_as_likely_as_any_other() -> None:
    image = torch.zeros(3000, 1, 5, 5, dtype=torch.float64)
    image[:, 0, 2, 2] = 1
    found = transform(image, draws(0, 3000), MaximizationSettings(jitter=1))
    shares = found.mean(dim=0)[0, 1:4, 1:4]
    np.testing.assert_allclose(shares.numpy(), 1 / 9, atol=0.025)


@pytest.mark.parametrize(("height", "width"), [(15, 15), (13, 21)])
def test_rotation_and_scaling_are_those_of_scipy(height: int, width: int) -> None:
    image = noise(height, width)
    draw, angle, size = (0.5, 0.5, 0.9, 0.2), 0.8 * np.radians(20), 1 - 0.6 * 0.3
    found = moved(image, *draw, rotation=20, scaling=0.3)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) / size  # row, column
    centre = np.array([(height - 1) / 2, (width - 1) / 2])
    plane = image[0, 0].numpy()
    expected = scipy.ndimage.affine_transform(
        plane, turn, offset=centre - turn @ centre, order=1, mode="nearest"
    )
    np.testing.assert_allclose(found, expected, atol=1e-9)


def test_nothing_moves_without_settings() -> None:
    assert not moves(MaximizationSettings(l2=1, fourier=True))
    assert all(moves(MaximizationSettings(**{name: 0.5})) for name in ("rotation", "scaling"))  # type: ignore[arg-type]
    np.testing.assert_allclose(moved(noise(), 0.1, 0.2, 0.3, 0.4), noise()[0, 0].numpy(), atol=1e-12)


def test_draws_are_even_and_their_own() -> None:
    assert torch.equal(draws(1, 5), draws(1, 5))
    assert not torch.equal(draws(1, 5), draws(2, 5))
    assert torch.equal(draws(1, 5), draws(1, 9)[:5])
