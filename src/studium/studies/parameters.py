"""What can be studied: each parameter's name, its usual range, and how it is set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from studium.errors import SettingError, UnknownNameError
from studium.models import Activation, CNNSpec, Initialisation, MLPSpec
from studium.studies.results import Value
from studium.training import TrainConfig
from studium.training.config import Optimizer, has_momentum
from studium.training.defaults import with_optimizer
from studium.validation import Point

Kind = Literal["float", "int", "choice"]


@dataclass(frozen=True)
class Parameter:
    """A setting that a study can vary.

    Attributes:
        name: As written on the command line and in plans.
        label: As written in figures and results.
        kind: ``float``, ``int``, or ``choice`` among names.
        low: Smallest value of the usual range.
        high: Largest value of the usual range.
        log: Whether the usual range is logarithmic.
        choices: Names of a ``choice``; for numbers an additional name such as ``none``.
        put: Sets it in a point.
        obstacle: Why a point does not have it, or ``None``.
    """

    name: str
    label: str
    kind: Kind
    put: Callable[[Point, Any], Point]
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    choices: tuple[str, ...] = ()
    obstacle: Callable[[Point], str | None] = lambda _: None

    def apply(self, point: Point, value: Value) -> Point:
        """The point with this parameter set, validated.

        Raises:
            SettingError: The model or the optimiser does not have the parameter.
            pydantic.ValidationError: The value is outside what the parameter allows.
        """
        reason = self.obstacle(point)
        if reason is not None:
            raise SettingError(f"{self.name} cannot be studied here, because {reason}")
        return self.put(point, None if value == "none" else value)


def parameter(name: str) -> Parameter:
    """The parameter of a name; ``-`` and ``_`` are the same, and so are ``lr`` and ``learning_rate``.

    Raises:
        UnknownNameError: There is none.
    """
    plain = name.strip().replace("-", "_")
    plain = _ALIASES.get(plain, plain)
    if plain not in _PARAMETERS:
        raise UnknownNameError("parameter", name, _PARAMETERS)
    return _PARAMETERS[plain]


def parameter_names() -> tuple[str, ...]:
    """Names of everything that can be studied."""
    return tuple(_PARAMETERS)


def _in_config(field: str) -> Callable[[Point, Any], Point]:
    def put(point: Point, value: Any) -> Point:
        spec, config = point
        return spec, TrainConfig.model_validate(config.model_dump() | {field: value})

    return put


def _in_spec(field: str) -> Callable[[Point, Any], Point]:
    def put(point: Point, value: Any) -> Point:
        spec, config = point
        return _changed(spec, field, value), config

    return put


def _changed(spec: MLPSpec | CNNSpec, field: str, value: Any) -> MLPSpec | CNNSpec:
    return type(spec).model_validate(spec.model_dump() | {field: value})


def _put_width(point: Point, value: int) -> Point:
    spec, config = point
    return _changed(spec, "hidden", (value,) * len(spec.hidden)), config


def _put_dropout(point: Point, value: float) -> Point:
    spec, config = point
    return _changed(spec, "dropout", (value,) * len(spec.hidden)), config


def _no_dropout(point: Point) -> str | None:
    if point[0].dropout:
        return None
    return "the model has no dropout layers; choose one that has, such as net_d, net3_d, net4_d or cnn_d"


def _no_momentum(point: Point) -> str | None:
    if has_momentum(point[1].optimizer):
        return None
    return f"the optimizer {point[1].optimizer} has no momentum; choose momentum, nesterov or rmsprop"


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
    )
}

_ALIASES = {"learning_rate": "lr"}
