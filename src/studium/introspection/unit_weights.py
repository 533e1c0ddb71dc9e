"""The weights of one unit, and what they come from."""

from __future__ import annotations

import numpy as np

from studium.data import TableSchema
from studium.introspection.layers import OUTPUT, Layer
from studium.introspection.weight_arrays import WeightArrays
from studium.introspection.weight_results import UnitWeights
from studium.training.model import Model


def output_names(model: Model) -> tuple[str, ...]:
    """Name of each output: classes, or targets."""
    return model.class_names or model.target_names


def unit_weights(model: Model, layer: Layer, unit: int) -> UnitWeights:
    """The weights of one unit.

    Args:
        model: The model.
        layer: One of its layers.
        unit: Of the layer.
    """
    arrays = WeightArrays(model.spec, model.weights)
    outgoing = arrays.outgoing(layer)
    names = () if arrays.pictures(layer) is not None else _sources(model, arrays, layer)
    return UnitWeights(
        layer=layer.name,
        unit=unit,
        name=output_names(model)[unit] if layer.name == OUTPUT else "",
        bias=float(arrays.bias(layer)[unit]),
        incoming_names=names,
        incoming=arrays.incoming(layer)[unit] if names else np.zeros(0, np.float32),
        outgoing_norm=None if outgoing is None else float(np.linalg.norm(outgoing[unit])),
    )


def _sources(model: Model, arrays: WeightArrays, layer: Layer) -> tuple[str, ...]:
    """What each input of a linear layer is called."""
    before = arrays.before(layer)
    if before is None:
        assert isinstance(model.schema, TableSchema)
        return model.schema.feature_names
    if before.kind == "linear":
        return tuple(f"{before.name} {unit}" for unit in range(before.n_units))
    n_places = arrays.incoming(layer).shape[1] // before.n_units  # positions of each channel after pooling
    return tuple(
        f"{before.name} {unit}@{place}" for unit in range(before.n_units) for place in range(n_places)
    )
