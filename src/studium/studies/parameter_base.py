"""A parameter: a setting that a study can vary."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from studium.errors import SettingError
from studium.studies.results import Value
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
