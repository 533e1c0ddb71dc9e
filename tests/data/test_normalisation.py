import numpy as np
import pytest
import torch
from sklearn.preprocessing import StandardScaler

from studium.data import Dataset, dataset_from_arrays, fit_normalisation

RNG = np.random.default_rng(0)
ROWS = np.array([0, 3, 5, 6, 8, 11])


@pytest.fixture
def table() -> Dataset:
    x = RNG.normal(1e6, 3, (12, 4))
    return dataset_from_arrays(x, RNG.normal(-50, 1e-3, (12, 2)))


def test_tables_as_scikit_learn_scales_them(table: Dataset) -> None:
    normalisation = fit_normalisation(table, ROWS)
    inputs, targets = StandardScaler().fit(table.inputs[ROWS]), StandardScaler().fit(table.targets[ROWS])
    scaled = normalisation.inputs(table.inputs, torch.float64)
    np.testing.assert_allclose(scaled, inputs.transform(table.inputs), atol=1e-9)
    np.testing.assert_allclose(
        normalisation.targets(table.targets, torch.float64), targets.transform(table.targets), atol=1e-9
    )
    np.testing.assert_allclose(scaled[ROWS].mean(dim=0), np.zeros(4), atol=1e-9)


def test_predictions_are_in_the_units_of_the_targets(table: Dataset) -> None:
    normalisation = fit_normalisation(table, ROWS)
    back = normalisation.predictions(normalisation.targets(table.targets, torch.float64))
    np.testing.assert_allclose(back, table.targets, rtol=1e-12)


def test_other_rows_do_not_matter(table: Dataset) -> None:
    before = fit_normalisation(table, ROWS)
    table.inputs[1] = 1e9
    after = fit_normalisation(table, ROWS)
    assert torch.equal(before.input_mean, after.input_mean)
    assert torch.equal(before.input_std, after.input_std)


@pytest.mark.parametrize("channels", [1, 3])
def test_images_as_numpy_scales_them(channels: int) -> None:
    pixels = RNG.integers(0, 256, (12, channels, 5, 6), dtype=np.uint8)
    images = dataset_from_arrays(pixels, np.arange(12) % 2)
    normalisation = fit_normalisation(images, ROWS)
    scaled = pixels[ROWS] / 255
    mean, std = (moment(scaled, axis=(0, 2, 3), keepdims=True)[0] for moment in (np.mean, np.std))
    np.testing.assert_allclose(normalisation.input_mean, mean, rtol=1e-12)
    np.testing.assert_allclose(normalisation.input_std, std, rtol=1e-12)
    np.testing.assert_allclose(normalisation.inputs(images.inputs), (pixels / 255 - mean) / std, atol=1e-5)
    assert torch.equal(normalisation.targets(images.targets), images.targets)
    assert normalisation.target_mean.shape == (0,)


def test_what_is_constant_on_the_training_rows_becomes_zero(table: Dataset) -> None:
    table.inputs[ROWS, 2] = 7.0
    normalisation = fit_normalisation(table, ROWS)
    assert torch.equal(normalisation.inputs(table.inputs)[ROWS, 2], torch.zeros(len(ROWS)))
    blank = dataset_from_arrays(np.full((4, 5, 6), 9, np.uint8), np.arange(4) % 2)
    assert fit_normalisation(blank, np.arange(4)).inputs(blank.inputs).abs().max() < 1e-6
