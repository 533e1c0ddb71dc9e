from __future__ import annotations

import random

import numpy as np
import pytest
import torch

from studium.data import Column
from studium.introspection.activation_results import Attribution, Attributions
from studium.introspection.activations import attribute
from studium.introspection.attribution import attribute_unit, unit_of
from studium.introspection.layers import find_layer
from studium.training.model import Model
from tests.introspection.networks import floats, image_model, pictures, small_cnn, table_model, two_columns
from tests.training.trained import curve_model, digits_model


def method(found: Attributions, name: str) -> Attribution:
    return next(each for each in found.methods if each.method == name)


def linear_model() -> Model:
    """``y = 3 + 2 * (4 * (x1 - 10) / 2 - (x2 + 1) / 4)``."""
    weights = {"output.weight": [[4.0, -1.0]], "output.bias": [0.0]}
    columns = (Column(name="x1"), Column(name="x2"))
    return table_model((), weights, columns=columns, mean=(10.0, -1.0), std=(2.0, 4.0), target=(3.0, 2.0))


def test_a_linear_model_by_hand() -> None:
    found = attribute(linear_model(), [11.0, 3.0])
    assert (found.value, found.reference_value, found.explained) == (5, 3, "predicted y")
    assert method(found, "gradient").values == pytest.approx([4.0, -0.5])  # per unit of the column
    for name in ("integrated gradients", "occlusion"):
        assert method(found, name).values == pytest.approx([4.0 * 1, -0.5 * 4], abs=1e-5)
        assert method(found, name).names == ("x1", "x2")
        assert method(found, name).reference == "the mean of the training rows"


def test_a_category_is_one_column() -> None:
    columns = (Column(name="colour", categories=("blue", "red")), Column(name="size"))
    weights = {"output.weight": [[1.0, 3.0, 5.0]], "output.bias": [0.0]}
    model = table_model((), weights, columns=columns, mean=(0.5, 0.5, 0.0), std=(0.5, 0.5, 1.0))
    found = attribute(model, [0.0, 1.0, 2.0])
    wanted = [-1.0 + 3.0, 10.0]  # from the mean to red, and from 0 to 2
    for name in ("integrated gradients", "occlusion"):
        assert method(found, name).names == ("colour", "size")
        assert method(found, name).values == pytest.approx(wanted, abs=1e-5)
    assert method(found, "gradient").names == ("colour=blue", "colour=red", "size")
    assert method(found, "gradient").values == pytest.approx([2.0, 6.0, 5.0])


@pytest.mark.parametrize("activation", ["relu", "tanh", "silu"])
@pytest.mark.parametrize(("layer", "unit"), [("output", 2), ("linear1", 1), ("conv2", 3), ("conv1", 0)])
def test_integrated_gradients_are_complete(activation: str, layer: str, unit: int) -> None:
    model = image_model(small_cnn(activation), mean=0.3, std=0.2)  # type: ignore[arg-type]
    data = pictures(model, 4)
    found = attribute_unit(model, data.inputs[:1], find_layer(model.spec, layer), unit)
    integrated = method(found, "integrated gradients")
    difference = found.value - found.reference_value
    assert abs(difference) > 1e-3
    assert integrated.sum == pytest.approx(difference, rel=0.01)
    assert integrated.error == pytest.approx(integrated.sum - difference)
    assert integrated.values.sum() == pytest.approx(integrated.sum, rel=1e-4)


def test_the_gradient_is_that_of_finite_differences() -> None:
    model = image_model(small_cnn("tanh"), mean=0.3, std=0.2)
    inputs = pictures(model, 1).inputs
    found = attribute_unit(model, inputs, find_layer(model.spec, "output"), 1)
    target = unit_of(model.module().double(), find_layer(model.spec, "output"), 1)
    normalised = model.normalisation.inputs(inputs, torch.float64)
    for row, column in ((0, 0), (5, 4), (10, 8)):
        step = torch.zeros_like(normalised)
        step[0, 0, row, column] = 1e-5 / 0.2  # 1e-5 of the whole range of a pixel
        with torch.no_grad():
            slope = float((target(normalised + step) - target(normalised - step)) / 2e-5)
        assert method(found, "gradient").values[0, row, column] == pytest.approx(slope, rel=1e-4, abs=1e-7)


