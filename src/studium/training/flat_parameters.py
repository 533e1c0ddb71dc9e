"""The parameters of many fully connected networks in one rectangle, a flat row a member."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from studium.models import MLPSpec, layers


@dataclass(frozen=True)
class Segment:
    """Where one linear layer lies in a flat row of D parameters; it is as wide as its widest member.

    Attributes:
        name: The layer's name in the built module.
        n_inputs: Its inputs, I.
        n_outputs: Its outputs, O.
        start: Offset of the weight ``[I, O]``, transposed so that the forward product reads it as it lies; the bias ``[O]``
            follows.
    """

    name: str
    n_inputs: int
    n_outputs: int
    start: int

    @property
    def bias_start(self) -> int:
        """Offset of the bias."""
        return self.start + self.n_inputs * self.n_outputs

    @property
    def stop(self) -> int:
        """Offset behind the bias."""
        return self.bias_start + self.n_outputs

    def weight(self, flat: Tensor) -> Tensor:
        """The weights in ``flat [P, D]``, as a view ``[P, I, O]``."""
        return flat[:, self.start : self.bias_start].view(-1, self.n_inputs, self.n_outputs)

    def bias(self, flat: Tensor) -> Tensor:
        """The biases in ``flat [P, D]``, as a view ``[P, 1, O]``."""
        return flat[:, None, self.bias_start : self.stop]


def segments(specs: Sequence[MLPSpec]) -> list[Segment]:
    """Segments that hold every network of the given specs, all of one depth."""
    linear = [[layer for layer in layers(spec) if layer.kind == "linear"] for spec in specs]
    result: list[Segment] = []
    n_inputs, start = math.prod(specs[0].input_shape), 0
    for same in zip(*linear, strict=True):
        n_outputs = max(layer.output_shape[0] for layer in same)
        result.append(Segment(same[0].name, n_inputs, n_outputs, start))
        n_inputs, start = n_outputs, result[-1].stop
    return result


def load(row: Tensor, table: Sequence[Segment], weights: dict[str, Tensor]) -> None:
    """Write a network's weights into its row ``[D]``, the padding left as it is."""
    for segment in table:
        weight, bias = weights[f"{segment.name}.weight"], weights[f"{segment.name}.bias"]
        segment.weight(row[None])[0, : weight.shape[1], : weight.shape[0]] = weight.T
        segment.bias(row[None])[0, 0, : len(bias)] = bias


def extract(row: Tensor, table: Sequence[Segment], spec: MLPSpec) -> dict[str, Tensor]:
    """A copy of a network's weights from its row ``[D]``, by name, without the padding."""
    widths = [math.prod(spec.input_shape), *spec.hidden, spec.n_outputs]
    result: dict[str, Tensor] = {}
    for segment, n_inputs, n_outputs in zip(table, widths, widths[1:], strict=False):
        result[f"{segment.name}.weight"] = (
            segment.weight(row[None])[0, :n_inputs, :n_outputs].T.contiguous().clone()
        )
        result[f"{segment.name}.bias"] = segment.bias(row[None])[0, 0, :n_outputs].clone()
    return result


def penalised(table: Sequence[Segment], like: Tensor) -> Tensor:
    """``[D]``: 1 for weights, 0 for biases."""
    mask = torch.ones_like(like[0])
    for segment in table:
        mask[segment.bias_start : segment.stop] = 0
    return mask
