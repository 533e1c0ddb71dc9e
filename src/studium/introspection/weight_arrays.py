"""Weights of a layer, seen from its units: what comes in, what goes out, and what of it has the shape of a picture."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from torch import Tensor

from studium.introspection.layers import Layer, layers_of
from studium.models import CNNSpec, MLPSpec
from studium.models import layers as all_layers


class WeightArrays:
    """All weights of a network.

    Args:
        spec: The network.
        weights: Tensor by name, as in ``build(spec).state_dict()``.
    """

    def __init__(self, spec: MLPSpec | CNNSpec, weights: Mapping[str, Tensor]) -> None:
        self._spec = spec
        self._weights = weights
        self._layers = layers_of(spec)

    def incoming(self, layer: Layer) -> np.ndarray:
        """``[units, inputs]`` or ``[channels, input channels, kernel, kernel]``, float32."""
        return self._weights[f"{layer.module}.weight"].numpy().astype(np.float32)

    def bias(self, layer: Layer) -> np.ndarray:
        """``[units]``, float32; zeros before a batch normalisation, which shifts by itself."""
        bias = self._weights.get(f"{layer.module}.bias")
        return np.zeros(layer.n_units, np.float32) if bias is None else bias.numpy().astype(np.float32)

    def outgoing(self, layer: Layer) -> np.ndarray | None:
        """All weights that come from each unit, ``[units, ...]``.

        ``None`` for the output layer, and before a residual block, which passes every unit on by itself.
        """
        following = self._neighbour(layer, 1)
        if following is None or self._passes_residual(layer, following):
            return None
        weight = self.incoming(following)
        grouped = weight.reshape(len(weight), layer.n_units, -1)  # [units behind, units, places]
        return grouped.swapaxes(0, 1).reshape(layer.n_units, -1)

    def pictures(self, layer: Layer) -> np.ndarray | None:
        """Weights with the shape of pictures, ``[units, C, height, width]``; ``None`` where they have none."""
        weight = self.incoming(layer)
        if layer.kind == "convolution":
            return weight
        if self.before(layer) is None and len(self._spec.input_shape) == 3:
            return weight.reshape(-1, *self._spec.input_shape)
        return None

    def before(self, layer: Layer) -> Layer | None:
        """The layer with units before a layer; ``None`` for the first."""
        return self._neighbour(layer, -1)

    def _passes_residual(self, layer: Layer, following: Layer) -> bool:
        table = all_layers(self._spec)
        names = [each.name for each in table]
        between = table[names.index(layer.name) : names.index(following.name)]
        return any(each.kind == "residual" for each in between)

    def _neighbour(self, layer: Layer, step: int) -> Layer | None:
        place = self._layers.index(layer) + step
        return self._layers[place] if 0 <= place < len(self._layers) else None
