"""Shape arithmetic against the networks that PyTorch really builds."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional

from studium.errors import InvalidStructureError, SettingError, UnknownNameError
from studium.models import (
    CNNSpec,
    ConvolutionSpec,
    MLPSpec,
    build,
    invalid_reason,
    layers,
    n_parameters,
    preset,
)

convolutions = st.builds(
    ConvolutionSpec,
    channels=st.integers(1, 5),
    kernel=st.integers(1, 6),
    stride=st.integers(1, 4),
    padding=st.integers(0, 2),
    pool=st.integers(1, 3),
    batch_norm=st.booleans(),
    residual=st.integers(0, 2),
)
networks = st.one_of(
    st.builds(
        MLPSpec,
        input_shape=st.one_of(st.tuples(st.integers(1, 6)), st.tuples(st.just(2), st.just(3), st.just(4))),
        n_outputs=st.integers(1, 4),
        hidden=st.lists(st.integers(1, 9), max_size=4).map(tuple),
    ),
    st.builds(
        CNNSpec,
        input_shape=st.tuples(st.integers(1, 3), st.integers(4, 14), st.integers(4, 14)),
        n_outputs=st.integers(1, 4),
        hidden=st.lists(st.integers(1, 9), max_size=2).map(tuple),
        convolutions=st.lists(convolutions, min_size=1, max_size=3).map(tuple),
        global_average=st.booleans(),
    ),
)


class Around(nn.Module):
    """A network whose input is added to its output, before the activation."""

    def __init__(self, network: nn.Sequential) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return functional.relu(x + self.network(x))


def naive(spec: MLPSpec | CNNSpec) -> nn.Sequential:
    """The same network written by hand with lazy layers, so that no arithmetic of ours is in it."""
    parts: list[nn.Module] = []
    for stage in spec.convolutions if isinstance(spec, CNNSpec) else ():
        biased = not stage.batch_norm
        parts.append(nn.LazyConv2d(stage.channels, stage.kernel, stage.stride, stage.padding, bias=biased))
        if stage.batch_norm:
            parts.append(nn.LazyBatchNorm2d())
        parts.append(nn.ReLU())
        if stage.pool > 1:
            parts.append(nn.MaxPool2d(stage.pool))
        for _ in range(stage.residual):
            inner: list[nn.Module] = []
            for rest in ([nn.ReLU()], []):
                inner.append(nn.LazyConv2d(stage.channels, 3, padding=1, bias=biased))
                inner += [nn.LazyBatchNorm2d(), *rest] if stage.batch_norm else rest
            parts.append(Around(nn.Sequential(*inner)))
    if isinstance(spec, CNNSpec) and spec.global_average:
        parts.append(nn.AdaptiveAvgPool2d((1, 1)))
    parts.append(nn.Flatten())
    for width in spec.hidden:
        parts += [nn.LazyLinear(width), nn.ReLU()]
    return nn.Sequential(*parts, nn.LazyLinear(spec.n_outputs))


@settings(max_examples=150, deadline=None)
@given(networks)
def test_shapes_parameters_and_validity_equal_pytorchs(spec: MLPSpec | CNNSpec) -> None:
    network = naive(spec)
    image = torch.zeros(2, *spec.input_shape)
    try:
        shapes = []
        for module in network:
            image = module(image)
            shapes.append(tuple(image.shape[1:]))
    except RuntimeError:
        assert invalid_reason(spec) is not None
        with pytest.raises(InvalidStructureError):
            build(spec)
        return
    assert invalid_reason(spec) is None
    ours = [layer.output_shape for layer in layers(spec)]
    if len(spec.input_shape) == 1:
        shapes = shapes[1:]  # nothing is flattened there
    assert ours == shapes
    assert n_parameters(spec) == sum(each.numel() for each in network.parameters())
    assert build(spec, 0)(torch.zeros(2, *spec.input_shape)).shape == (2, spec.n_outputs)


@settings(max_examples=25, deadline=None)
@given(networks.filter(lambda spec: invalid_reason(spec) is None), st.integers(0, 9))
def test_outputs_and_running_statistics_equal_pytorchs(spec: MLPSpec | CNNSpec, seed: int) -> None:
    ours, theirs = build(spec, seed).double(), naive(spec).double()
    stream = torch.Generator().manual_seed(seed)
    theirs(torch.zeros(2, *spec.input_shape, dtype=torch.float64))
    shared = [name for name in theirs.state_dict() if not name.endswith("num_batches_tracked")]
    weights = dict(zip(shared, ours.state_dict().values(), strict=True))
    theirs.load_state_dict(weights, strict=False)
    for training in (True, True, False):
        images = torch.randn(3, *spec.input_shape, generator=stream, dtype=torch.float64)
        torch.testing.assert_close(ours.train(training)(images), theirs.train(training)(images))
    for mine, name in zip(ours.state_dict().values(), shared, strict=True):
        torch.testing.assert_close(mine, theirs.state_dict()[name])


def test_the_first_impossible_layer_is_named_with_its_sizes() -> None:
    tall = ConvolutionSpec(channels=4, kernel=6, stride=4)
    spec = CNNSpec(input_shape=(1, 28, 28), n_outputs=10, hidden=(), convolutions=(tall, tall))
    assert invalid_reason(spec) is None  # 28 -> 6 -> 1
    with pytest.raises(InvalidStructureError, match=r"'conv3'.*kernel of 6.*1x1 pixels") as caught:
        build(spec.model_copy(update={"convolutions": (tall, tall, tall)}))
    assert caught.value.layer == "conv3"
    pooled = ConvolutionSpec(channels=4, kernel=6, stride=4, pool=7)
    assert "'pool1'" in str(invalid_reason(spec.model_copy(update={"convolutions": (pooled,)})))


@pytest.mark.parametrize("name", ["net", "net_d", "net3", "net3_d", "net4", "net4_d"])
def test_regression_presets_have_the_depth_of_their_name(name: str) -> None:
    spec = preset(name, (1,), 1)
    depth = int(name[3]) if name[3:4].isdigit() else 2
    assert len(spec.hidden) == depth
    assert len(spec.dropout) == (depth if name.endswith("_d") else 0)
    assert sum(layer.kind == "dropout" for layer in layers(spec)) == len(spec.dropout)


def test_classifier_presets_have_the_layers_of_the_source() -> None:
    kinds = [layer.kind for layer in layers(preset("fc", (1, 28, 28), 10))]
    assert kinds.count("linear") == 2
    for name in ("cnn", "cnn_d"):
        kinds = [layer.kind for layer in layers(preset(name, (1, 28, 28), 10))]
        assert (kinds.count("convolution"), kinds.count("linear")) == (3, 3)
        assert kinds.count("dropout") == (2 if name == "cnn_d" else 0)


def test_the_residual_preset_has_its_blocks_and_few_parameters() -> None:
    spec = preset("resnet", (1, 28, 28), 10)
    kinds = [layer.kind for layer in layers(spec)]
    assert (kinds.count("convolution"), kinds.count("residual"), kinds.count("linear")) == (3, 2, 1)
    assert n_parameters(spec) == 261_298 <= 500_000
    assert invalid_reason(preset("resnet", (3, 2, 2), 4)) is None


def test_presets_refuse_what_cannot_be() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'net3'"):
        preset("net33", (1,), 1)
    with pytest.raises(SettingError, match="needs images"):
        preset("cnn", (4,), 2)


def test_dropout_needs_one_probability_per_hidden_layer() -> None:
    with pytest.raises(ValueError, match="2 probabilities for 1 hidden layers"):
        MLPSpec(input_shape=(1,), n_outputs=1, hidden=(3,), dropout=(0.1, 0.2))
    with pytest.raises(ValueError, match="less than 1"):
        MLPSpec(input_shape=(1,), n_outputs=1, hidden=(3,), dropout=(1.0,))
