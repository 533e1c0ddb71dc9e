"""Batch normalisation against PyTorch's, and where it goes further."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from studium.models import BatchNorm


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_outputs_gradients_and_running_statistics_equal_pytorchs(layout: torch.memory_format) -> None:
    ours, theirs = BatchNorm(3), nn.BatchNorm2d(3)
    stream = torch.Generator().manual_seed(0)
    for step in range(6):
        images = torch.randn(5, 3, 4, 2, generator=stream).contiguous(memory_format=layout) * 3 + 2
        results = []
        for module in (ours, theirs):
            module.train(step < 4)
            inputs = images.clone().requires_grad_()
            outputs = module(inputs)
            (outputs**3).sum().backward()
            results.append([outputs.detach(), inputs.grad, module.weight.grad, module.bias.grad])
        torch.testing.assert_close(results[0], results[1])
    torch.testing.assert_close(ours.running_mean, theirs.running_mean)
    torch.testing.assert_close(ours.running_var, theirs.running_var)


def test_a_batch_without_variance_is_normalised_by_the_running_statistics() -> None:
    norm = BatchNorm(2)
    norm(torch.randn(8, 2, 3, 3, generator=torch.Generator().manual_seed(0)) + 5)
    single = torch.tensor([1.0, 2.0]).view(1, 2, 1, 1)
    before = norm.running_mean.clone(), norm.running_var.clone()
    with pytest.raises(ValueError, match="more than 1 value per channel"):
        nn.BatchNorm2d(2)(single)
    trained = norm.train()(single)
    assert torch.equal(trained, norm.eval()(single))
    assert torch.equal(norm.running_mean, before[0])
    assert torch.equal(norm.running_var, before[1])
    assert trained.requires_grad
