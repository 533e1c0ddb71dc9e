"""Flip averaging: a network asked about each picture and its mirror image."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from studium.data import Task
from studium.errors import SettingError
from studium.training.config import TrainConfig


class FlipAveraged(nn.Module):
    """A network whose answer is the mean of its answers to a picture and to its mirror image (left and right exchanged).

    Classes: the mean of the two vectors of probabilities; it is given as logarithms, which are logits whose softmax is that
    mean, so that losses and predictions need not know. Regression: the mean of the two outputs.

    Args:
        network: From images ``[B, C, H, W]`` to ``[B, T]``.
        task: The data's.
    """

    def __init__(self, network: nn.Module, task: Task) -> None:
        super().__init__()
        self.network = network
        self.task = task

    def forward(self, images: Tensor) -> Tensor:
        """Log-probabilities or outputs, ``[B, T]``."""
        answers = torch.stack([self.network(images), self.network(images.flip(3))])  # [2, B, T]
        if self.task == "classification":
            return answers.log_softmax(2).logsumexp(0) - math.log(2)
        return answers.mean(0)


def require_images(config: TrainConfig, input_shape: tuple[int, ...], name: str) -> None:
    """Make sure that flip averaging is asked for images only.

    Args:
        config: The training.
        input_shape: Shape of one input.
        name: What the data is called.

    Raises:
        SettingError: The inputs are rows of a table.
    """
    if config.flip_averaging and len(input_shape) != 3:
        raise SettingError(f"flip averaging needs images, but {name} is a table: leave flip averaging out")


def as_scored(network: nn.Module, config: TrainConfig, task: Task) -> nn.Module:
    """The network as it is validated, scored and asked for predictions: with flip averaging where the training says so.

    Args:
        network: The network; its weights are shared, not copied.
        config: The training.
        task: The data's.
    """
    return FlipAveraged(network, task) if config.flip_averaging else network
