"""PyTorch's layers without their constructors' draw from global random state; weights come from a stream, or from a file."""

from __future__ import annotations

from torch import nn


class Linear(nn.Linear):
    """PyTorch's, left uninitialised by its constructor."""

    def reset_parameters(self) -> None:
        """Nothing."""


class Conv2d(nn.Conv2d):
    """PyTorch's, left uninitialised by its constructor."""

    def reset_parameters(self) -> None:
        """Nothing."""
