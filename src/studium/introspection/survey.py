"""All units over many rows: how strongly each responds to each row, and which are dead or saturated."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor, nn

from studium.data import Dataset
from studium.environment import torch_threads
from studium.introspection.activation_results import LayerSurvey
from studium.introspection.layers import Layer, layers_of
from studium.introspection.recording import record
from studium.training.model import Model

_CHUNK = 250  # rows at a time, so that the maps of a convolution stay small
_MOST_ROWS = 20_000  # of larger data, evenly spaced rows
_SAME = 1e-6  # of the largest activation in the layer
_FLAT = 0.01  # of the steepest slope
_MOSTLY = 0.95


@dataclass(eq=False)
class _Running:
    """What is known of a layer's units so far; U units."""

    peaks: list[np.ndarray]
    low: np.ndarray
    high: np.ndarray
    flat: np.ndarray
    n_values: int = 0  # of each unit: rows times positions


class UnitSurvey:
    """The units of a model over the rows that it is judged by.

    Args:
        model: The model.
        data: Fits the model.

    Attributes:
        rows: Indices of the rows in the data, ``[N]``.
        peaks: By layer name ``[N, U]`` float32: the activation of each unit for each row, after the layer's function; of a
            channel its largest over all positions.
        layers: By layer name, what is dead and saturated.
    """

    def __init__(self, model: Model, data: Dataset) -> None:
        rows, choice = model.rows_to_score(data)
        self.rows = rows[:: -(-len(rows) // _MOST_ROWS)]
        self.rows_are = f"{'test ' if choice == 'test' else ''}rows of {data.name}"
        self._table = layers_of(model.spec)
        with torch_threads(1):  # the same to the last bit on any number of cores
            self._running = _survey(model, data, self.rows, self._table)

    @cached_property
    def peaks(self) -> dict[str, np.ndarray]:
        """See above."""
        return {name: np.concatenate(known.peaks) for name, known in self._running.items()}

    @cached_property
    def layers(self) -> dict[str, LayerSurvey]:
        """See above."""
        return {
            layer.name: _summary(layer, self._running[layer.name], len(self.rows)) for layer in self._table
        }


def flatness(function: nn.Module, pre_activation: Tensor, steepest: float) -> Tensor:
    """Where an activation function is flat: its slope is below 1% of its steepest.

    Args:
        function: Elementwise.
        pre_activation: Any shape.
        steepest: Largest slope of the function.

    Returns:
        Bool, same shape.
    """
    return slope(function, pre_activation).abs() < _FLAT * steepest


def slope(function: nn.Module, pre_activation: Tensor) -> Tensor:
    """Derivative of an elementwise function, by automatic differentiation; same shape."""
    with torch.enable_grad():
        z = pre_activation.detach().clone().requires_grad_()
        (gradient,) = torch.autograd.grad(function(z).sum(), z)
    return gradient


def _survey(model: Model, data: Dataset, rows: np.ndarray, table: tuple[Layer, ...]) -> dict[str, _Running]:
    network = model.module()
    steepest = {layer.name: _steepest(network, layer) for layer in table}
    known = {layer.name: _start(layer) for layer in table}
    for part in np.array_split(rows, range(_CHUNK, len(rows), _CHUNK)):
        heard = record(network, table, data.inputs[torch.from_numpy(part)], model.normalisation)
        for layer in table:
            recorded = heard[layer.name]
            _add(known[layer.name], recorded.activation)
            if layer.activation_module is not None:
                function = network.get_submodule(layer.activation_module)
                flat = flatness(function, recorded.pre_activation, steepest[layer.name])
                known[layer.name].flat += _by_unit(flat).sum(dim=(0, 1)).numpy()
    return known


def _steepest(network: nn.Module, layer: Layer) -> float:
    if layer.activation_module is None:
        return 1.0
    z = torch.linspace(-8, 8, 4001, dtype=torch.float64)
    return float(slope(network.get_submodule(layer.activation_module), z).abs().max())


def _start(layer: Layer) -> _Running:
    units = layer.n_units
    return _Running([], np.full(units, np.inf), np.full(units, -np.inf), np.zeros(units, np.int64))


def _by_unit(maps: Tensor) -> Tensor:
    """``[B, U]`` or ``[B, U, H, W]`` -> ``[B, positions, U]``, the order that convolutions keep in memory."""
    return maps[:, None] if maps.ndim == 2 else maps.movedim(1, 3).flatten(1, 2)


def _add(known: _Running, activation: Tensor) -> None:
    values = _by_unit(activation).numpy()  # whose reductions over this order are faster than PyTorch's
    peaks = values.max(axis=1).astype(np.float32)
    known.peaks.append(peaks)
    known.high = np.maximum(known.high, peaks.max(axis=0))
    known.low = np.minimum(known.low, values.min(axis=1).min(axis=0))
    known.n_values += values.shape[0] * values.shape[1]


def _summary(layer: Layer, known: _Running, n_rows: int) -> LayerSurvey:
    largest = max(abs(float(known.low.min())), abs(float(known.high.max())))
    dead = known.high - known.low <= _SAME * largest
    flat = known.flat / known.n_values
    saturated = (flat >= _MOSTLY) & ~dead
    return LayerSurvey(
        layer=layer.name,
        n_units=layer.n_units,
        n_rows=n_rows,
        dead_units=tuple(np.flatnonzero(dead).tolist()),
        saturated_units=tuple(np.flatnonzero(saturated).tolist()),
        flat_share=None if layer.activation is None else float(flat.mean()),
    )
