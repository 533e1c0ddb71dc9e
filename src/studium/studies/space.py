"""Spaces: the values that a study varies, as a range or a list."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import ValidationError

from studium.config import broken_rule, explain
from studium.errors import SettingError, UnknownNameError
from studium.numerals import compact_number
from studium.studies.parameter_base import Parameter
from studium.studies.parameters import parameter
from studium.studies.results import Value
from studium.validation import Point


@dataclass(frozen=True)
class Dimension:
    """One parameter and the values it takes: a range, or a list.

    Attributes:
        parameter: What varies.
        low: Smallest value of a range.
        high: Largest value of a range.
        log: Whether the range is logarithmic.
        values: The list; empty for a range.
    """

    parameter: Parameter
    low: float = 0.0
    high: float = 1.0
    log: bool = False
    values: tuple[Value, ...] = ()

    @property
    def name(self) -> str:
        """The parameter's name."""
        return self.parameter.name

    def grid(self, n_values: int) -> tuple[Value, ...]:
        """The list, or evenly spaced values of the range, both ends included; integers without repetition."""
        if self.values:
            return self.values
        spaced = np.geomspace if self.log else np.linspace
        points = spaced(self.low, self.high, n_values)
        if self.parameter.kind == "int":
            return tuple(sorted({round(value) for value in points}))
        for digits in range(
            3, 18
        ):  # few digits, so that what is printed is what was tried, but all values different
            rounded = [float(f"{value:.{digits}g}") for value in points]
            if len(set(rounded)) == len(points):
                break
        return tuple(min(max(value, self.low), self.high) for value in rounded)

    @property
    def is_log(self) -> bool:
        """Whether the numbers lie on a logarithmic scale: such a range, or a list over two decades or more."""
        if not self.values:
            return self.log
        numbers = [value for value in self.values if not isinstance(value, str)]
        return len(numbers) > 1 and min(numbers) > 0 and max(numbers) / min(numbers) >= 100

    def is_near_end(self, value: Value) -> bool:
        """Whether a value lies within a twentieth of the range from an end of it, so that a better one may lie outside."""
        if self.values or isinstance(value, str):
            return False
        low, high, place = (math.log(each) if self.log else each for each in (self.low, self.high, value))
        return not 0.05 <= (place - low) / (high - low) <= 0.95

    def text(self) -> str:
        """As written on the command line; reading it back gives an equal dimension."""
        if self.values:
            return f"{self.name}={','.join(map(_written, self.values))}"
        return f"{self.name}={_written(self.low)}:{_written(self.high)}{':log' if self.log else ''}"


def point_at(point: Point, dimensions: Sequence[Dimension], values: Mapping[str, Value]) -> Point:
    """The point with the given values set.

    Args:
        point: Network and training to start from.
        dimensions: What varies; an optimiser is set first, because others depend on it.
        values: Value of each by name.

    Raises:
        SettingError: The model or the optimiser does not have a parameter, or a value is outside what it allows.
    """
    for dimension in sorted(dimensions, key=lambda each: each.name != "optimizer"):
        value = values[dimension.name]
        try:
            point = dimension.parameter.apply(point, value)
        except ValidationError as error:
            raise _outside(error, dimension.name, value) from error
    return point


def check_dimensions(point: Point, dimensions: Sequence[Dimension]) -> None:
    """Make sure that a point has the parameters, and that both ends of each range, and each value of a list, are allowed.

    Raises:
        SettingError: It is not so.
    """
    corners = [dimension.values or (dimension.low, dimension.high) for dimension in dimensions]
    names = [dimension.name for dimension in dimensions]
    for values in itertools.product(*corners):
        point_at(point, dimensions, dict(zip(names, values, strict=True)))


def _outside(error: ValidationError, name: str, value: Value) -> SettingError:
    first = error.errors()[0]
    if not first["loc"]:  # a contradiction; its sentence names the values and the cure
        return explain(error, name)
    return SettingError(f"{name} is {value}, but {broken_rule(first)}: choose a value inside that range")


def parse_dimension(text: str) -> Dimension:
    """A dimension from ``NAME``, ``NAME=LOW:HIGH``, ``NAME=LOW:HIGH:log`` or ``NAME=A,B,C``.

    Args:
        text: As on the command line; a name alone takes the parameter's usual range or all its choices.

    Raises:
        UnknownNameError: There is no such parameter or choice.
        SettingError: The range is empty, reversed, or logarithmic over 0; a value is no number.

    Example:
        >>> parse_dimension("lr=1e-3:1e-1:log").grid(3)
        (0.001, 0.01, 0.1)
        >>> parse_dimension("batch-size=16,32,none").values
        (16, 32, 'none')
    """
    name, equals, rest = text.partition("=")
    known = parameter(name)
    if not equals:
        if known.kind == "choice":
            return Dimension(known, values=known.choices)
        return Dimension(known, known.low, known.high, known.log)
    if ":" in rest:
        return _range(known, rest)
    return _list(known, rest)


def _range(known: Parameter, text: str) -> Dimension:
    if known.kind == "choice":
        raise SettingError(
            f"{known.name} is {text!r}, but it is chosen by name: give a list such as {known.choices[0]}"
        )
    low_text, high_text, *scale = text.split(":")
    if scale not in ([], ["log"], ["linear"]):
        raise SettingError(
            f"{known.name} is {text!r}, but a range is LOW:HIGH, LOW:HIGH:log or LOW:HIGH:linear: correct it"
        )
    low, high = (float(_number(known, part)) for part in (low_text, high_text))
    log = scale == ["log"]
    if low >= high:
        raise SettingError(
            f"the range of {known.name} is {low:g} to {high:g}, but it must rise: exchange or widen its ends"
        )
    if log and low <= 0:
        raise SettingError(
            f"the range of {known.name} starts at {low:g}, but log needs a start above 0: raise it or drop log"
        )
    return Dimension(known, low, high, log)


def _list(known: Parameter, text: str) -> Dimension:
    items = [item.strip() for item in text.split(",")]
    if "" in items:
        raise SettingError(
            f"{known.name} is {text!r}, but a list needs a value between commas: give values such as A,B,C"
        )
    values = tuple(_listed(known, item) for item in items)
    if len(set(values)) < len(values):
        raise SettingError(
            f"{known.name} is {text!r}, but each value may stand there once: remove the repetition"
        )
    return Dimension(known, values=values)


def _listed(known: Parameter, item: str) -> Value:
    if item in known.choices:
        return item
    if known.kind == "choice":
        raise UnknownNameError(known.name, item, known.choices)
    return _number(known, item)


def _number(known: Parameter, text: str) -> float | int:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise SettingError(f"{known.name} is {text!r}, but it must be a finite number: correct it")
    if known.kind == "float":
        return value
    if value != round(value):
        raise SettingError(f"{known.name} is {text!r}, but it must be a whole number: round it")
    return round(value)


def _written(value: Value) -> str:
    if isinstance(value, str):
        return value
    short = compact_number(value)
    return short if float(short) == value else repr(value)
