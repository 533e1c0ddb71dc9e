"""Losses: PyTorch's for a module, and the same with derivatives by hand for a population."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor, nn
from torch.nn import functional

from studium.data import Task
from studium.errors import SettingError
from studium.training.config import Loss, TrainConfig


def loss_name(config: TrainConfig, task: Task) -> Loss:
    """The loss that a training uses: the chosen one, or the task's own.

    Raises:
        SettingError: The loss does not fit the task.
    """
    own: Loss = "cross_entropy" if task == "classification" else "mse"
    chosen = config.loss or own
    if (chosen == "cross_entropy") != (task == "classification"):
        fitting = "cross_entropy" if task == "classification" else "mse, mae or huber"
        raise SettingError(f"loss is {chosen!r}, but the data's task is {task}: choose {fitting}")
    if config.label_smoothing and chosen != "cross_entropy":
        raise SettingError(
            f"label smoothing is {config.label_smoothing}, but the task is {task}: leave it out"
        )
    return chosen


def module_loss(config: TrainConfig, task: Task) -> nn.Module:
    """PyTorch's loss module for a config, averaging over the batch."""
    name = loss_name(config, task)
    if name == "mse":
        return nn.MSELoss()
    if name == "mae":
        return nn.L1Loss()
    if name == "huber":
        return nn.HuberLoss(delta=config.huber_delta)
    return nn.CrossEntropyLoss(label_smoothing=config.label_smoothing)


PopulationLoss = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
"""From outputs ``[P, B, T]``, targets (``[P, B, T]``, or class indices ``[P, B]``) and row weights ``[P, B]`` that sum
to 1 over a member's counted rows, to losses ``[P]`` and their gradient by the outputs ``[P, B, T]``."""


def population_loss(
    config: TrainConfig, task: Task, *, huber_delta: Tensor, label_smoothing: Tensor
) -> PopulationLoss:
    """The loss of a population, with its derivative.

    Args:
        config: Any member's; all share the loss.
        task: The data's.
        huber_delta: Of each member, ``[P]``.
        label_smoothing: Of each member, ``[P]``.
    """
    name = loss_name(config, task)
    if name == "cross_entropy":
        return lambda out, labels, weight: _cross_entropy(out, labels, weight, label_smoothing)
    if name == "mse":
        return _mse
    if name == "mae":
        return _mae
    return lambda out, target, weight: _huber(out, target, weight, huber_delta)


def _mse(out: Tensor, target: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    share = (weight / out.shape[2]).unsqueeze(2)
    residual = out - target
    slope = residual * share
    return (residual * slope).sum((1, 2)), slope.mul_(2)


def _mae(out: Tensor, target: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    share = (weight / out.shape[2]).unsqueeze(2)
    residual = out - target
    return (residual.abs() * share).sum((1, 2)), residual.sign_().mul_(share)


def _huber(out: Tensor, target: Tensor, weight: Tensor, delta: Tensor) -> tuple[Tensor, Tensor]:
    share = (weight / out.shape[2]).unsqueeze(2)
    residual = out - target
    bound = delta[: len(out), None, None]
    clipped = residual.clamp(-bound, bound)
    return (clipped * (residual - clipped / 2) * share).sum((1, 2)), clipped.mul_(share)


def _cross_entropy(out: Tensor, labels: Tensor, weight: Tensor, smoothing: Tensor) -> tuple[Tensor, Tensor]:
    log_probabilities = functional.log_softmax(out, dim=2)
    epsilon = smoothing[: len(out), None]
    index = labels.expand(len(out), -1).unsqueeze(2)  # [P, B, 1]
    of_label = log_probabilities.gather(2, index).squeeze(2)  # [P, B]
    losses = (((epsilon - 1) * of_label - epsilon * log_probabilities.mean(2)) * weight).sum(1)
    slope = log_probabilities.exp_().sub_((epsilon / out.shape[2]).unsqueeze(2))
    slope.scatter_add_(2, index, (epsilon - 1).unsqueeze(2).expand_as(index).contiguous())
    return losses, slope.mul_(weight.unsqueeze(2))
