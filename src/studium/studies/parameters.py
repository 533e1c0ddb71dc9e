"""What can be studied: every parameter by its name, with its usual range and how it is set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, get_args

from studium.errors import UnknownNameError
from studium.models import Activation, Initialisation
from studium.studies.parameter_base import Parameter
from studium.studies.structure_parameters import LAYER_NAMES, changed, layer_parameter, structure_parameters
from studium.training import TrainConfig
from studium.training.config import Augmentation, Optimizer, Schedule, has_momentum
from studium.training.defaults import with_optimizer
from studium.validation import Point


def parameter(name: str) -> Parameter:
    """The parameter of a name; ``-`` and ``_`` are the same, and so are ``lr`` and ``learning_rate``.

    Raises:
        UnknownNameError: There is none.
    """
    plain = name.strip().replace("-", "_")
    plain = _ALIASES.get(plain, plain)
    found = _PARAMETERS.get(plain) or layer_parameter(plain)
    if found is None:
        raise UnknownNameError("parameter", name, (*_PARAMETERS, *(f"{each}1" for each in LAYER_NAMES)))
    return found


def parameter_names() -> tuple[str, ...]:
    """Names of everything that can be studied, but for the parameters of single layers, such as ``units2``."""
    return tuple(_PARAMETERS)


def _in_config(field: str) -> Callable[[Point, Any], Point]:
    def put(point: Point, value: Any) -> Point:
        spec, config = point
        return spec, TrainConfig.model_validate(config.model_dump() | {field: value})

    return put


def _in_spec(field: str) -> Callable[[Point, Any], Point]:
    def put(point: Point, value: Any) -> Point:
        spec, config = point
        return changed(spec, **{field: value}), config

    return put


def _in_augmentation(field: str) -> Callable[[Point, Any], Point]:
    def put(point: Point, value: Any) -> Point:
        spec, config = point
        augmentation = Augmentation.model_validate(config.augmentation.model_dump() | {field: value})
        return spec, TrainConfig.model_validate(config.model_dump() | {"augmentation": augmentation})

    return put


def _put_width(point: Point, value: int) -> Point:
    spec, config = point
    return changed(spec, hidden=(value,) * len(spec.hidden)), config


def _put_dropout(point: Point, value: float) -> Point:
    spec, config = point
    return changed(spec, dropout=(value,) * len(spec.hidden)), config


def _no_dropout(point: Point) -> str | None:
    if point[0].dropout:
        return None
    return "the model has no dropout layers; choose one that has, such as net_d, net3_d, net4_d or cnn_d"


def _no_momentum(point: Point) -> str | None:
    if has_momentum(point[1].optimizer):
        return None
    return f"the optimizer {point[1].optimizer} has no momentum; choose momentum, nesterov or rmsprop"


def _no_images(point: Point) -> str | None:
    return None if len(point[0].input_shape) == 3 else "the data are no images; leave augmentation out"


def _no_hidden(point: Point) -> str | None:
    return None if point[0].hidden else "the model has no hidden layers; choose one that has"


def _put_optimizer(point: Point, value: Any) -> Point:
    spec, config = point
    return spec, with_optimizer(spec, config, value)


_PARAMETERS = {
    each.name: each
    for each in (
        Parameter("lr", "learning rate", "float", _in_config("learning_rate"), 1e-5, 1.0, log=True),
        Parameter("momentum", "momentum", "float", _in_config("momentum"), 0.0, 0.99, obstacle=_no_momentum),
        Parameter("weight_decay", "weight decay", "float", _in_config("weight_decay"), 1e-6, 1.0, log=True),
        Parameter("l1", "L1 penalty", "float", _in_config("l1"), 1e-6, 1e-1, log=True),
        Parameter("dropout", "dropout", "float", _put_dropout, 0.0, 0.9, obstacle=_no_dropout),
        Parameter("patience", "patience", "int", _in_config("patience"), 5, 500, log=True, choices=("none",)),
        Parameter("epochs", "epochs", "int", _in_config("epochs"), 10, 1000, log=True),
        Parameter(
            "batch_size", "batch size", "int", _in_config("batch_size"), 8, 256, log=True, choices=("none",)
        ),
        Parameter(
            "width", "units per hidden layer", "int", _put_width, 4, 256, log=True, obstacle=_no_hidden
        ),
        Parameter("optimizer", "optimizer", "choice", _put_optimizer, choices=get_args(Optimizer)),
        Parameter("activation", "activation", "choice", _in_spec("activation"), choices=get_args(Activation)),
        Parameter(
            "initialisation",
            "initialisation",
            "choice",
            _in_spec("initialisation"),
            choices=get_args(Initialisation),
        ),
        Parameter("schedule", "schedule", "choice", _in_config("schedule"), choices=get_args(Schedule)),
        Parameter("warmup_share", "warm-up share", "float", _in_config("warmup_share"), 0.1, 0.5),
        Parameter("label_smoothing", "label smoothing", "float", _in_config("label_smoothing"), 0.0, 0.2),
        Parameter(
            "gradient_clip", "gradient clip", "float", _in_config("gradient_clip"), 0.1, 10.0, log=True
        ),
        Parameter("shift", "shift", "int", _in_augmentation("shift"), 0, 3, obstacle=_no_images),
        Parameter("flip", "flip", "float", _in_augmentation("flip"), 0.0, 0.5, obstacle=_no_images),
        Parameter("erase", "erase", "float", _in_augmentation("erase"), 0.0, 0.5, obstacle=_no_images),
        *structure_parameters(),
    )
}

_ALIASES = {"learning_rate": "lr"}
