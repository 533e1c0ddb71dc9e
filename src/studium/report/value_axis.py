"""Where the values of a parameter lie on an axis: numbers on a linear or logarithmic scale, names behind them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from studium.numerals import compact_number
from studium.studies.results import Value

_TICKS = 6  # aimed at
_FEW_DECADES = 2  # up to which 1, 2 and 5 of each decade have a tick


@dataclass(frozen=True)
class ValueAxis:
    """An axis for the values of one parameter.

    Attributes:
        label: The parameter in words.
        log: Whether numbers lie on a logarithmic scale; places are then powers of ten.
        low, high: Smallest and largest place of a number; both 0 when there is none.
        names: Values that are names; they have places of their own behind the numbers.
    """

    label: str
    log: bool
    low: float
    high: float
    names: tuple[str, ...]

    @property
    def has_numbers(self) -> bool:
        """Whether any value is a number."""
        return self.high > self.low or not self.names

    @property
    def range(self) -> list[float]:
        """Ends of the axis, with some room."""
        first, last = (self.low, self.high) if self.has_numbers else (0.0, 0.0)
        last = self.place(self.names[-1]) if self.names else last
        room = 0.04 * (last - first) if self.has_numbers and last > first else 0.5
        return [first - room, last + room]

    def place(self, value: Value) -> float:
        """Where a value lies."""
        if not isinstance(value, str):
            return math.log10(value) if self.log else float(value)
        index = self.names.index(value)
        return self.high + (index + 1) * self._gap if self.has_numbers else float(index)

    def text(self, value: Value) -> str:
        """A value as it is written."""
        return value if isinstance(value, str) else compact_number(value, log=self.log)

    def ticks(self) -> tuple[list[float], list[str]]:
        """Places and texts of the ticks."""
        numbers: list[float] = []
        if self.has_numbers:
            numbers = self._log_ticks() if self.log else self._linear_ticks()
        values: list[Value] = [*numbers, *self.names]
        return [self.place(value) for value in values], [self.text(value) for value in values]

    @property
    def _gap(self) -> float:
        return 0.18 * (self.high - self.low)

    def _log_ticks(self) -> list[float]:
        digits = (1, 2, 5) if self.high - self.low <= _FEW_DECADES else (1,)
        powers = range(math.floor(self.low), math.ceil(self.high) + 1)
        ticks = [digit * 10.0**power for power in powers for digit in digits]
        return [tick for tick in ticks if self.low - 0.02 <= math.log10(tick) <= self.high + 0.02]

    def _linear_ticks(self) -> list[float]:
        if self.high == self.low:
            return [self.low]
        rough = (self.high - self.low) / _TICKS
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [round(index * step, 12) for index in range(first, last + 1)]


def value_axis(label: str, values: Sequence[Value], *, log: bool) -> ValueAxis:
    """The axis for some values.

    Args:
        label: The parameter in words.
        values: What was tried, at least one.
        log: Whether numbers lie on a logarithmic scale.

    Example:
        >>> value_axis("learning rate", [1e-5, 1e-2], log=True).ticks()
        ([-5.0, -4.0, -3.0, -2.0], ['1e-5', '1e-4', '1e-3', '1e-2'])
    """
    numbers = [value for value in values if not isinstance(value, str)]
    places = [math.log10(number) if log else float(number) for number in numbers] or [0.0]
    names = tuple(dict.fromkeys(value for value in values if isinstance(value, str)))
    return ValueAxis(label, log, min(places), max(places), names)
