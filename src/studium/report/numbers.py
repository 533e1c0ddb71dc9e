"""Numbers as a reader wants them: three significant digits, a spread beside each mean, units."""

from __future__ import annotations

import math

from studium.runs.results import MetricName
from studium.runs.summary import Summary

METRIC_NAMES: dict[MetricName, str] = {"mse": "mean squared error", "accuracy": "accuracy"}
SHORT_NAMES: dict[MetricName, str] = {"mse": "MSE", "accuracy": "accuracy"}

_LEAST_DECIMALS, _MOST_DECIMALS = 0, 6
_SMALLEST_PLAIN, _LARGEST_PLAIN = 1e-5, 1e9  # others are written with an exponent
_PERCENT_DECIMALS = 2  # at most
_MINUS = "−"


def number(value: float, decimals: int | None = None) -> str:
    """A number with three significant digits, or with so many decimals.

    Example:
        >>> number(0.083912), number(12345.678), number(-0.5), number(0.0)
        ('0.0839', '12,346', '−0.500', '0')
    """
    return _plain(value, decimals).replace("-", _MINUS)


def _plain(value: float, decimals: int | None) -> str:
    if decimals is not None:
        return f"{value:,.{decimals}f}"
    if value == 0:
        return "0"
    if not _SMALLEST_PLAIN <= abs(value) < _LARGEST_PLAIN:
        return f"{value:.2e}"
    return f"{value:,.{max(0, 2 - math.floor(math.log10(abs(value))))}f}"


def metric(value: float, name: MetricName, decimals: int | None = None) -> str:
    """A score: accuracy in percent, squared errors as they are.

    Example:
        >>> metric(0.88731, "accuracy"), metric(0.0839, "mse")
        ('88.7%', '0.0839')
    """
    if name == "accuracy":
        return f"{100 * value:.{1 if decimals is None else decimals}f}%"
    return number(value, decimals)


def difference(value: float, name: MetricName) -> str:
    """A difference of scores: of accuracies in percentage points.

    Example:
        >>> difference(-0.0209, "accuracy"), difference(-0.0209, "mse")
        ('−2.09', '−0.0209')
    """
    return number(100 * value if name == "accuracy" else value)


def mean_and_spread(summary: Summary | None, name: MetricName) -> str:
    """Mean and standard deviation; the spread has two significant digits, and the mean as many decimals.

    Example:
        >>> mean_and_spread(Summary(mean=0.08391, std=0.00612, n=3), "mse")
        '0.0839 ± 0.0061'
    """
    if summary is None:
        return "–"
    if summary.std is None:
        return metric(summary.mean, name)
    decimals = (
        min(_decimals(100 * summary.std), _PERCENT_DECIMALS) if name == "accuracy" else _decimals(summary.std)
    )
    return f"{metric(summary.mean, name, decimals)} ± {metric(summary.std, name, decimals)}"


def count(n: int, singular: str, plural: str = "") -> str:
    """A number of things.

    Example:
        >>> count(1, "seed"), count(60_000, "row")
        ('1 seed', '60,000 rows')
    """
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def duration(seconds: float) -> str:
    """A time in words.

    Example:
        >>> duration(0.234), duration(8.91), duration(128), duration(3 * 3600 + 61)
        ('0.2 s', '8.9 s', '2 min 8 s', '3 h 1 min')
    """
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes == 0:
        return f"{rest} s"
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def listed(words: list[str], last: str = "and") -> str:
    """Words as an enumeration; at least one.

    Args:
        words: The words.
        last: What stands before the last.

    Example:
        >>> listed(["a", "b", "c"])
        'a, b and c'
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}"


def _decimals(spread: float) -> int:
    if spread <= 0:
        return 3
    return min(max(1 - math.floor(math.log10(spread)), _LEAST_DECIMALS), _MOST_DECIMALS)
