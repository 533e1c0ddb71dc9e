"""Parameters of a network's structure: how many layers, and what each of them is like."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from studium.models import CNNSpec, MLPSpec
from studium.studies.parameter_base import Parameter
from studium.validation import Point

Spec = MLPSpec | CNNSpec

_WIDTH, _DROPOUT = 64, 0.2  # of a layer that is added where there was none


def changed(spec: Spec, **fields: Any) -> Spec:
    """The spec with other fields, validated."""
    return type(spec).model_validate(spec.model_dump() | fields)


def structure_parameters() -> list[Parameter]:
    """Those that belong to the network as a whole."""
    return [
        Parameter("layers", "hidden layers", "int", _put_layers, 1, 4),
        Parameter("convolutions", "convolutions", "int", _put_convolutions, 1, 4, obstacle=_no_convolutions),
        Parameter(
            "batch_norm", "batch norm", "choice", _put_norm, choices=_SWITCH, obstacle=_no_convolutions
        ),
        Parameter(
            "global_average",
            "global average",
            "choice",
            _put_average,
            choices=_SWITCH,
            obstacle=_no_convolutions,
        ),
    ]


def layer_parameter(name: str) -> Parameter | None:
    """The parameter of one layer, such as ``units2`` or ``kernel1``, counted from 1; ``None`` when it is no such name."""
    found = re.fullmatch(r"([a-z]+)([1-9][0-9]?)", name)
    if found is None or found[1] not in LAYER_NAMES:
        return None
    what, index = found[1], int(found[2]) - 1
    if what in _CONVOLUTION:
        low, high, log, label = _CONVOLUTION[what]
        return Parameter(
            name,
            f"{label} {found[2]}",
            "int",
            _in_stage(what, index),
            low,
            high,
            log,
            obstacle=_no_stage(index),
        )
    if what == "units":
        return Parameter(
            name, f"units {found[2]}", "int", _put_units(index), 4, 256, True, obstacle=_no_layer(index)
        )
    return Parameter(
        name, f"dropout {found[2]}", "float", _put_dropout(index), 0.0, 0.8, obstacle=_no_layer(index)
    )


_SWITCH = ("no", "yes")
_CONVOLUTION = {  # field: usual range, whether logarithmic, label
    "channels": (4, 64, True, "channels"),
    "kernel": (2, 6, False, "kernel"),
    "stride": (1, 4, False, "stride"),
    "padding": (0, 1, False, "padding"),
    "pool": (1, 2, False, "pooling"),
    "residual": (0, 1, False, "residual blocks"),
}

LAYER_NAMES = ("units", "dropout", *_CONVOLUTION)
"""Parameters of one layer each, to be followed by its number: ``units1``, ``kernel3``."""


def _put_layers(point: Point, value: int) -> Point:
    spec, config = point
    hidden = _resized(spec.hidden, value, _WIDTH)
    dropout = _resized(spec.dropout, value, _DROPOUT) if spec.dropout else ()
    return changed(spec, hidden=hidden, dropout=dropout), config


def _resized(values: tuple[Any, ...], n: int, first: Any) -> tuple[Any, ...]:
    # Layers that are added are like the last.
    last = values[-1] if values else first
    return values[:n] + (last,) * (n - len(values))


def _put_convolutions(point: Point, value: int) -> Point:
    spec, config = point
    assert isinstance(spec, CNNSpec)
    return changed(spec, convolutions=_resized(spec.convolutions, value, None)), config


def _put_norm(point: Point, value: str) -> Point:
    spec, config = point
    assert isinstance(spec, CNNSpec)
    stages = [stage.model_copy(update={"batch_norm": value == "yes"}) for stage in spec.convolutions]
    return changed(spec, convolutions=stages), config


def _put_average(point: Point, value: str) -> Point:
    spec, config = point
    return changed(spec, global_average=value == "yes"), config


def _put_units(index: int) -> Callable[[Point, int], Point]:
    def put(point: Point, value: int) -> Point:
        spec, config = point
        return changed(spec, hidden=_with(spec.hidden, index, value)), config

    return put


def _put_dropout(index: int) -> Callable[[Point, float], Point]:
    def put(point: Point, value: float) -> Point:
        spec, config = point
        dropout = spec.dropout or (0.0,) * len(spec.hidden)
        return changed(spec, dropout=_with(dropout, index, value)), config

    return put


def _in_stage(field: str, index: int) -> Callable[[Point, int], Point]:
    def put(point: Point, value: int) -> Point:
        spec, config = point
        assert isinstance(spec, CNNSpec)
        stage = spec.convolutions[index].model_dump() | {field: value}
        return changed(spec, convolutions=_with(spec.convolutions, index, stage)), config

    return put


def _with(values: tuple[Any, ...], index: int, value: Any) -> tuple[Any, ...]:
    return (*values[:index], value, *values[index + 1 :])


def _no_convolutions(point: Point) -> str | None:
    return (
        None
        if isinstance(point[0], CNNSpec)
        else "the model has no convolutions; choose one that has, such as cnn"
    )


def _no_stage(index: int) -> Callable[[Point], str | None]:
    def obstacle(point: Point) -> str | None:
        stages = point[0].convolutions if isinstance(point[0], CNNSpec) else ()
        return _too_few(len(stages), index, "convolution")

    return obstacle


def _no_layer(index: int) -> Callable[[Point], str | None]:
    return lambda point: _too_few(len(point[0].hidden), index, "hidden layer")


def _too_few(n: int, index: int, noun: str) -> str | None:
    if index < n:
        return None
    return f"the model has {n} {noun}{'' if n == 1 else 's'} and no {noun} {index + 1}; choose a model that has it"
