"""The good range of a parameter, as text and as data."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from numbers import Real

import numpy as np

from studium.errors import SettingError
from studium.numerals import compact_number

_MOST_NAMED = 8


@dataclass(frozen=True)
class GoodRange:
    """Values of one parameter that are not significantly worse than the best.

    Attributes:
        values: The good values: of numbers, ascending, those in one stretch of tested values around the best;
            of categories, all, in the order tested. Empty if every value diverged.
        best: The best value; ``None`` if every value diverged.
        others: Numbers that are not worse either, but lie beyond a value that is; ascending.
        ordered: Whether the values are numbers, or categories.
        log: Whether they lie on a logarithmic scale.
        reaches_lowest, reaches_highest: Whether the stretch ends at the lowest or highest tested value, so
            that the good range may go on outside what was tested; False for categories.
    """

    values: tuple[Hashable, ...]
    best: Hashable
    others: tuple[Hashable, ...] = ()
    ordered: bool = True
    log: bool = False
    reaches_lowest: bool = False
    reaches_highest: bool = False

    def text(self, name: str) -> str:
        """The range as one line.

        Args:
            name: The parameter, as it is to be written.

        Example:
            >>> verdicts = [False, True, True, True, False]
            >>> good_range([1e-5, 1e-4, 3e-3, 3e-2, 1], verdicts, best=2, log=True).text("learning rate")
            'learning rate: [1e-4, 3e-2], best 3e-3'
            >>> good_range(["sgd", "adam", "nesterov"], [False, True, True], best=1).text("optimizer")
            'optimizer: {adam, nesterov}, best adam'
        """
        if not self.values:
            return f"{name}: no good value, all diverged"
        if not self.ordered:
            return f"{name}: {{{self._join(self.values)}}}, best {self._write(self.best)}"
        also = f" (not worse either: {self._others()})" if self.others else ""
        ends = self._join((self.values[0], self.values[-1]))
        return f"{name}: [{ends}], best {self._write(self.best)}{also}"

    def _others(self) -> str:
        numbers = [value for value in self.others if _is_number(value)]
        if len(numbers) <= _MOST_NAMED:
            return self._join(self.others)
        stretch = f"{len(numbers)} values from {self._write(numbers[0])} to {self._write(numbers[-1])}"
        return ", ".join([stretch, *(self._write(value) for value in self.others if not _is_number(value))])

    def _join(self, values: Iterable[Hashable]) -> str:
        return ", ".join(map(self._write, values))

    def _write(self, value: Hashable) -> str:
        if not _is_number(value):
            return str(value)
        number = _number(value)
        short = compact_number(number, log=self.log)
        # Exactly what was tried where that is short; values of a sampler have many digits that mean nothing.
        return short if float(short) == number else compact_number(number, log=self.log, digits=4)


def good_range(
    values: Sequence[Hashable], not_worse: Sequence[bool] | np.ndarray, best: int | None, log: bool = False
) -> GoodRange:
    """The stretch of tested values around the best in which none is significantly worse.

    Between tested values nothing is known: the range is as fine as the values tried, and its ends are
    themselves tested and not worse. Where one value inside is worse, the range stops before it; good values
    beyond are listed as ``others``.

    Args:
        values: The tested values, ``[V]``, in any order: numbers, or categories as soon as one is not a
            number (``None`` and booleans are not). A number tested twice counts as not worse when one of the
            two is.
        not_worse: Verdicts, ``[V]`` (see :func:`~studium.validation.comparison.not_worse`).
        best: Index of the best value; ``None`` if all diverged.
        log: Whether the values lie on a logarithmic scale; it only changes how they are written.

    Raises:
        SettingError: The lengths differ, or the best is not one of the values that are not worse.

    Example:
        >>> found = good_range([0.0, 0.2, 0.5, 0.8, 0.99], [True, False, True, True, False], best=3)
        >>> found.values, found.others
        ((0.5, 0.8), (0.0,))
    """
    if len(values) != len(not_worse):
        raise SettingError(
            f"{len(values)} values have {len(not_worse)} verdicts, but each needs one: pass one per value"
        )
    ordered = all(map(_is_number, values))
    if best is None:
        return GoodRange((), None, ordered=ordered, log=log)
    if not 0 <= best < len(values) or not not_worse[best]:
        raise SettingError(
            f"value {best} cannot be the best, since it is none of those not worse: pass its index"
        )
    good = {value for value, verdict in zip(values, not_worse, strict=True) if verdict}
    if not ordered:
        return GoodRange(
            tuple(value for value in dict.fromkeys(values) if value in good), values[best], ordered=False
        )
    return _stretch(sorted(set(values), key=_number), good, values[best], log)


def _stretch(tested: list[Hashable], good: set[Hashable], best: Hashable, log: bool) -> GoodRange:
    low = high = tested.index(best)
    while low > 0 and tested[low - 1] in good:
        low -= 1
    while high < len(tested) - 1 and tested[high + 1] in good:
        high += 1
    others = tuple(value for value in tested[:low] + tested[high + 1 :] if value in good)
    return GoodRange(
        tuple(tested[low : high + 1]),
        best,
        others,
        True,
        log,
        reaches_lowest=low == 0,
        reaches_highest=high == len(tested) - 1,
    )


def _is_number(value: Hashable) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)


def _number(value: Hashable) -> float:
    return float(value)  # type: ignore[arg-type]  # only called where all values are numbers
