"""Search spaces as TOML: those that come with Studium, and the user's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError

from studium.config import Frozen, explain
from studium.errors import InputError, SettingError, UnknownNameError
from studium.studies.results import Value
from studium.studies.search_space import Conditional, SearchSpace
from studium.studies.space import parse_dimension
from studium.validation import Point

SPACES = ("mlp", "mlp-plus", "cnn", "cnn-plus")
"""Names of the spaces that come with Studium."""


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value if isinstance(value, tuple) else (value,)


def _require_values(value: Any) -> Any:
    # Before pydantic looks at what the value may be: it names but the first of these in its message.
    given = value
    if isinstance(value, dict):
        if unknown := sorted(value.keys() - ParameterTable.model_fields.keys()):
            raise ValueError(f"a parameter has no {unknown[0]!r}, only 'values' and 'when'")
        if "values" not in value:
            raise ValueError("a parameter needs 'values'")
        _require_conditions(value.get("when", {}))
        given = value["values"]
    listed = isinstance(given, list | tuple) and len(given) > 0 and all(map(_is_value, given))
    if listed or isinstance(given, ParameterTable | str):
        return value
    raise ValueError(
        "the values of a parameter are 'LOW:HIGH', 'LOW:HIGH:log', 'A,B,C' or a list of numbers or names"
    )


def _require_conditions(when: Any) -> None:
    if not isinstance(when, dict):
        raise ValueError("'when' is a table with the values of other parameters, such as { layers = [2, 3] }")
    for values in map(_as_tuple, when.values()):
        if not values or not all(map(_is_value, values)):
            raise ValueError("a condition needs numbers or names with which the parameter exists")


def _is_value(value: Any) -> bool:
    return isinstance(value, str | int | float) and not isinstance(value, bool)


OneOrMore = Annotated[tuple[Value, ...], BeforeValidator(_as_tuple), Field(min_length=1)]


class ParameterTable(Frozen):
    """A parameter of a space.

    Attributes:
        values: ``LOW:HIGH``, ``LOW:HIGH:log``, ``A,B,C``, or a list.
        when: For each parameter that it depends on, the value or values with which it exists.
    """

    values: str | tuple[Value, ...]
    when: dict[str, OneOrMore] = Field(default={})


def _plain(value: str | tuple[Value, ...] | ParameterTable) -> str | tuple[Value, ...] | ParameterTable:
    return value.values if isinstance(value, ParameterTable) and not value.when else value


Written = Annotated[
    str | tuple[Value, ...] | ParameterTable, BeforeValidator(_require_values), AfterValidator(_plain)
]
"""Values of a parameter as they are written; a table only where it says when the parameter exists."""

Parameters = dict[str, Written]
"""Values by name of the parameter, in the order in which they are drawn."""


Points = tuple[dict[str, Value], ...]
"""Values by name of the parameter, for each of some points."""


class SpaceTable(Frozen):
    """A search space as it is written.

    Attributes:
        name: Of the space.
        model: Preset that every point starts from.
        network: What differs from the preset.
        config: What differs from the default train config.
        parameters: What varies.
        most_parameters: Largest number of trainable numbers of a network; ``None``: any.
        hand_made: Presets to measure the winner against; ``None``: those that the source compares on such data.
        refit_epochs: Epochs of the leading trials' last measurement and of the final trainings, when these are to be longer
            than the trainings of the search.
        first: Points to try before any other, each with the values of some parameters.
        mirror: Whether networks train on mirror images too, and take the mean over an image and its mirror image, where the
            data are known to allow it.
        mixed_precision: Whether networks train in mixed precision, where the processor is fast in it.
    """

    name: str
    model: str
    network: dict[str, Any] = Field(default={})
    config: dict[str, Any] = Field(default={})
    parameters: Parameters
    most_parameters: int | None = Field(default=None, ge=1)
    hand_made: tuple[str, ...] | None = None
    refit_epochs: int | None = Field(default=None, ge=1)
    first: Points = ()
    mirror: bool = False
    mixed_precision: bool = False


def load_space(name: str | Path) -> SpaceTable:
    """A space by built-in name or from a TOML file.

    Args:
        name: One of :data:`SPACES`, or a ``.toml`` file.

    Raises:
        InputError: There is no such space, the file cannot be read, or says something that cannot be.

    Example:
        >>> load_space("mlp").parameters["lr"]
        '1e-5:1e-1:log'
    """
    text = _text(name)
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{name} is no TOML ({error}): correct it there") from error
    try:
        return SpaceTable.model_validate({"name": Path(name).stem, **table})
    except ValidationError as error:
        raise SettingError(f"{name}: {explain(error, 'space')}") from error


def search_space(
    name: str,
    point: Point,
    parameters: Parameters,
    *,
    most_parameters: int | None = None,
    first: Points = (),
) -> SearchSpace:
    """A space from its parameters as they are written.

    Args:
        name: Of the space.
        point: Network and training that every point starts from.
        parameters: What varies.
        most_parameters: Largest number of trainable numbers of a network; ``None``: any.
        first: Points to try before any other.

    Raises:
        InputError: There is no such parameter or choice, a range is empty or reversed, or a condition cannot be.

    Example:
        >>> from studium.models import MLPSpec
        >>> from studium.training import TrainConfig
        >>> point = MLPSpec(input_shape=(1,), n_outputs=1, hidden=(8,)), TrainConfig()
        >>> space = search_space("mine", point, {"lr": "1e-4:1e-1:log", "units1": "4:64"})
        >>> [dimension.text() for dimension in space.dimensions]
        ['lr=1e-4:0.1:log', 'units1=4:64']
    """
    varied = tuple(_conditional(*item) for item in parameters.items())
    named = tuple({parse_dimension(key).name: value for key, value in each.items()} for each in first)
    return SearchSpace(name, point, varied, most_parameters, named)


def _conditional(name: str, written: Written) -> Conditional:
    values = written.values if isinstance(written, ParameterTable) else written
    text = values if isinstance(values, str) else ",".join(map(str, values))
    when: Mapping[str, tuple[Value, ...]] = written.when if isinstance(written, ParameterTable) else {}
    canonical = {parse_dimension(key).name: allowed for key, allowed in when.items()}
    return Conditional(parse_dimension(f"{name}={text}"), canonical)


def _text(name: str | Path) -> str:
    if str(name) in SPACES:
        return (
            resources.files("studium.studies").joinpath("spaces", f"{name}.toml").read_text(encoding="utf-8")
        )
    path = Path(name)
    if path.suffix != ".toml":
        raise UnknownNameError("space", str(name), (*SPACES, "or a .toml file"))
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SettingError(f"{path} is no text, but a space is a TOML file: choose another") from error
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}): give the file of a space") from error
