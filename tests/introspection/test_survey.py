from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from studium.data import Column, Dataset, dataset_from_arrays
from studium.introspection.activations import ActivationsInspector
from studium.introspection.layers import layers_of
from studium.introspection.recording import record
from studium.introspection.survey import UnitSurvey, flatness, slope
from studium.training.model import Model
from tests.introspection.networks import image_model, pictures, small_cnn, table_model

Z = torch.linspace(-9, 9, 1801, dtype=torch.float64)


@pytest.mark.parametrize(
    ("function", "steepest", "flat"),
    [
        (nn.ReLU(), 1, Z <= 0),
        (nn.Tanh(), 1, 1 - Z.tanh() ** 2 < 0.01),
        (nn.Sigmoid(), 0.25, Z.sigmoid() * (1 - Z.sigmoid()) < 0.0025),
        (nn.ELU(), 1, (Z <= 0) & (Z.exp() < 0.01)),
        (nn.LeakyReLU(), 1, torch.zeros_like(Z, dtype=torch.bool)),
    ],
)
def test_flat_is_where_the_derivative_is_small(
    function: nn.Module, steepest: float, flat: torch.Tensor
) -> None:
    assert torch.equal(flatness(function, Z, steepest), flat)
    step = 1e-6
    numeric = (function(Z + step) - function(Z - step)) / (2 * step)
    away = Z.abs() > 1e-3
    torch.testing.assert_close(slope(function, Z)[away], numeric[away], atol=1e-6, rtol=1e-4)


def known_units() -> Model:
    """Units of relu(x + b): one always off, one always on, one on for x > 98.5 only, one for x > 90."""
    return table_model(
        (4,),
        {
            "linear1.weight": [[1.0]] * 4,
            "linear1.bias": [-1000.0, 1000.0, -98.5, -90.0],
            "output.weight": [[0.0, 0.0, 0.0, 1.0]],
            "output.bias": [0.0],
        },
    )


def one_to_hundred() -> Dataset:
    x = np.arange(100.0)[:, None]
    return dataset_from_arrays(x, x, name="hundred", like=known_units())


def test_dead_and_saturated_units_by_hand() -> None:
    survey = UnitSurvey(known_units(), one_to_hundred())
    layer = survey.layers["linear1"]
    assert (layer.n_units, layer.n_rows) == (4, 100)
    assert layer.dead_units == (0,)
    assert layer.saturated_units == (2,)  # off for 99 of 100; the last one for 91
    assert layer.flat_share == pytest.approx((100 + 0 + 99 + 91) / 400)
    output = survey.layers["output"]
    assert (output.dead_units, output.saturated_units, output.flat_share) == ((), (), None)
    np.testing.assert_allclose(survey.peaks["linear1"][:, 3], np.maximum(np.arange(100) - 90, 0))


@pytest.mark.parametrize("activation", ["relu", "tanh", "silu"])
def test_peaks_are_the_largest_over_all_positions_whatever_the_chunk(activation: str) -> None:
    model = image_model(small_cnn(activation))  # type: ignore[arg-type]
    data = pictures(model, 601)
    survey = UnitSurvey(model, data)
    heard = record(model.module(), layers_of(model.spec), data.inputs, model.normalisation)
    for layer in layers_of(model.spec):
        values = (
            heard[layer.name].activation.flatten(2)
            if layer.kind == "convolution"
            else heard[layer.name].activation[..., None]
        )
        np.testing.assert_allclose(survey.peaks[layer.name], values.amax(dim=2), atol=1e-5)
        dead = (values.amax(dim=(0, 2)) - values.amin(dim=(0, 2)) < 1e-7).nonzero().flatten().tolist()
        assert list(survey.layers[layer.name].dead_units) == dead


def test_strongest_examples_are_the_largest_and_the_input_is_ranked() -> None:
    view = ActivationsInspector(known_units(), one_to_hundred()).inspect(95.0, layer="linear1", unit=3)
    found = view.strongest
    assert found is not None
    assert [each.row for each in found.examples] == [99, 98, 97, 96, 95, 94, 93, 92]
    assert [each.activation for each in found.examples] == [9, 8, 7, 6, 5, 4, 3, 2]
    assert [each.values for each in found.examples[:2]] == [{"x": 99.0}, {"x": 98.0}]
    assert [each.actual for each in found.examples[:2]] == [99.0, 98.0]
    assert (found.activation, found.share_below, found.n_rows) == (5, 0.95, 100)
    assert found.quantity == "activation after relu"
    assert found.rows_are == "rows of hundred"


def test_of_pictures_the_pixels_come_along() -> None:
    model = image_model(small_cnn(), class_names=("a", "b", "c"))
    data = pictures(model, 30)
    found = (
        ActivationsInspector(model, data).inspect("b", unit="c", layer="output", attributions=False).strongest
    )
    assert found is not None
    logits = model.module()(model.normalisation.inputs(data.inputs))[:, 2].detach().numpy()
    order = np.argsort(-logits, kind="stable")[:8]
    assert [each.row for each in found.examples] == order.tolist()
    assert (found.unit_name, found.quantity) == ("c", "logit")
    for each in found.examples:
        np.testing.assert_array_equal(each.pixels, data.inputs[each.row])
        assert each.actual == "abc"[each.row % 3]


def test_predictions_of_a_regression_are_in_the_units_of_the_target() -> None:
    model = table_model(
        (),
        {"output.weight": [[1.0]], "output.bias": [0.0]},
        target=(100.0, 10.0),
        columns=(Column(name="x"),),
    )
    x = np.arange(20.0)[:, None]
    data = dataset_from_arrays(x, x, name="twenty", like=model)
    found = ActivationsInspector(model, data).inspect(2.0).strongest
    assert found is not None
    assert (found.activation, found.examples[0].activation, found.quantity) == (120, 290, "predicted y")


def test_large_data_is_looked_at_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    from studium.introspection import survey

    monkeypatch.setattr(survey, "_MOST_ROWS", 40)
    assert UnitSurvey(known_units(), one_to_hundred()).rows.tolist() == list(range(0, 100, 3))
