"""Maximization of tables: the row that makes a unit fire, in the units of the data."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import polars as pl
import pytest
import torch

from studium.data import Dataset, open_dataset
from studium.introspection.maximization import MaximizationSettings, default_settings, maximize
from studium.models import MLPSpec, initial_weights
from studium.training.model import Model
from tests.training.trained import blobs_model, curve, trained


@cache
def curve_net() -> Model:
    return trained(curve(), "net", epochs=300)


def grid_of(model: Model, low: float, high: float) -> tuple[np.ndarray, np.ndarray]:
    x = torch.linspace(low, high, 20_001, dtype=torch.float64)[:, None]
    return x[:, 0].numpy(), model.predict(x)[:, 0].numpy()


def test_the_best_x_is_that_of_a_fine_grid() -> None:
    model = curve_net()
    rows = curve().inputs[torch.from_numpy(curve().training_pool)]
    x, y = grid_of(model, float(rows.min()), float(rows.max()))
    found = maximize(model).units[0]
    assert found.best.input.values["input"] == pytest.approx(x[y.argmax()], abs=0.01)
    assert found.best.activation == pytest.approx(y.max(), abs=1e-4)  # in the target's units
    assert found.name == "label"


def test_the_best_x_of_a_hidden_unit_is_at_the_end_of_the_range_and_reaches_it() -> None:
    model = curve_net()
    rows = curve().inputs[torch.from_numpy(curve().training_pool)]
    weights = model.weights["linear1.weight"][:, 0]
    found = maximize(model, "linear1")
    for unit in found.units:
        end = rows.max() if weights[unit.unit] > 0 else rows.min()
        assert unit.best.input.values["input"] == pytest.approx(float(end), rel=1e-9)
    assert found.quantity == "pre-activation"


def test_without_data_columns_reach_three_standard_deviations() -> None:
    model = replace(curve_net(), data=curve_net().data.model_copy(update={"name": "gone"}))
    mean, std = (float(each) for each in (model.normalisation.input_mean, model.normalisation.input_std))
    found = maximize(model, "linear1")
    assert found.ranges == {"input": pytest.approx((mean - 3 * std, mean + 3 * std))}
    assert "3 standard deviations" in found.reference
    assert found.units[0].real is None


@pytest.fixture
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """A number and a category; the target grows with the number and is largest for green."""
    path = tmp_path_factory.mktemp("mixed") / "mixed.csv"
    stream = np.random.default_rng(0)
    size = stream.uniform(2, 7, 90)
    colour = np.array(["blue", "green", "red"])[np.arange(90) % 3]
    frame = pl.DataFrame({"size": size, "colour": colour, "price": size + 5 * (colour == "green")})
    frame.write_csv(path)
    return open_dataset(path)


def known_mixed(data: Dataset) -> Model:
    """A linear model of normalised inputs: grows with the size, prefers green to red to blue."""
    spec = MLPSpec(input_shape=(4,), n_outputs=1, hidden=())
    weights = initial_weights(spec, 0) | {
        "output.weight": torch.tensor([[1.0, -1.0, 2.0, 0.5]]),
        "output.bias": torch.zeros(1),
    }
    return replace(trained(data, "net"), spec=spec, weights=weights)


def test_a_row_has_one_whole_category_and_its_activation_is_the_prediction(mixed: Dataset) -> None:
    model = known_mixed(mixed)
    assert model.test_rows is not None
    unit = maximize(model, data=mixed).units[0]
    training = mixed.inputs[torch.from_numpy(np.setdiff1d(mixed.training_pool, model.test_rows))]
    assert unit.best.input.values == {"size": pytest.approx(float(training[:, 0].max())), "colour": "green"}
    row = torch.tensor([[training[:, 0].max(), 0.0, 1.0, 0.0]], dtype=torch.float64)
    assert unit.best.activation == pytest.approx(float(model.predict(row)[0, 0]), rel=1e-6)
    assert unit.real is not None
    assert unit.real.strongest[0].input.values["colour"] == "green"


def test_rows_have_several_starts_and_equal_seeds_give_equal_rows() -> None:
    settings = default_settings(blobs_model().schema)
    assert settings.seeds == 16
    first, again = (maximize(blobs_model(), settings=settings) for _ in range(2))
    assert first == again
    assert len(first.units[0].inputs) == 16


def test_two_classes_pull_rows_apart() -> None:
    low, high = maximize(blobs_model(), settings=MaximizationSettings(seeds=4)).units
    assert (low.name, high.name) == ("high", "low") or (low.name, high.name) == ("low", "high")
    by_name = {
        unit.name: np.array(list(unit.best.input.values.values()), dtype=float) for unit in (low, high)
    }
    assert (by_name["high"] > by_name["low"]).all()
