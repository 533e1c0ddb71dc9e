"""Metrics of predictions, one per member of a population."""

from __future__ import annotations

from typing import Literal

from torch import Tensor

from studium.data import Task

MetricName = Literal["mse", "accuracy"]


def metric_name(task: Task) -> MetricName:
    """``accuracy`` (share of right classes, in [0, 1]) or ``mse`` (in the square of the targets' own units)."""
    return "accuracy" if task == "classification" else "mse"


def row_metrics(task: Task, outputs: Tensor, targets: Tensor, target_std: Tensor) -> Tensor:
    """Metric of each row, whose mean is the metric.

    Args:
        task: The data's.
        outputs: ``[P, B, T]``, on the normalised scale.
        targets: Normalised ``[P, B, T]``, or class indices ``[P, B]``.
        target_std: ``[P, 1, T]`` for regression, brings residuals back to the targets' units.

    Returns:
        ``[P, B]``.
    """
    if task == "classification":
        return (outputs.argmax(2) == targets).to(outputs.dtype)
    return ((outputs - targets) * target_std.to(outputs.dtype)).square().mean(2)
