"""Schedules against those of PyTorch."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.optim import lr_scheduler

from studium.training import TrainConfig
from studium.training.schedules import LearningRates


def rates_of(scheduler: lr_scheduler.LRScheduler, n: int) -> list[float]:
    rates = []
    for _ in range(n):
        rates.append(scheduler.optimizer.param_groups[0]["lr"])
        scheduler.optimizer.step()
        scheduler.step()
    return rates


def optimizer(rate: float) -> torch.optim.Optimizer:
    return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=rate)


@pytest.mark.parametrize(
    ("epochs", "n_steps", "warmup"), [(10, 7, 0.3), (3, 1, 0.3), (1, 100, 0.05), (20, 2, 0.9)]
)
def test_one_cycle(epochs: int, n_steps: int, warmup: float) -> None:
    config = TrainConfig(learning_rate=0.02, schedule="one_cycle", epochs=epochs, warmup_share=warmup)
    total = epochs * n_steps
    theirs = lr_scheduler.OneCycleLR(
        optimizer(0.1), max_lr=0.02, total_steps=total, pct_start=warmup, cycle_momentum=False
    )
    assert ours(config, n_steps) == pytest.approx(rates_of(theirs, total - 1), rel=1e-9)


def ours(config: TrainConfig, n_steps: int) -> list[float]:
    table = LearningRates([config], np.array([n_steps]))
    rates = np.concatenate([table.epoch(epoch)[0] for epoch in range(1, config.epochs + 1)])
    return list(rates[:-1]) if config.schedule == "one_cycle" else list(rates)


def test_cosine() -> None:
    config = TrainConfig(learning_rate=0.3, schedule="cosine", epochs=5)
    theirs = lr_scheduler.CosineAnnealingLR(optimizer(0.3), T_max=20)
    assert ours(config, 4) == pytest.approx(rates_of(theirs, 20), rel=1e-9)


def test_step() -> None:
    config = TrainConfig(learning_rate=0.3, schedule="step", epochs=9, step_epochs=2, step_factor=0.5)
    theirs = lr_scheduler.StepLR(optimizer(0.3), step_size=2 * 4, gamma=0.5)
    assert ours(config, 4) == pytest.approx(rates_of(theirs, 36), rel=1e-9)


def test_members_have_their_own_rates_epochs_and_steps() -> None:
    configs = [
        TrainConfig(learning_rate=rate, schedule="cosine", epochs=epochs)
        for rate, epochs in ((0.1, 4), (0.2, 6))
    ]
    both = LearningRates(configs, np.array([3, 2]))
    for epoch in (1, 4):
        table = both.epoch(epoch)
        for line, config, n_steps in zip(table, configs, (3, 2), strict=True):
            alone = LearningRates([config], np.array([n_steps])).epoch(epoch)[0]
            np.testing.assert_array_equal(line[:n_steps], alone)
    both.compact(np.array([1]))
    np.testing.assert_array_equal(both.epoch(2), LearningRates(configs[1:], np.array([2])).epoch(2))
