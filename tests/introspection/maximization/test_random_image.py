from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from studium.introspection.maximization import random_image
from studium.introspection.maximization.reference import falling_spectrum
from tests.introspection.maximization.known import random_state


@given(st.integers(0, 2**40), st.floats(0, 1), st.floats(0, 10))
def test_noise_stays_inside_the_range(seed: int, mean: float, contrast: float) -> None:
    image = random_image((2, 5, 4), seed, mean=mean, contrast=contrast)
    assert image.shape == (2, 5, 4)
    assert 0.02 <= image.min() <= image.max() <= 0.98


def test_equal_seeds_give_equal_images_and_nothing_global_is_drawn() -> None:
    before = random_state()
    first, again, other = (random_image((1, 6, 6), seed) for seed in (3, 3, 4))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert before == random_state()


def test_noise_has_the_mean_and_contrast_asked_for() -> None:
    image = random_image((1, 200, 200), mean=0.4, contrast=0.05)
    assert float(image.mean()) == pytest.approx(0.4, abs=0.002)
    assert float(image.std()) == pytest.approx(0.05, rel=0.02)


def test_a_spectrum_shapes_the_noise() -> None:
    shape = (1, 64, 64)
    spectrum = falling_spectrum(shape)
    power = sum(
        torch.fft.rfft2(random_image(shape, seed, contrast=0.02, spectrum=spectrum) - 0.5).abs().square()
        for seed in range(40)
    )
    assert isinstance(power, torch.Tensor)
    slow, fast = power[0, 2, 0], power[0, 16, 0]  # frequencies 2 and 16: 1/f has 8**2 times the power
    assert float(slow / fast) == pytest.approx(64, rel=0.6)