def test_occlusion_measures_what_a_square_is_worth() -> None:
    """A unit that sums two pixels: a square that holds one of them is worth that pixel, over all squares that hold it."""
    weight = np.zeros((2, 1, 14, 14))
    weight[0, 0, 3, 3], weight[0, 0, 10, 11] = 2.0, -1.0
    from studium.models import MLPSpec

    spec = MLPSpec(input_shape=(1, 14, 14), n_outputs=2, hidden=())
    model = image_model(spec, {"output.weight": weight.reshape(2, -1), "output.bias": [0.0, 0.0]})
    pixels = torch.full((1, 1, 14, 14), 255, dtype=torch.uint8)
    values = method(attribute_unit(model, pixels, find_layer(spec, "output"), 0), "occlusion").values[0]
    # squares of 2x2 at each pixel: those around (3, 3) are worth 2, those around (10, 11) are worth -1
    assert values[3, 3] == pytest.approx(2.0, abs=1e-5)
    assert values[10, 11] == pytest.approx(-1.0, abs=1e-5)
    assert values[6, 6] == values[3, 6] == 0
    assert (values[2:5, 2:5] > 0).all()


def test_the_reference_is_the_background_of_the_data() -> None:
    for mean, colour, grey in ((0.2, "black", 0.0), (0.8, "white", 1.0)):
        model = image_model(small_cnn(), mean=mean, std=0.25)
        found = attribute_unit(model, pictures(model, 1).inputs, find_layer(model.spec, "output"), 0)
        assert method(found, "integrated gradients").reference == colour
        empty = torch.full((1, 1, 11, 9), (grey - mean) / 0.25)
        with torch.no_grad():
            assert found.reference_value == pytest.approx(float(model.module()(empty)[0, 0]), abs=1e-5)


def test_the_default_is_the_unit_that_fires_most() -> None:
    found = attribute(digits_model(), "7:0")
    probabilities = digits_model().predict(_first_seven())
    assert found.unit == int(probabilities.argmax())
    assert found.explained == f"logit of class {digits_model().class_names[found.unit]}"
    named = attribute(digits_model(), "7:0", unit="4")
    assert (named.unit, named.unit_name) == (4, "4")


def _first_seven() -> torch.Tensor:
    from tests.training.trained import digits

    rows, _ = digits_model().rows_to_score(digits())
    row = next(row for row in rows if digits().targets[row] == 7)
    return digits().inputs[int(row) : int(row) + 1]


def test_a_hidden_unit_by_hand() -> None:
    found = attribute(two_columns(), [14.0, 3.0], layer="linear1", unit=0)
    assert (found.value, found.explained) == (1.0, "pre-activation of unit 0 of linear1")
    assert method(found, "integrated gradients").values == pytest.approx([2.0, -1.0], abs=1e-6)
    assert method(found, "gradient").values == pytest.approx([0.5, -0.25])


def test_network_and_random_state_are_left_as_they_were() -> None:
    model = image_model(small_cnn())
    network = model.module().double()
    torch.manual_seed(3)
    before = (torch.get_rng_state(), np.random.get_state()[1].tolist(), random.getstate())  # type: ignore[index]
    weights = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    layer = find_layer(model.spec, "conv2")
    inputs = torch.zeros(2, 1, 11, 9, dtype=torch.float64, requires_grad=True)
    torch.autograd.grad(unit_of(network, layer, 1)(inputs).sum(), inputs)
    attribute_unit(model, pictures(model, 1).inputs, layer, 1)
    attribute(curve_model(), 1.0)
    assert torch.equal(before[0], torch.get_rng_state())
    assert np.random.get_state()[1].tolist() == before[1]  # type: ignore[index]
    assert random.getstate() == before[2]
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, weights[name])
    for module in network.modules():
        hooks = (module._forward_hooks, module._forward_pre_hooks, module._backward_hooks)
        assert not any(hooks)
        assert not module.training
    assert all(parameter.grad is None and parameter.requires_grad for parameter in network.parameters())
    assert torch.is_grad_enabled()


def test_one_column_has_a_slope() -> None:
    model = curve_model()
    slope = method(attribute(model, 1.0), "gradient").values[0]
    around = model.predict(floats([[1.0 - 1e-3], [1.0 + 1e-3]]))[:, 0]
    assert slope == pytest.approx(float(around[1] - around[0]) / 2e-3, rel=1e-2)
