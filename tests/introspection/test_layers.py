from __future__ import annotations

import pytest
import torch

from studium.errors import SettingError, UnknownNameError
from studium.introspection.layers import find_layer, find_unit, layers_of
from studium.models import CNNSpec, ConvolutionSpec, MLPSpec, build, preset

CLASSES = ("T-shirt/top", "coat", "bag")


def test_every_preset_names_its_layers_in_order() -> None:
    names = {
        name: [layer.name for layer in layers_of(preset(name, (1, 28, 28), 10))]
        for name in ("net4", "fc", "cnn", "cnn_d")
    }
    cnn = ["conv1", "conv2", "conv3", "linear1", "linear2", "output"]
    assert names == {
        "net4": ["linear1", "linear2", "linear3", "linear4", "output"],
        "fc": ["linear1", "output"],
        "cnn": cnn,
        "cnn_d": cnn,
    }


@pytest.mark.parametrize("name", ["net3_d", "fc", "cnn", "cnn_d", "resnet"])
def test_paths_lead_to_modules_whose_outputs_have_the_stated_shapes(name: str) -> None:
    spec = preset(name, (1, 12, 10), 7)
    network = build(spec, seed=0).eval()
    seen: dict[str, tuple[int, ...]] = {}

    def note(path: str, output: torch.Tensor) -> None:
        seen[path] = tuple(output.shape[1:])

    for path, module in network.named_children():
        module.register_forward_hook(lambda _, __, output, path=path: note(path, output))
    network(torch.zeros(2, 1, 12, 10))
    for layer in layers_of(spec):
        assert seen[layer.module] == layer.output_shape
        assert layer.n_units == layer.output_shape[0]
        if layer.name == "output":
            assert (layer.activation, layer.activation_module) == (None, None)
            continue
        following = [
            path for path in list(seen)[list(seen).index(layer.module) + 1 :] if "batch_norm" not in path
        ]
        assert layer.activation_module == following[0]
        behind = network.get_submodule(layer.activation_module)
        assert type(behind).__name__.lower() == layer.activation


def test_pooling_is_not_part_of_the_convolution() -> None:
    spec = CNNSpec(
        input_shape=(1, 8, 8),
        n_outputs=2,
        convolutions=(ConvolutionSpec(channels=3, kernel=3, pool=2),),
        hidden=(),
    )
    assert [layer.output_shape for layer in layers_of(spec)] == [(3, 6, 6), (2,)]


def test_a_linear_model_has_its_output_only() -> None:
    assert [layer.name for layer in layers_of(MLPSpec(input_shape=(4,), n_outputs=2, hidden=()))] == [
        "output"
    ]


@pytest.mark.parametrize(
    ("wrong", "guess"),
    [("conv4", "conv"), ("liner1", "linear1"), ("outptu", "output"), ("activation1", "known")],
)
def test_an_unknown_layer_gets_a_guess(wrong: str, guess: str) -> None:
    with pytest.raises(UnknownNameError, match=f"there is no layer '{wrong}'.*{guess}.*linear2, output"):
        find_layer(preset("cnn", (1, 28, 28), 10), wrong)


def test_units_by_index_and_by_name() -> None:
    output = find_layer(MLPSpec(input_shape=(2,), n_outputs=3, hidden=(5,)), "output")
    assert [find_unit(output, unit, CLASSES) for unit in (0, 2, "1", "coat", "bag")] == [0, 2, 1, 1, 2]
    assert find_unit(output, "2", ("2", "0", "1")) == 0  # a name goes before an index
    assert find_unit(output, 2, ("2", "0", "1")) == 2


@pytest.mark.parametrize("unit", [5, -1, "5", "-1", "coat", "1.5", ""])
def test_a_unit_that_is_not_there_gets_the_range(unit: str | int) -> None:
    hidden = find_layer(MLPSpec(input_shape=(2,), n_outputs=3, hidden=(5,)), "linear1")
    with pytest.raises(
        SettingError, match=f"unit {unit!r} is not in layer 'linear1', whose units are 0 to 4: "
    ):
        find_unit(hidden, unit, CLASSES)


def test_an_unknown_class_gets_a_guess() -> None:
    output = find_layer(MLPSpec(input_shape=(2,), n_outputs=3, hidden=(5,)), "output")
    with pytest.raises(UnknownNameError, match="there is no class or target 'caot'; did you mean 'coat'"):
        find_unit(output, "caot", CLASSES)
    with pytest.raises(SettingError, match="unit 3 is not in layer 'output', whose units are 0 to 2"):
        find_unit(output, 3, CLASSES)
