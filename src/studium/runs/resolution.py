"""From what a step says to what is trained: defaults filled in, contradictions found, before anything runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_args

from pydantic import ValidationError

from studium.config import Frozen, explain
from studium.data import Dataset
from studium.errors import InputError, SettingError, UnknownNameError
from studium.models import CNNSpec, MLPSpec, layers, preset
from studium.runs.step_base import NetworkStep
from studium.training import TrainConfig
from studium.training.config import Optimizer
from studium.training.defaults import default_config
from studium.training.flip_averaging import require_images
from studium.training.losses import loss_name

Description = TypeVar("Description", bound=Frozen)
Step = TypeVar("Step", bound=NetworkStep)

_FROM_DATA = {"kind", "input_shape", "n_outputs"}  # parts of a spec that are not the user's choice


class StepError(InputError):
    """Something in a step cannot be.

    Args:
        path: Keys within the step.
        message: The sentence.
    """

    def __init__(self, path: tuple[str, ...], message: str) -> None:
        self.path = path
        super().__init__(message)


@dataclass(frozen=True)
class Resolved(Generic[Step]):
    """What a step trains.

    Attributes:
        step: The step with every default written out.
        spec: The network.
        config: The training.
    """

    step: Step
    spec: MLPSpec | CNNSpec
    config: TrainConfig


def resolve(step: Step, data: Dataset) -> Resolved[Step]:
    """Fill in what a step leaves open.

    Args:
        step: The step.
        data: Its data.

    Raises:
        StepError: It asks for something that cannot be; says which key.
    """
    try:
        base = preset(step.model, data.input_shape, data.n_outputs)
    except InputError as error:
        raise StepError(("model",), str(error)) from error
    spec = _changed(base, step.network, "network", _FROM_DATA)
    try:
        layers(spec)
    except InputError as error:
        raise StepError(("network",), str(error)) from error
    default = default_config(spec, data, optimizer=_optimizer(step), precision=step.config.get("precision"))
    config = _changed(default, step.config, "config")
    _check_task(config, data)
    network = {key: value for key, value in spec.model_dump(mode="json").items() if key not in _FROM_DATA}
    written = step.model_copy(update={"network": network, "config": config.model_dump(mode="json")})
    return Resolved(written, spec, config)


def _changed(
    base: Description, changes: dict[str, Any], key: str, fixed: set[str] | frozenset[str] = frozenset()
) -> Description:
    known = [name for name in type(base).model_fields if name not in fixed]
    unknown = next((name for name in changes if name not in known), None)
    if unknown is not None:
        raise StepError((key, unknown), str(UnknownNameError(f"setting of {key}", unknown, known)))
    try:
        return type(base).model_validate(base.model_dump() | changes)
    except ValidationError as error:
        place = tuple(str(part) for part in error.errors()[0]["loc"][:1])
        raise StepError((key, *place), str(explain(error, key))) from error


def _optimizer(step: NetworkStep) -> Optimizer | None:
    # A wrong one is found with the other settings.
    return next((name for name in get_args(Optimizer) if name == step.config.get("optimizer")), None)


def _check_task(config: TrainConfig, data: Dataset) -> None:
    try:
        loss_name(config, data.task)
    except SettingError as error:
        raise StepError(("config", "loss"), str(error)) from error
    if config.augmentation.active and len(data.input_shape) != 3:
        raise StepError(
            ("config", "augmentation"),
            f"augmentation needs images, but {data.name} is a table: leave augmentation out",
        )
    try:
        require_images(config, data.input_shape, data.name)
    except SettingError as error:
        raise StepError(("config", "flip_averaging"), str(error)) from error
