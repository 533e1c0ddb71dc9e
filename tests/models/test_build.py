"""Built networks: initial weights, dropout, and no trace in global state."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
import torch
from torch import nn

from studium.models import (
    CNNSpec,
    ConvolutionSpec,
    Dropout,
    Initialisation,
    MLPSpec,
    initial_weights,
    keep_scale,
    kept_units,
)
from studium.seeding import torch_stream


def spec(scheme: Initialisation = "default") -> MLPSpec:
    return MLPSpec(input_shape=(300,), n_outputs=5, hidden=(200,), activation="tanh", initialisation=scheme)


def test_equal_seeds_give_equal_weights_and_leave_global_state_alone() -> None:
    before = torch.get_rng_state()
    one, other, third = initial_weights(spec(), 1), initial_weights(spec(), 1), initial_weights(spec(), 2)
    assert torch.equal(torch.get_rng_state(), before)
    assert all(torch.equal(one[name], other[name]) for name in one)
    assert not torch.equal(one["linear1.weight"], third["linear1.weight"])


def test_weights_are_drawn_in_the_order_of_the_layers() -> None:
    stream = torch_stream(4, "initialisation")
    weight = torch.empty(200, 300).uniform_(-(300**-0.5), 300**-0.5, generator=stream)
    assert torch.equal(initial_weights(spec(), 4)["linear1.weight"], weight)


def test_weights_and_biases_are_drawn_in_turn_and_norms_draw_nothing() -> None:
    stage = ConvolutionSpec(channels=4, residual=1, batch_norm=True)
    plain = CNNSpec(
        input_shape=(2, 8, 8), n_outputs=3, hidden=(), convolutions=(stage, ConvolutionSpec(channels=5))
    )
    stream = torch_stream(7, "initialisation")
    expected = {}
    for name, *shapes in (
        ("conv1", (4, 2, 3, 3)),
        ("residual1_1.conv1", (4, 4, 3, 3)),
        ("residual1_1.conv2", (4, 4, 3, 3)),
        ("conv2", (5, 4, 3, 3), (5,)),
        ("output", (3, 80), (3,)),
    ):
        bound = float(np.prod(shapes[0][1:])) ** -0.5
        for kind, shape in zip(("weight", "bias"), shapes, strict=False):
            expected[f"{name}.{kind}"] = torch.empty(shape).uniform_(-bound, bound, generator=stream)
    drawn = initial_weights(plain, 7)
    assert all(torch.equal(drawn.pop(name), tensor) for name, tensor in expected.items())
    for name, tensor in drawn.items():  # of batch norms
        assert torch.equal(tensor, torch.full((4,), float(name.endswith(("weight", "var")))))


@pytest.mark.parametrize("scheme", get_args(Initialisation))
def test_schemes_have_the_spread_of_their_paper(scheme: Initialisation) -> None:
    weight = initial_weights(spec(scheme), 0)["linear1.weight"]
    gain = 5 / 3  # of tanh
    expected = {
        "default": 1 / np.sqrt(3 * 300),
        "xavier_uniform": gain * np.sqrt(2 / (300 + 200)),
        "xavier_normal": gain * np.sqrt(2 / (300 + 200)),
        "kaiming_uniform": gain / np.sqrt(300),
        "kaiming_normal": gain / np.sqrt(300),
        "orthogonal": gain / np.sqrt(300),
    }[scheme]
    assert float(weight.std()) == pytest.approx(expected, rel=0.02)
    if scheme == "orthogonal":
        torch.testing.assert_close(weight @ weight.T, gain**2 * torch.eye(200), atol=1e-4, rtol=0)


def test_default_initialisation_has_the_spread_of_pytorchs_own() -> None:
    with torch.random.fork_rng():
        theirs = nn.Linear(300, 200)
    ours = initial_weights(spec(), 0)
    for mine, other in (
        (ours["linear1.weight"], theirs.weight.detach()),
        (ours["linear1.bias"], theirs.bias.detach()),
    ):
        assert float(mine.abs().max()) == pytest.approx(float(other.abs().max()), rel=0.05)
        assert float(mine.std()) == pytest.approx(float(other.std()), rel=0.15)


@pytest.mark.parametrize("p", [0.0, 0.1, 0.5, 0.9])
def test_dropout_keeps_the_mean_and_draws_from_its_own_stream(p: float) -> None:
    layer = Dropout(p)
    layer.stream = np.random.Generator(np.random.SFC64(0))
    before = torch.get_rng_state()
    out = layer(torch.ones(400, 500))
    assert torch.equal(torch.get_rng_state(), before)
    assert float((out == 0).float().mean()) == pytest.approx(p, abs=0.005)
    assert float(out.mean()) == pytest.approx(1, abs=0.03)
    assert torch.equal(layer.eval()(torch.ones(3)), torch.ones(3))


def test_dropout_without_a_stream_says_so() -> None:
    with pytest.raises(RuntimeError, match="stream"):
        Dropout(0.5)(torch.ones(3))


def test_kept_units_and_scale_use_the_same_rounded_probability() -> None:
    stream = np.random.Generator(np.random.SFC64(1))
    assert kept_units(stream, 1e-6, (10_000,)).all()
    assert keep_scale(1e-6) == 1
    assert keep_scale(0.5) == 2
