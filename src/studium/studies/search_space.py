"""Search spaces: everything a search varies, some of it only where it makes sense."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from studium.errors import InputError, SettingError, UnknownNameError
from studium.models import invalid_reason, n_parameters
from studium.studies.results import Value
from studium.studies.space import Dimension, point_at
from studium.validation import Point

Values = dict[str, Value]
Suggest = Callable[[Dimension], Value]

_DRAWN = 2000  # points that are drawn to see what share of a space can be built
_ENDS = 100  # points made of ends of ranges, to see that these are allowed


@dataclass(frozen=True)
class Conditional:
    """A parameter, and where it exists.

    Attributes:
        dimension: The parameter and its values.
        when: For each parameter that it depends on, the values with which it exists; empty: it always does.
    """

    dimension: Dimension
    when: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)

    def exists(self, values: Mapping[str, Value]) -> bool:
        """Whether a point with these values of the parameters before has it."""
        return all(values.get(name) in allowed for name, allowed in self.when.items())


@dataclass(frozen=True)
class SearchSpace:
    """What a search varies.

    Attributes:
        name: Of the space.
        point: Network and training that every point starts from.
        parameters: In the order in which they are drawn and set: those that others depend on come first.
        most_parameters: Largest number of trainable numbers that a network may have; ``None``: any.
        first: Points to try before any other, each with the values of some parameters; the sampler draws the rest.

    Raises:
        SettingError: A parameter depends on one that does not come before it, or on values that this does not take; a first
            point has a parameter or value that the space does not have; or there is no parameter.
    """

    name: str
    point: Point
    parameters: tuple[Conditional, ...]
    most_parameters: int | None = None
    first: tuple[Mapping[str, Value], ...] = ()

    def __post_init__(self) -> None:
        if not self.parameters:
            raise SettingError(
                f"the space {self.name!r} varies nothing, but a search needs a parameter: add one"
            )
        known: dict[str, Dimension] = {}
        for each in self.parameters:
            for name, values in each.when.items():
                _check_condition(each.dimension.name, name, values, known)
            if each.dimension.name in known:
                raise SettingError(
                    f"{each.dimension.name} is given twice, but each parameter varies once: remove one"
                )
            known[each.dimension.name] = each.dimension
        for point in self.first:
            for name, value in point.items():
                if name not in known:
                    raise UnknownNameError("parameter of the space", name, known)
                _check_taken(f"a first point in which {name}", known[name], value)

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """Every parameter with its values."""
        return tuple(each.dimension for each in self.parameters)

    @property
    def conditional(self) -> tuple[str, ...]:
        """Names of the parameters that only some points have."""
        return tuple(each.dimension.name for each in self.parameters if each.when)

    def draw(self, suggest: Suggest) -> Values:
        """Values of one point: each parameter that exists is asked for, in order."""
        values: Values = {}
        for each in self.parameters:
            if each.exists(values):
                values[each.dimension.name] = suggest(each.dimension)
        return values

    def at(self, values: Mapping[str, Value]) -> Point:
        """The point with these values.

        Raises:
            SettingError: The model or the optimiser does not have one of the parameters, or a value is outside what it
                allows.
        """
        varied = [each.dimension for each in self.parameters if each.dimension.name in values]
        return point_at(self.point, varied, values)

    def invalid_reason(self, point: Point) -> str | None:
        """Why a point cannot be, by shape arithmetic; ``None`` when it can."""
        reason = invalid_reason(point[0])
        if reason is not None or self.most_parameters is None:
            return reason
        n = n_parameters(point[0])
        if n <= self.most_parameters:
            return None
        return f"the network has {n:,} parameters, but {self.most_parameters:,} are the most that the space allows"

    def n_points(self, most: int) -> int | None:
        """How many points there are; ``None`` when there are more than ``most``, as along any range of real numbers."""
        n = self._n_points({}, 0, most)
        return n if n <= most else None

    def _n_points(self, values: Values, place: int, most: int) -> int:
        # With these values of the parameters before ``place``; any number above ``most`` stands for all of them.
        if place == len(self.parameters):
            return 1
        each = self.parameters[place]
        if not each.exists(values):
            return self._n_points(values, place + 1, most)
        n = 0
        for value in _options(each.dimension, most):
            n += self._n_points({**values, each.dimension.name: value}, place + 1, most - n)
            if n > most:
                break
        return n

    def sample(self, n: int, seed: int = 0) -> list[Point]:
        """Points that can be built, drawn at random: ``n``, or as many as there are among 2,000."""
        stream = np.random.default_rng(seed)
        found: list[Point] = []
        for _ in range(_DRAWN):
            if len(found) == n:
                break
            point = self.at(self.draw(lambda dimension: _random(dimension, stream)))
            found += [point] if self.invalid_reason(point) is None else []
        return found

    def share_valid(self, seed: int = 0) -> float:
        """Share of the points that can be built, among 2,000 drawn at random.

        Raises:
            SettingError: A point has a parameter that its model or optimiser does not have.
        """
        stream = np.random.default_rng(seed)
        return self._reasons(lambda dimension: _random(dimension, stream), _DRAWN).count(None) / _DRAWN

    def check(self) -> float:
        """Make sure that the space can be searched, before anything is trained; done once, however often it is asked for.

        Returns:
            Share of its points that can be built.

        Raises:
            SettingError: Some point asks for what its network does not have, or none of 2,000 can be built.
        """
        return self._checked

    @cached_property
    def _checked(self) -> float:
        try:
            share = self.share_valid()
            stream = np.random.default_rng(0)
            self._reasons(lambda dimension: _end(dimension, stream), _ENDS)
        except InputError as error:
            raise SettingError(
                f"the space {self.name!r} has points that cannot be set: {error}; or say with `when` where it exists"
            ) from error
        if share == 0:
            stream = np.random.default_rng(0)
            (reason,) = self._reasons(lambda dimension: _random(dimension, stream), 1)
            raise SettingError(
                f"the space {self.name!r} has no network that can be built among {_DRAWN:,} drawn from it; for example, "
                f"{reason}: widen its ranges"
            )
        return share

    def _reasons(self, suggest: Suggest, n: int) -> list[str | None]:
        # Why each of so many points cannot be built.
        return [self.invalid_reason(self.at(self.draw(suggest))) for _ in range(n)]


def _check_condition(
    name: str, other: str, values: tuple[Value, ...], known: Mapping[str, Dimension]
) -> None:
    if other not in known:
        raise SettingError(
            f"{name} exists when {other} has certain values, but no parameter {other} comes before it: "
            "add one, or move it up"
        )
    dimension = known[other]
    if not dimension.values and dimension.parameter.kind == "float":
        raise SettingError(
            f"{name} exists when {other} is {values[0]}, but {other} takes any number in a range and so hardly ever that "
            f"one: list the values of {other}"
        )
    for value in values:
        _check_taken(f"{name} exists when {other}", dimension, value)


def _check_taken(where: str, dimension: Dimension, value: Value) -> None:
    if dimension.values:
        if value not in dimension.values:
            raise UnknownNameError(f"value of {dimension.name}", str(value), map(str, dimension.values))
        return
    whole = dimension.parameter.kind == "int"
    inside = not isinstance(value, str) and dimension.low <= value <= dimension.high
    if not inside or (whole and value != round(float(value))):
        raise SettingError(
            f"{where} is {value!r}, but {dimension.name} is a {'whole ' if whole else ''}number from {dimension.low:g} to "
            f"{dimension.high:g}: choose a value that it takes"
        )


def _options(dimension: Dimension, most: int) -> Sequence[Value]:
    # All values; of more than ``most``, so many and one.
    if dimension.values:
        return dimension.values
    if dimension.parameter.kind == "int":
        return range(round(dimension.low), round(dimension.high) + 1)[: most + 1]
    return (
        [dimension.low]
        if dimension.low == dimension.high
        else np.linspace(dimension.low, dimension.high, most + 2).tolist()
    )


def _end(dimension: Dimension, stream: np.random.Generator) -> Value:
    ends = dimension.values or (dimension.low, dimension.high)
    value = ends[int(stream.integers(len(ends)))]
    return round(value) if dimension.parameter.kind == "int" and not isinstance(value, str) else value


def _random(dimension: Dimension, stream: np.random.Generator) -> Value:
    if dimension.values:
        return dimension.values[int(stream.integers(len(dimension.values)))]
    if dimension.parameter.kind == "int" and not dimension.log:
        return int(stream.integers(round(dimension.low), round(dimension.high) + 1))
    low, high = (
        (np.log([dimension.low, dimension.high])) if dimension.log else (dimension.low, dimension.high)
    )
    value = float(stream.uniform(low, high))
    value = float(np.exp(value)) if dimension.log else value
    value = min(max(value, dimension.low), dimension.high)
    return round(value) if dimension.parameter.kind == "int" else value
