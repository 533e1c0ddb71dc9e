"""A network that was watched is as it was, whatever happened meanwhile."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from studium.introspection.maximization import MaximizationSettings, maximize
from studium.introspection.maximization.watching import watched
from studium.models import build, preset
from tests.introspection.maximization.known import assert_same, random_state, state
from tests.training.trained import digits, digits_model


def used_network() -> nn.Sequential:
    """In training mode but for one module, one parameter frozen, with gradients and a hook of its owner's."""
    network = build(preset("cnn", (1, 8, 8), 10), seed=0).train()
    network.get_submodule("conv1").eval()
    network.get_parameter("conv2.weight").requires_grad_(False)
    torch.autograd.backward(network(torch.zeros(2, 1, 8, 8)).sum())
    network.get_submodule("linear1").register_forward_hook(lambda *_: None)
    return network


def test_everything_is_left_as_found() -> None:
    network = used_network()
    before, drawn = state(network), random_state()
    with watched(network, "conv3") as watch:
        image = torch.zeros(2, 1, 8, 8, requires_grad=True)
        (gradient,) = torch.autograd.grad(watch.run(image).sum(), image)
        assert gradient.abs().sum() > 0
        assert not any(parameter.requires_grad for parameter in network.parameters())
        assert not any(module.training for module in network.modules())
    assert_same(before, state(network))
    assert drawn == random_state()


@pytest.mark.parametrize("failure", [RuntimeError, KeyboardInterrupt])
def test_everything_is_left_as_found_after_an_exception(failure: type[BaseException]) -> None:
    network = used_network()
    before, drawn = state(network), random_state()

    def fail() -> None:
        with watched(network, "conv3") as watch:
            watch.run(torch.zeros(1, 1, 8, 8))
            raise failure

    with pytest.raises(failure):
        fail()
    assert_same(before, state(network))
    assert drawn == random_state()


def test_a_wrong_path_changes_nothing() -> None:
    network = used_network()
    before = state(network)
    with pytest.raises(AttributeError), watched(network, "conv9"):
        pass
    assert_same(before, state(network))


def test_the_caller_may_have_gradients_off() -> None:
    network = used_network()
    with torch.no_grad():
        with watched(network, "output") as watch:
            image = torch.zeros(1, 1, 8, 8, requires_grad=True)
            assert watch.run(image).requires_grad
        assert not torch.is_grad_enabled()


def test_the_layer_is_seen_before_its_activation() -> None:
    network = build(preset("fc", (1, 8, 8), 10), seed=0)
    images = torch.randn(3, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    with watched(network, "linear1") as watch:
        gave = watch.run(images)
    weight, bias = network.get_parameter("linear1.weight"), network.get_parameter("linear1.bias")
    expected = images.flatten(1) @ weight.T + bias
    torch.testing.assert_close(gave, expected)
    torch.testing.assert_close(watch.received, images.flatten(1))
    assert (gave < 0).any()


def test_maximizing_leaves_model_and_global_random_state(monkeypatch: pytest.MonkeyPatch) -> None:
    model, settings = digits_model(), MaximizationSettings(steps=3, rotation=5, fourier=True, l2=1)
    made: list[nn.Module] = []
    found: list[dict[str, Any]] = []
    original = type(model).module

    def module(self: Any) -> nn.Sequential:
        network = original(self)
        made.append(network.train())
        found.append(state(network))
        return network

    monkeypatch.setattr(type(model), "module", module)
    weights = {name: tensor.clone() for name, tensor in model.weights.items()}
    drawn = random_state()
    maximize(model, units=[0, 1], data=digits(), settings=settings)
    assert drawn == random_state()
    assert all(torch.equal(tensor, model.weights[name]) for name, tensor in weights.items())
    for network, before in zip(made, found, strict=True):
        now = state(network)
        assert now["modes"] == before["modes"]
        assert now["hooks"] == before["hooks"]
        assert now["wanted"] == before["wanted"]
