from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from studium.data import Column
from studium.errors import SettingError, UnknownNameError
from studium.introspection.layers import layers_of
from studium.introspection.model_data import ModelData
from studium.introspection.unit_responses import unit_responses
from studium.introspection.weight_arrays import WeightArrays
from studium.introspection.weight_results import WeightsView
from studium.introspection.weights import inspect_weights
from studium.models import MLPSpec, build, preset
from studium.training.model import Model
from tests.introspection.networks import (
    image_model,
    small_cnn,
    table_model,
    two_columns,
)
from tests.training.trained import curve, curve_model, digits, digits_model, trained


@pytest.mark.parametrize("network", ["net", "fc", "cnn"])
def test_initial_weights_are_those_that_the_training_began_with(network: str) -> None:
    data = curve() if network == "net" else digits()
    view = inspect_weights(trained(data, network, epochs=1, learning_rate=1e-12, optimizer="sgd"))
    for layer in view.layers:
        assert layer.change == pytest.approx(0, abs=1e-6)
        assert layer.trained.norm == pytest.approx(layer.initial.norm)
        assert layer.histogram.trained == layer.histogram.initial


def test_numbers_by_hand() -> None:
    first, output = inspect_weights(two_columns()).layers
    assert first.trained.norm == pytest.approx(np.sqrt(3))
    assert first.trained.bias_norm == 1
    assert first.trained.spectral_radius == pytest.approx(1)  # triangular: eigenvalues on the diagonal
    assert first.trained.largest_singular_value == pytest.approx(
        (1 + np.sqrt(5)) / 2
    )  # golden: [[1, -1], [0, 1]]
    assert output.trained.largest_singular_value == pytest.approx(np.sqrt(1.25))
    assert (output.trained.spectral_radius, first.receptive_field) == (None, None)


def test_change_and_histogram_against_numpy() -> None:
    model = digits_model()
    start = build(model.spec, model.training.seed).state_dict()
    for layer in inspect_weights(model).layers:
        new, old = (each[f"{layer.name}.weight"].numpy() for each in (model.weights, start))
        assert layer.change == pytest.approx(np.linalg.norm(new - old) / np.linalg.norm(old), rel=1e-5)
        edges = layer.histogram.edges.astype(float)
        assert edges[0] == pytest.approx(min(new.min(), old.min()))
        assert edges[-1] == pytest.approx(max(new.max(), old.max()))
        assert sum(layer.histogram.trained) == sum(layer.histogram.initial) == new.size
        inner = (new > edges[20]) & (new < edges[40])
        assert sum(layer.histogram.trained[20:40]) == pytest.approx(inner.sum(), abs=2)  # float32 edges


def test_constant_and_unused_units_are_found_in_every_kind_of_layer() -> None:
    weights = {name: tensor.clone() for name, tensor in build(small_cnn(), 0).state_dict().items()}
    weights["conv1.weight"][2] = 0
    weights["conv2.weight"][:, 3] = 1e-9
    places = weights["linear1.weight"].shape[1] // 5
    weights["linear1.weight"][:, places : 2 * places] = 0
    weights["linear1.weight"][4] = 0
    weights["output.weight"][:, 5] = 0
    found = {layer.name: layer for layer in inspect_weights(image_model(small_cnn(), weights)).layers}
    assert found["conv1"].constant_units == (2,)
    assert found["conv1"].unused_units == (3,)
    assert (found["conv2"].constant_units, found["conv2"].unused_units) == ((), (1,))
    assert (found["linear1"].constant_units, found["linear1"].unused_units) == ((4,), (5,))
    assert (found["output"].constant_units, found["output"].unused_units) == ((), ())


def test_images_are_the_weights() -> None:
    convolutional = digits_model()
    (kernels, *_) = inspect_weights(convolutional).images
    assert (kernels.layer, kernels.kind) == ("conv1", "kernel")
    np.testing.assert_array_equal(kernels.weights, convolutional.weights["conv1.weight"])
    assert kernels.largest == np.abs(kernels.weights).max()
    spec = MLPSpec(input_shape=(1, 4, 3), n_outputs=2, hidden=(5,))
    model = image_model(spec)
    (fields,) = inspect_weights(model).images
    assert (fields.layer, fields.kind, fields.units) == ("linear1", "receptive field", (0, 1, 2, 3, 4))
    np.testing.assert_array_equal(fields.weights.reshape(5, 12), model.weights["linear1.weight"])
    (one,) = inspect_weights(model, layer="linear1", unit=3).images
    np.testing.assert_array_equal(one.weights, fields.weights[3:4])
    assert one.largest == fields.largest  # the scale stays that of the layer


def test_a_unit_of_a_table_has_named_weights() -> None:
    model = two_columns()
    unit = inspect_weights(model, layer="linear1", unit=0).unit
    assert unit is not None
    assert (unit.incoming_names, unit.incoming.tolist(), unit.bias) == (("x1", "x2"), [1.0, -1.0], 0.0)
    assert unit.outgoing_norm == 1
    output = inspect_weights(model, layer="output", unit="Y").unit
    assert output is not None
    assert (output.name, output.incoming_names) == ("y", ("linear1 0", "linear1 1"))
    assert output.outgoing_norm is None


