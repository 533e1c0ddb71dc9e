"""Parameters of the structure give the spec that one would write by hand."""

from __future__ import annotations

from typing import Any

import pytest

from studium.errors import SettingError, UnknownNameError
from studium.models import CNNSpec, ConvolutionSpec, MLPSpec
from studium.studies.parameters import parameter
from studium.training import TrainConfig

MLP = MLPSpec(input_shape=(3,), n_outputs=2, hidden=(7, 5), dropout=(0.1, 0.3))
PLAIN = MLPSpec(input_shape=(3,), n_outputs=2, hidden=(7, 5))
FIRST = ConvolutionSpec(channels=4, kernel=3, padding=1)
SECOND = ConvolutionSpec(channels=6, kernel=2, stride=2)
CNN = CNNSpec(input_shape=(1, 16, 16), n_outputs=4, convolutions=(FIRST, SECOND), hidden=(9,))
CONFIG = TrainConfig()


def stage(old: ConvolutionSpec, **changes: Any) -> ConvolutionSpec:
    return ConvolutionSpec(**(old.model_dump() | changes))


@pytest.mark.parametrize(
    ("spec", "name", "value", "changes"),
    [
        (MLP, "layers", 1, {"hidden": (7,), "dropout": (0.1,)}),
        (MLP, "layers", 2, {}),
        (MLP, "layers", 4, {"hidden": (7, 5, 5, 5), "dropout": (0.1, 0.3, 0.3, 0.3)}),
        (PLAIN, "layers", 3, {"hidden": (7, 5, 5)}),
        (MLP, "units1", 11, {"hidden": (11, 5)}),
        (MLP, "units2", 11, {"hidden": (7, 11)}),
        (MLP, "dropout1", 0.25, {"dropout": (0.25, 0.3)}),
        (MLP, "dropout2", 0.25, {"dropout": (0.1, 0.25)}),
        (PLAIN, "dropout2", 0.25, {"dropout": (0.0, 0.25)}),
        (CNN, "units1", 11, {"hidden": (11,)}),
        (CNN, "convolutions", 1, {"convolutions": (FIRST,)}),
        (CNN, "convolutions", 4, {"convolutions": (FIRST, SECOND, SECOND, SECOND)}),
        (CNN, "channels1", 9, {"convolutions": (stage(FIRST, channels=9), SECOND)}),
        (CNN, "channels2", 9, {"convolutions": (FIRST, stage(SECOND, channels=9))}),
        (CNN, "kernel1", 5, {"convolutions": (stage(FIRST, kernel=5), SECOND)}),
        (CNN, "stride2", 3, {"convolutions": (FIRST, stage(SECOND, stride=3))}),
        (CNN, "padding2", 1, {"convolutions": (FIRST, stage(SECOND, padding=1))}),
        (CNN, "pool1", 2, {"convolutions": (stage(FIRST, pool=2), SECOND)}),
        (CNN, "residual1", 1, {"convolutions": (stage(FIRST, residual=1), SECOND)}),
        (
            CNN,
            "batch_norm",
            "yes",
            {"convolutions": (stage(FIRST, batch_norm=True), stage(SECOND, batch_norm=True))},
        ),
        (CNN, "batch_norm", "no", {}),
        (CNN, "global_average", "yes", {"global_average": True}),
    ],
)
def test_a_parameter_changes_its_part_of_the_network_and_nothing_else(
    spec: MLPSpec | CNNSpec, name: str, value: float | str, changes: dict[str, Any]
) -> None:
    changed, config = parameter(name).apply((spec, CONFIG), value)
    assert changed == type(spec)(
        **({field: getattr(spec, field) for field in type(spec).model_fields} | changes)
    )
    assert config == CONFIG


@pytest.mark.parametrize(
    ("spec", "name", "words"),
    [
        (MLP, "units3", "the model has 2 hidden layers and no hidden layer 3"),
        (CNN, "dropout2", "the model has 1 hidden layer and no hidden layer 2"),
        (CNN, "kernel3", "the model has 2 convolutions and no convolution 3"),
        (MLP, "kernel1", "the model has 0 convolutions and no convolution 1"),
        (MLP, "convolutions", "the model has no convolutions"),
        (MLP, "batch_norm", "the model has no convolutions"),
        (MLP, "global_average", "the model has no convolutions"),
    ],
)
def test_a_parameter_that_a_network_does_not_have_is_named(
    spec: MLPSpec | CNNSpec, name: str, words: str
) -> None:
    with pytest.raises(SettingError, match=words):
        parameter(name).apply((spec, CONFIG), 1)


@pytest.mark.parametrize(
    ("name", "meant"), [("unit1", "units1"), ("kernel", "kernel1"), ("convolution", "convolutions")]
)
def test_a_name_that_there_is_not_has_a_suggestion(name: str, meant: str) -> None:
    with pytest.raises(UnknownNameError, match=f"did you mean '{meant}'"):
        parameter(name)


@pytest.mark.parametrize("name", ["units0", "units", "units100", "units1x", "colour1"])
def test_layers_are_counted_from_one(name: str) -> None:
    with pytest.raises(UnknownNameError, match="there is no parameter"):
        parameter(name)
