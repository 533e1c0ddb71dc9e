"""Which units are to fire: units of a linear layer, channels of a convolution, or one position of a channel."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from studium.errors import SettingError
from studium.introspection.layers import OUTPUT, Layer, find_unit
from studium.introspection.maximization_settings import Objective
from studium.introspection.unit_weights import output_names
from studium.training.model import Model

_PLACED = re.compile(r"(?P<unit>.*)@(?P<row>\d+),(?P<column>\d+)", re.DOTALL)


@dataclass(frozen=True)
class Target:
    """One unit.

    Attributes:
        unit: Index in its layer.
        name: What to call it: a class, a target column, or its index.
        position: Row and column of a feature map; ``None`` for a unit of a linear layer, and for the mean over a whole map.
    """

    unit: int
    name: str
    position: tuple[int, int] | None = None


def find_targets(model: Model, layer: Layer, units: Sequence[str | int] | None) -> tuple[Target, ...]:
    """The units of a layer by what a user calls them.

    Args:
        model: The model.
        layer: Of the model.
        units: An index, the name of a class or target in the output layer, or ``CHANNEL@ROW,COLUMN`` in a convolution, each;
            by default all units.

    Raises:
        SettingError: There is no such unit or position.
        UnknownNameError: The output layer has no such class or target.
    """
    if units is None:
        units = range(layer.n_units)
    if len(units) == 0:
        raise SettingError(
            "no unit is given, but at least one must be: name one, or leave units out for all of the layer"
        )
    names = output_names(model) if layer.name == OUTPUT else ()
    return tuple(_target(layer, unit, names) for unit in units)


def _target(layer: Layer, unit: str | int, names: tuple[str, ...]) -> Target:
    placed = _PLACED.fullmatch(unit) if isinstance(unit, str) and unit not in names else None
    index = find_unit(layer, placed["unit"] if placed else unit, names)
    name = names[index] if names else str(index)
    if placed is None:
        return Target(index, name)
    position = int(placed["row"]), int(placed["column"])
    _require_position(layer, str(unit), position)
    return Target(index, f"{name} at {position[0]},{position[1]}", position)


def _require_position(layer: Layer, text: str, position: tuple[int, int]) -> None:
    if layer.kind != "convolution":
        raise SettingError(
            f"unit {text!r} names a position, but layer {layer.name!r} has no feature maps: leave out what follows the @"
        )
    height, width = layer.output_shape[1:]
    if position[0] >= height or position[1] >= width:
        raise SettingError(
            f"unit {text!r} is outside the feature maps of layer {layer.name!r}, whose rows are 0 to {height - 1} and "
            f"columns 0 to {width - 1}: choose a position inside"
        )


def require_objective(model: Model, layer: Layer, objective: Objective) -> None:
    """Make sure that an objective exists in a layer.

    Raises:
        SettingError: Logits and probabilities are asked for where there are none.
    """
    if objective == "pre-activation" or (layer.name == OUTPUT and model.task == "classification"):
        return
    where = f"layer {layer.name!r}" if layer.name != OUTPUT else "the output layer of a regression"
    raise SettingError(f"the objective is {objective!r}, but {where} has no classes: choose 'pre-activation'")


class Activations:
    """Reads the activations of N targets from what their layer gave, in the units of the data where they have units.

    Args:
        model: The model.
        layer: The layer.
        targets: N of them.
        objective: Of the maximization.
    """

    def __init__(self, model: Model, layer: Layer, targets: Sequence[Target], objective: Objective) -> None:
        self._units = torch.tensor([target.unit for target in targets])
        self._rows = torch.arange(len(targets))
        self._softmax = objective == "softmax"
        self._weights = _map_weights(layer, targets)
        self._shift, self._factor = _target_units(model, layer, self._units)

    def own(self, gave: Tensor) -> Tensor:
        """Activation of each of N inputs for its own target, ``[N]``, of ``[N, n_units]`` or ``[N, n_units, H, W]``."""
        chosen = self._objective(gave)[self._rows, self._units]  # [N] or [N, H, W]
        if self._weights is not None:
            chosen = (chosen * self._weights.to(chosen)).sum(dim=(1, 2))
        return chosen * self._factor + self._shift

    def every(self, gave: Tensor) -> Tensor:
        """Activation of each of R inputs for each of the N targets, ``[R, N]``."""
        chosen = self._objective(gave)[:, self._units]  # [R, N] or [R, N, H, W]
        if self._weights is not None:
            chosen = (chosen * self._weights.to(chosen)).sum(dim=(2, 3))
        return chosen * self._factor + self._shift

    def _objective(self, gave: Tensor) -> Tensor:
        return gave.log_softmax(dim=1) if self._softmax else gave


def quantity(model: Model, layer: Layer, objective: Objective) -> str:
    """What an activation is, in words: ``logit``, ``log probability``, ``predicted label`` or ``pre-activation``."""
    if layer.name != OUTPUT:
        return "pre-activation"
    if model.task == "classification":
        return "log probability" if objective == "softmax" else "logit"
    return f"predicted {model.target_names[0]}" if len(model.target_names) == 1 else "predicted value"


def _target_units(model: Model, layer: Layer, units: Tensor) -> tuple[Tensor, Tensor]:
    """What turns an output into the units of its target: a shift and a factor."""
    if layer.name != OUTPUT or model.task == "classification":
        return torch.zeros(len(units), dtype=torch.float64), torch.ones(len(units), dtype=torch.float64)
    return model.normalisation.target_mean[units], model.normalisation.target_std[units]


def _map_weights(layer: Layer, targets: Sequence[Target]) -> Tensor | None:
    """What each position of a feature map counts, ``[N, H, W]``; ``None`` for a linear layer."""
    if layer.kind == "linear":
        return None
    height, width = layer.output_shape[1:]
    weights = torch.full((len(targets), height, width), 1 / (height * width), dtype=torch.float64)
    for place, target in enumerate(targets):
        if target.position is not None:
            weights[place] = 0
            weights[place][target.position] = 1
    return weights
