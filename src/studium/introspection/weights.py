"""The weights view: what can be seen in a model's weights."""

from __future__ import annotations

import numpy as np
from threadpoolctl import threadpool_limits

from studium.data import Dataset
from studium.errors import SettingError
from studium.introspection.layers import OUTPUT, Layer, find_layer, find_unit, layers_of
from studium.introspection.model_data import ModelData
from studium.introspection.receptive_field import receptive_field
from studium.introspection.spectrum import convolution_norm, largest_singular_value, spectral_radius
from studium.introspection.unit_responses import unit_responses
from studium.introspection.unit_weights import output_names, unit_weights
from studium.introspection.weight_arrays import WeightArrays
from studium.introspection.weight_results import (
    Histogram,
    LayerWeights,
    WeightImages,
    WeightNumbers,
    WeightsView,
)
from studium.models import CNNSpec, MLPSpec, initial_weights
from studium.models import layers as all_layers
from studium.training.model import Model

_BINS = 60
_NEARLY_ZERO = 1e-6  # of the largest norm in the layer
_SMALLEST_IMAGE = 2  # pixels of a side; kernels of one pixel are numbers, not images


def inspect_weights(
    model: Model, *, layer: str | None = None, unit: str | int | None = None, data: Dataset | None = None
) -> WeightsView:
    """What can be seen in a model's weights.

    Args:
        model: A trained model.
        layer: Only this layer; by default all.
        unit: This unit of the layer in detail: an index from 0, or for the output layer the name of a class or target.
        data: What it was trained on, for the range of the input of :class:`UnitResponses`; by default the model's own where
            that is built in.

    Raises:
        UnknownNameError: There is no such layer or class.
        SettingError: The layer has no such unit, or a unit was given without its layer.
    """
    table = layers_of(model.spec) if layer is None else (find_layer(model.spec, layer),)
    chosen = None
    if unit is not None:
        chosen = find_unit(require_layer(table, layer, unit), unit, output_names(model))
    trained = WeightArrays(model.spec, model.weights)
    initial = WeightArrays(model.spec, initial_weights(model.spec, model.training.seed))
    with threadpool_limits(1, "blas"):  # the products are too small to share
        numbers = tuple(_layer(model.spec, each, trained, initial) for each in table)
    images = (_images(trained, each, chosen) for each in table)
    return WeightsView(
        model=model.name,
        data=model.data.name,
        seed=model.training.seed,
        layers=numbers,
        images=tuple(each for each in images if each is not None),
        responses=unit_responses(model, table, ModelData(model, data)),
        unit=None if chosen is None else unit_weights(model, table[0], chosen),
    )


def require_layer(table: tuple[Layer, ...], layer: str | None, unit: str | int) -> Layer:
    """The chosen layer of a unit.

    Raises:
        SettingError: No layer was chosen.
    """
    if layer is None:
        names = ", ".join(each.name for each in table)
        raise SettingError(f"unit {unit!r} was given without its layer: choose the layer, one of {names}")
    return table[0]


def _layer(
    spec: MLPSpec | CNNSpec, layer: Layer, trained: WeightArrays, initial: WeightArrays
) -> LayerWeights:
    new, old = trained.incoming(layer), initial.incoming(layer)
    field, outgoing = receptive_field(spec, layer), trained.outgoing(layer)
    start = float(np.linalg.norm(old))
    return LayerWeights(
        name=layer.name,
        kind=layer.kind,
        n_units=layer.n_units,
        n_inputs=new[0].size,
        activation=layer.activation,
        receptive_field=None if field is None else field.size,
        trained=_numbers(spec, layer, trained),
        initial=_numbers(spec, layer, initial),
        change=float(np.linalg.norm(new - old)) / start if start else None,
        constant_units=_negligible(new.reshape(len(new), -1)) if layer.name != OUTPUT else (),
        unused_units=() if outgoing is None else _negligible(outgoing),
        histogram=_histogram(new, old),
    )


def _numbers(spec: MLPSpec | CNNSpec, layer: Layer, weights: WeightArrays) -> WeightNumbers:
    weight = weights.incoming(layer)
    return WeightNumbers(
        norm=float(np.linalg.norm(weight)),
        largest_singular_value=_stretch(spec, layer, weight),
        spectral_radius=spectral_radius(weight),
        bias_norm=float(np.linalg.norm(weights.bias(layer))),
    )


def _stretch(spec: MLPSpec | CNNSpec, layer: Layer, weight: np.ndarray) -> float:
    if layer.kind == "linear":
        return largest_singular_value(weight)
    assert isinstance(spec, CNNSpec)
    table = all_layers(spec)
    place = next(place for place, each in enumerate(table) if each.name == layer.name)
    channels, height, width = table[place - 1].output_shape if place else spec.input_shape
    convolution = spec.convolutions[table[place].index]
    return convolution_norm(weight, (channels, height, width), convolution.stride, convolution.padding)


def _negligible(rows: np.ndarray) -> tuple[int, ...]:
    norms = np.linalg.norm(rows, axis=1)
    return tuple(np.flatnonzero(norms <= _NEARLY_ZERO * norms.max()).tolist())


def _histogram(trained: np.ndarray, initial: np.ndarray) -> Histogram:
    edges = np.histogram_bin_edges(np.concatenate([trained.ravel(), initial.ravel()]), bins=_BINS)
    new, old = (np.histogram(each, bins=edges)[0] for each in (trained, initial))
    return Histogram(edges=edges, trained=tuple(new.tolist()), initial=tuple(old.tolist()))


def _images(weights: WeightArrays, layer: Layer, unit: int | None) -> WeightImages | None:
    pictures = weights.pictures(layer)
    if pictures is None or min(pictures.shape[2:]) < _SMALLEST_IMAGE:
        return None
    units = tuple(range(layer.n_units)) if unit is None else (unit,)
    return WeightImages(
        layer=layer.name,
        kind="kernel" if layer.kind == "convolution" else "receptive field",
        units=units,
        weights=pictures[list(units)],
        largest=float(np.abs(pictures).max()),
    )