def test_names_behind_a_convolution_say_channel_and_place() -> None:
    unit = inspect_weights(image_model(small_cnn()), layer="linear1", unit=0).unit
    assert unit is not None
    assert len(unit.incoming_names) == len(unit.incoming)
    assert unit.incoming_names[:2] == ("conv2 0@0", "conv2 0@1")
    assert unit.incoming_names[-1].startswith("conv2 4@")


def test_what_is_not_there_gets_a_sentence() -> None:
    with pytest.raises(UnknownNameError, match="there is no layer 'conv1'; known: linear1, output"):
        inspect_weights(two_columns(), layer="conv1")
    with pytest.raises(
        SettingError, match="unit 1 was given without its layer: choose the layer, one of linear1, output"
    ):
        inspect_weights(two_columns(), unit=1)
    with pytest.raises(SettingError, match="unit 2 is not in layer 'linear1', whose units are 0 to 1"):
        inspect_weights(two_columns(), layer="linear1", unit=2)


@pytest.mark.parametrize("model", [curve_model, digits_model])
def test_a_view_survives_json(model: Callable[[], Model]) -> None:
    view = inspect_weights(model())
    text = view.model_dump_json()
    again = WeightsView.model_validate_json(text)
    assert again.model_dump_json() == text
    for old, new in zip(view.images, again.images, strict=True):
        assert old.weights.dtype == new.weights.dtype == np.float32
        np.testing.assert_array_equal(old.weights, new.weights)
        with pytest.raises(ValueError, match="read-only"):
            new.weights[0] = 0


def hinge_model() -> Model:
    """relu((x - 2) / 4 - 0.5) and its mirror; ``y = 10 + first``."""
    return table_model(
        (2,),
        {
            "linear1.weight": [[1.0], [-1.0]],
            "linear1.bias": [-0.5, -0.5],
            "output.weight": [[1.0, 0.0]],
            "output.bias": [0.0],
        },
        mean=(2.0,),
        std=(4.0,),
        target=(10.0, 1.0),
    )


def test_responses_are_hinges_where_they_should_be() -> None:
    view = inspect_weights(hinge_model())
    responses = view.responses
    assert responses is not None
    assert (responses.low, responses.high) == (-6, 10)  # without data: two deviations around the mean
    assert "two standard deviations" in responses.range_is
    assert (responses.x[0], responses.x[-1]) == (-14, 18)
    right, left = responses.activations[0]
    np.testing.assert_allclose(right, np.maximum((responses.x - 2) / 4 - 0.5, 0), atol=1e-5)
    np.testing.assert_allclose(left, np.maximum(-(responses.x - 2) / 4 - 0.5, 0), atol=1e-5)
    np.testing.assert_allclose(responses.prediction, 10 + right, atol=1e-5)


def test_the_range_is_that_of_the_training_rows() -> None:
    responses = inspect_weights(curve_model()).responses
    assert responses is not None
    inputs = curve().inputs[torch.from_numpy(curve().training_pool)]
    assert (responses.low, responses.high) == (float(inputs.min()), float(inputs.max()))
    assert responses.layers == ("linear1", "linear2")
    assert responses.range_is == "the range of the training rows"


def test_other_models_have_no_responses() -> None:
    for model in (two_columns(), digits_model(), _of_categories()):
        assert unit_responses(model, layers_of(model.spec), ModelData(model)) is None
    assert inspect_weights(curve_model(), layer="output").responses is None


def _of_categories() -> Model:
    column = Column(name="colour", categories=("blue", "red"))
    weights = {"output.weight": [[1.0, 2.0]], "output.bias": [0.0]}
    return table_model((), weights, columns=(column,), mean=(0.5, 0.5), std=(0.5, 0.5))


def test_a_float64_model_is_looked_into_too() -> None:
    model = digits_model()
    doubled = replace(
        model,
        config=model.config.model_copy(update={"precision": "float64"}),
        weights={name: tensor.double() for name, tensor in model.weights.items()},
    )
    assert inspect_weights(doubled).layers[0].trained.norm == pytest.approx(
        inspect_weights(model).layers[0].trained.norm
    )


def test_what_follows_a_residual_block_does_not_say_whether_a_unit_is_used() -> None:
    spec = preset("resnet", (1, 8, 8), 10)
    arrays = WeightArrays(spec, build(spec, seed=0).state_dict())
    conv1, conv2, conv3, output = layers_of(spec)
    assert arrays.outgoing(conv1) is not None
    assert [arrays.outgoing(layer) for layer in (conv2, conv3, output)] == [None, None, None]
    assert arrays.bias(conv1).tolist() == [0.0] * conv1.n_units
