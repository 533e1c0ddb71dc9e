"""Optimisers of a single module: plain ``torch.optim``."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from studium.training.config import TrainConfig


def module_optimizer(config: TrainConfig, parameters: Iterable[nn.Parameter]) -> torch.optim.Optimizer:
    """The ``torch.optim`` optimiser of a config, with PyTorch's fused kernels where it has them.

    Args:
        config: The training's settings.
        parameters: Of the module.
    """
    rate, decay = config.learning_rate, config.weight_decay
    if config.optimizer == "rmsprop":
        return torch.optim.RMSprop(
            parameters,
            lr=rate,
            alpha=config.alpha,
            eps=config.epsilon,
            weight_decay=decay,
            momentum=config.effective_momentum,
        )
    if config.optimizer in ("adam", "adamw"):
        kind = torch.optim.Adam if config.optimizer == "adam" else torch.optim.AdamW
        betas = (config.beta1, config.beta2)
        return kind(parameters, lr=rate, betas=betas, eps=config.epsilon, weight_decay=decay, fused=True)
    return torch.optim.SGD(
        parameters,
        lr=rate,
        momentum=config.effective_momentum,
        nesterov=config.optimizer == "nesterov"
        and config.effective_momentum > 0,  # without momentum the two are one
        weight_decay=decay,
        fused=True,
    )
