"""Numbers as short text."""

from __future__ import annotations

import math

import numpy as np

_LARGEST_COUNT = 1_000_000  # whole numbers below keep all their digits, since they are counts


def compact_number(value: float, *, log: bool = False, digits: int = 3) -> str:
    """Write a number with few characters.

    Args:
        value: Any number.
        log: It lies on a logarithmic scale: below 1 it is written with its power of ten.
        digits: Significant digits, at least 1; whole numbers below a million keep all of theirs.

    Returns:
        The shorter of the plain and the scientific form, the plain one if equally long. Reading it back gives
        the value rounded to these digits; 17 digits give the value itself.

    Example:
        >>> [compact_number(value) for value in (0.2, 0.00031623, 128, 1e-5, 2500000.0)]
        ['0.2', '3.16e-4', '128', '1e-5', '2.5e6']
        >>> compact_number(0.03, log=True)
        '3e-2'
    """
    value = float(value)
    if not math.isfinite(value):
        return str(value)
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    scientific = f"{mantissa}e{int(exponent)}"
    if value.is_integer() and abs(value) < _LARGEST_COUNT:
        return str(int(value))
    if log and abs(float(scientific)) < 1:
        return scientific
    plain = np.format_float_positional(float(scientific), trim="-")
    return plain if len(plain) <= len(scientific) else scientific
