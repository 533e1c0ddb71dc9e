"""Layers and units of any network, by the names that a user knows: ``conv1``, ``linear2``, ``output``; 3, ``coat``.

A unit is one output of a linear layer, or one channel of a convolution. Its *pre-activation* is what the layer itself
gives; its *activation* is what the function behind the layer makes of it, after a batch normalisation in between. The output
layer has no such function: there, both are the logit, or the normalised target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from studium.errors import SettingError, UnknownNameError
from studium.models import Activation, CNNSpec, MLPSpec
from studium.models import layers as all_layers

Kind = Literal["linear", "convolution"]
OUTPUT = "output"


@dataclass(frozen=True)
class Layer:
    """A layer with units.

    Attributes:
        name: What users call it.
        kind: ``linear`` or ``convolution``.
        module: Path of the layer in the built network, for ``network.get_submodule``; its output is the pre-activation.
        n_units: Units, or channels.
        output_shape: For one input, without the batch: ``(n_units,)`` or ``(n_units, height, width)``.
        activation: The function behind it; ``None`` for the output layer.
        activation_module: Path of that function in the built network; ``None`` for the output layer.
    """

    name: str
    kind: Kind
    module: str
    n_units: int
    output_shape: tuple[int, ...]
    activation: Activation | None
    activation_module: str | None


def layers_of(spec: MLPSpec | CNNSpec) -> tuple[Layer, ...]:
    """The layers with units of a network, from the input to the output.

    Args:
        spec: The network.

    Raises:
        InvalidStructureError: The network cannot be.

    Example:
        >>> [layer.name for layer in layers_of(MLPSpec(input_shape=(1,), n_outputs=1, hidden=(8, 8)))]
        ['linear1', 'linear2', 'output']
    """
    table = all_layers(spec)
    found = []
    for place, layer in enumerate(table):
        if layer.kind not in ("linear", "convolution"):
            continue
        following = (each for each in table[place + 1 :] if each.kind != "batch_norm")
        behind = next(following, None)
        activated = behind is not None and behind.kind == "activation"
        found.append(
            Layer(
                name=layer.name,
                kind="linear" if layer.kind == "linear" else "convolution",
                module=layer.name,
                n_units=layer.output_shape[0],
                output_shape=layer.output_shape,
                activation=spec.activation if activated else None,
                activation_module=behind.name if behind is not None and activated else None,
            )
        )
    return tuple(found)


def find_layer(spec: MLPSpec | CNNSpec, name: str) -> Layer:
    """The layer of a name.

    Raises:
        UnknownNameError: The network has no such layer with units.

    Example:
        >>> find_layer(MLPSpec(input_shape=(1,), n_outputs=1, hidden=(8,)), "linear1").output_shape
        (8,)
    """
    table = {layer.name: layer for layer in layers_of(spec)}
    if name not in table:
        raise UnknownNameError("layer", name, table)
    return table[name]


def find_unit(layer: Layer, unit: str | int, output_names: Sequence[str] = ()) -> int:
    """The position of a unit in its layer.

    Args:
        layer: The layer.
        unit: Index from 0, as a number or as text; for the output layer also the name of a class or target in any case,
            which goes before an index when both fit.
        output_names: Of the classes or targets, in the order of the outputs.

    Raises:
        SettingError: The index is outside the layer, or no index.
        UnknownNameError: The output layer has no such class or target.

    Example:
        >>> output = find_layer(MLPSpec(input_shape=(2,), n_outputs=2, hidden=()), "output")
        >>> find_unit(output, "bag", ("coat", "bag")), find_unit(output, 0)
        (1, 0)
    """
    if isinstance(unit, str) and layer.name == OUTPUT:
        named = find_name(unit, output_names)
        if named is not None:
            return named
    index = _index(unit)
    if index is not None and 0 <= index < layer.n_units:
        return index
    if index is None and layer.name == OUTPUT and output_names:
        raise UnknownNameError("class or target", str(unit), output_names)
    raise SettingError(
        f"unit {unit!r} is not in layer {layer.name!r}, whose units are 0 to {layer.n_units - 1}: choose one of these"
    )


def find_name(text: str, names: Sequence[str]) -> int | None:
    """Position of a name, whatever its case where that leaves no doubt; ``None`` when it is not there.

    Example:
        >>> find_name("coat", ("Coat", "Bag")), find_name("a", ("A", "a")), find_name("b", ("B", "a"))
        (0, 1, 0)
    """
    if text in names:
        return list(names).index(text)
    alike = [place for place, name in enumerate(names) if name.casefold() == text.casefold()]
    return alike[0] if len(alike) == 1 else None


def _index(unit: str | int) -> int | None:
    try:
        return int(unit)
    except ValueError:
        return None
