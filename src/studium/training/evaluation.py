"""Scores and predictions of a built network on rows of a dataset."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from studium.data import Dataset, Normalisation
from studium.training.metrics import MetricName, metric_name, row_metrics

_ROWS = 1000  # evaluated at a time; fixed, so that a score repeats to the last bit


@dataclass(frozen=True)
class Scores:
    """What a network scores on rows.

    Attributes:
        loss: Mean training loss, on normalised targets.
        metric: ``mse`` in the square of the targets' own units, or ``accuracy`` in [0, 1].
        metric_name: Which of the two.
        n: Rows.
    """

    loss: float
    metric: float
    metric_name: MetricName
    n: int

    def as_dict(self) -> dict[str, float]:
        """As printed: ``loss``, ``mse`` or ``accuracy``, ``n``."""
        return {"loss": self.loss, self.metric_name: self.metric, "n": self.n}


@torch.no_grad()
def network_outputs(module: nn.Module, inputs: Tensor, normalisation: Normalisation) -> Tensor:
    """Outputs of a network in evaluation mode.

    Args:
        module: The network; its mode is left as found.
        inputs: Raw ``[N, F]`` or ``[N, C, H, W]``.
        normalisation: The model's.

    Returns:
        ``[N, T]`` on the CPU: logits, or normalised targets.
    """
    parameter = next(module.parameters())
    mode = module.training
    module.eval()
    try:
        parts = [
            module(_prepared(normalisation.inputs(chunk.to(parameter.device), parameter.dtype))).cpu()
            for chunk in torch.split(inputs, _ROWS)
        ]
    finally:
        module.train(mode)
    return torch.cat(parts)


def evaluate_module(
    module: nn.Module, dataset: Dataset, rows: np.ndarray, normalisation: Normalisation, criterion: nn.Module
) -> Scores:
    """Scores on rows of a dataset.

    Args:
        module: The network.
        dataset: The data.
        rows: Row indices ``[N]``, at least one.
        normalisation: The model's.
        criterion: The training's loss, averaging over rows.
    """
    losses = metrics = 0.0
    std = normalisation.target_std if dataset.task == "regression" else torch.ones(1)
    for part in np.array_split(rows, range(_ROWS, len(rows), _ROWS)):
        index = torch.from_numpy(part)
        outputs = network_outputs(module, dataset.inputs[index], normalisation)
        targets = normalisation.targets(dataset.targets[index], outputs.dtype)
        losses += float(criterion(outputs, targets)) * len(part)
        metrics += float(row_metrics(dataset.task, outputs[None], targets[None], std).double().sum())
    return Scores(losses / len(rows), metrics / len(rows), metric_name(dataset.task), len(rows))


def _prepared(inputs: Tensor) -> Tensor:
    return inputs.contiguous(memory_format=torch.channels_last) if inputs.ndim == 4 else inputs
