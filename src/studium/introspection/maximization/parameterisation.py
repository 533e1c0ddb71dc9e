"""What is optimised in place of the input, so that the input keeps its range."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor


class Parameterisation(Protocol):
    """Parameters of an input and the way back.

    The parameters of each input are its own, so that inputs which are optimised side by side never meet.
    """

    def start(self, seed: int) -> Tensor:
        """Parameters of one random input, without a batch axis."""
        ...

    def inputs(self, parameters: Tensor) -> Tensor:
        """Normalised inputs ``[N, *input_shape]`` of parameters ``[N, ...]``; differentiable."""
        ...

    def project(self, parameters: Tensor) -> None:
        """Bring parameters back, in place, to where they may be."""
        ...

    def raw(self, parameters: Tensor) -> Tensor:
        """Inputs as a dataset holds them: ``[N, C, H, W]`` uint8, or ``[N, F]`` float64 in the data's units."""
        ...
