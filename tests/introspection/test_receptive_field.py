from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from studium.introspection.layers import find_layer, layers_of
from studium.introspection.receptive_field import receptive_field
from studium.models import CNNSpec, ConvolutionSpec, MLPSpec, build, invalid_reason, preset

convolutions = st.builds(
    ConvolutionSpec,
    channels=st.just(1),
    kernel=st.integers(1, 4),
    stride=st.integers(1, 3),
    padding=st.integers(0, 2),
    pool=st.integers(1, 2),
    batch_norm=st.booleans(),
    residual=st.integers(0, 1),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(convolutions, min_size=1, max_size=3), st.data())
def test_exactly_these_pixels_have_a_gradient(parts: list[ConvolutionSpec], data: st.DataObject) -> None:
    spec = CNNSpec(
        input_shape=(1, 15, 13), n_outputs=2, convolutions=tuple(parts), hidden=(), activation="sigmoid"
    )
    if invalid_reason(spec) is not None:
        return
    layer = layers_of(spec)[len(parts) - 1]
    row, column = (data.draw(st.integers(0, side - 1)) for side in layer.output_shape[1:])
    seen = _pixels_with_gradient(spec, layer.module, row, column)
    field = receptive_field(spec, layer)
    assert field is not None
    wanted = torch.zeros(15, 13, dtype=torch.bool)
    wanted[field.pixels(row, column)] = True
    assert not (seen & ~wanted).any()
    whole = all(part.stride <= part.kernel for part in parts)  # larger strides leave holes
    hidden = any(part.padding for part in parts[1:]) or any(part.residual for part in parts[:-1])
    if whole and not hidden:  # inner padding hides pixels
        assert torch.equal(seen, wanted)


def _pixels_with_gradient(spec: CNNSpec, layer: str, row: int, column: int) -> torch.Tensor:
    """Pixels that change a position, with pooling taken as a mean so that every pixel of a window counts."""
    network = build(spec, seed=0).double().eval()
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            torch.nn.init.constant_(module.weight, 1.0)
    for name, module in list(network.named_children()):
        if isinstance(module, torch.nn.MaxPool2d):
            setattr(network, name, torch.nn.AvgPool2d(module.kernel_size))
    names = [name for name, _ in network.named_children()]
    inputs = torch.zeros(1, 1, 15, 13, dtype=torch.float64, requires_grad=True)
    network[: names.index(layer) + 1](inputs)[0, 0, row, column].backward()
    assert inputs.grad is not None
    return inputs.grad[0, 0] != 0


def test_linear_layers_see_everything_and_tables_have_no_field() -> None:
    cnn = preset("cnn", (1, 28, 20), 10)
    field = receptive_field(cnn, find_layer(cnn, "linear1"))
    assert field is not None
    assert field.size == (28, 20)
    assert field.pixels(0, 0) == (slice(0, 28), slice(0, 20))
    mlp = MLPSpec(input_shape=(3,), n_outputs=1, hidden=(4,))
    assert receptive_field(mlp, find_layer(mlp, "linear1")) is None


@pytest.mark.parametrize(("layer", "side"), [("conv1", 3), ("conv2", 8), ("conv3", 18)])
def test_the_preset(layer: str, side: int) -> None:
    cnn = preset("cnn", (1, 28, 28), 10)
    field = receptive_field(cnn, find_layer(cnn, layer))
    assert field is not None
    assert field.size == (side, side)
