from __future__ import annotations

import numpy as np
import pytest
import torch

from studium.errors import DataError, SettingError, UnknownNameError
from studium.introspection.activation_results import ActivationsView
from studium.introspection.activations import ActivationsInspector, inspect_activations
from tests.introspection.networks import image_model, pictures, small_cnn, table_model, two_columns
from tests.training.trained import curve, curve_model, digits, digits_model


def test_a_view_by_hand() -> None:
    view = inspect_activations(two_columns(), [8.0, -13.0], attributions=False)
    assert view.values == {"x1": 8.0, "x2": -13.0}
    hidden, output = view.layers
    assert (hidden.pre_activation.tolist(), hidden.activation.tolist(), hidden.function) == (
        [2.0, -2.0],
        [2.0, 0.0],
        "relu",
    )
    assert (output.name, output.activation.tolist(), output.function) == ("output", [2.0], None)
    assert (view.output.names, view.output.values, view.output.predicted) == (("y",), (7.0,), "")


def test_probabilities_are_those_of_the_model() -> None:
    view = inspect_activations(digits_model(), "3", survey=False, attributions=False)
    rows, _ = digits_model().rows_to_score(digits())
    row = int(rows[3])
    wanted = digits_model().predict(digits().inputs[row : row + 1])[0]
    assert view.output.values == pytest.approx(wanted.tolist(), abs=1e-6)
    assert view.output.predicted == digits_model().class_names[int(wanted.argmax())]
    assert view.actual == digits().class_names[int(digits().targets[row])]
    assert [layer.activation.shape for layer in view.layers[:3]] == [(16, 8, 8), (32, 4, 4), (64, 2, 2)]
    np.testing.assert_array_equal(view.pixels, digits().inputs[row])


def test_the_unit_of_interest() -> None:
    inspector = ActivationsInspector(digits_model())
    by_default = inspector.inspect("3", attributions=False).strongest
    assert by_default is not None
    view = inspector.inspect("3", layer="linear2", attributions=False)
    assert [layer.name for layer in view.layers] == [each.layer for each in view.survey] == ["linear2"]
    assert view.strongest is not None
    assert view.strongest.unit == int(view.layers[0].activation.argmax())
    assert view.strongest.activation == pytest.approx(float(view.layers[0].activation.max()))
    channel = inspector.inspect("3", layer="conv1", unit=4, attributions=False)
    assert channel.strongest is not None
    assert channel.strongest.activation == pytest.approx(float(channel.layers[0].activation[4].max()))
    whole = inspector.inspect("3", attributions=False)
    assert [layer.name for layer in whole.layers] == [
        "conv1",
        "conv2",
        "conv3",
        "linear1",
        "linear2",
        "output",
    ]
    assert (by_default.layer, by_default.unit_name) == ("output", whole.output.predicted)


def test_wrong_layers_units_and_classes() -> None:
    inspector = ActivationsInspector(digits_model())
    with pytest.raises(UnknownNameError, match="there is no layer 'conv4'; did you mean 'conv"):
        inspector.inspect("3", layer="conv4")
    with pytest.raises(SettingError, match="unit 16 is not in layer 'conv1', whose units are 0 to 15"):
        inspector.inspect("3", layer="conv1", unit=16)
    with pytest.raises(UnknownNameError, match="there is no class or target 'seven'"):
        inspector.inspect("3", unit="seven")


def test_a_network_that_overflows_says_where() -> None:
    model = table_model(
        (1,),
        {"linear1.weight": [[1e30]], "linear1.bias": [0.0], "output.weight": [[1.0]], "output.bias": [0.0]},
    )
    assert inspect_activations(model, 1e8, attributions=False).layers[0].activation[0] == np.float32(1e38)
    with pytest.raises(
        DataError,
        match="the input 1e\\+09 makes layer linear1 overflow the network's numbers",
    ):
        inspect_activations(model, 1e9)


def test_without_data_there_is_a_note_and_all_that_needs_none() -> None:
    model = image_model(small_cnn())
    pixels = pictures(model, 1).inputs[0]
    view = inspect_activations(model, pixels)
    assert view.survey == ()
    assert view.strongest is None
    assert view.attributions is not None
    (note,) = view.notes
    assert note.startswith(
        "without the data of the training (pictures is not built in) there are no strongest examples"
    )


def test_data_that_does_not_fit_is_refused() -> None:
    with pytest.raises(DataError, match="choose data like that of the training"):
        ActivationsInspector(digits_model(), curve())


def test_the_place_of_a_number() -> None:
    place = inspect_activations(curve_model(), "-8", survey=False, attributions=False).place
    assert place is not None
    assert (place.value, place.input_name, place.target_name) == (-8, "input", "label")
    assert place.x[0] < -8 < place.low < place.high < place.x[-1]
    wanted = curve_model().predict(torch.tensor(place.x[:, None], dtype=torch.float64))[:, 0]
    np.testing.assert_allclose(place.prediction, wanted, atol=1e-5)
    assert place.predicted == pytest.approx(
        float(curve_model().predict(torch.tensor([[-8.0]], dtype=torch.float64)))
    )
    assert inspect_activations(two_columns(), [1.0, 2.0], attributions=False).place is None


def test_the_same_survey_serves_several_inputs(monkeypatch: pytest.MonkeyPatch) -> None:
    from studium.introspection import activations

    inspector = ActivationsInspector(curve_model())
    first = inspector.inspect("1", attributions=False)
    monkeypatch.setattr(activations, "UnitSurvey", None)
    second = inspector.inspect("-1", attributions=False)
    assert first.survey == second.survey
    assert first.strongest is not None
    assert second.strongest is not None
    assert first.strongest.examples[0].row == second.strongest.examples[0].row


def test_views_survive_json() -> None:
    for view in (inspect_activations(digits_model(), "0:1"), inspect_activations(curve_model(), "-8")):
        text = view.model_dump_json()
        again = ActivationsView.model_validate_json(text)
        assert again.model_dump_json() == text
        if view.pixels is not None:
            assert again.pixels is not None
            assert again.pixels.dtype == np.uint8
