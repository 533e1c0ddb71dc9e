"""Words for verdicts and values of studies."""

from __future__ import annotations

from studium.numerals import compact_number
from studium.studies.results import Trial, Value


def verdict(trial: Trial, best: int | None) -> str:
    """What was found of a trial: ``best``, ``not worse``, ``worse``, ``diverged`` or ``failed``.

    Args:
        trial: The trial.
        best: Number of the best one.
    """
    if trial.status != "complete":
        return trial.status
    if trial.number == best:
        return "best"
    return "not worse" if trial.not_worse else "worse"


def p_text(p_value: float | None) -> str:
    """A p-value in two digits.

    Example:
        >>> p_text(0.0312), p_text(1e-5), p_text(1.0), p_text(None)
        ('0.031', '< 0.001', '1', '–')
    """
    if p_value is None:
        return "–"
    return "< 0.001" if p_value < 0.001 else f"{p_value:.2g}"


def value_text(value: Value) -> str:
    """A value in three digits."""
    return value if isinstance(value, str) else compact_number(value)


def values_text(values: dict[str, Value], labels: dict[str, str] | None = None) -> str:
    """Values by name.

    Example:
        >>> values_text({"lr": 0.0123456, "weight_decay": 1e-5})
        'lr 0.0123, weight decay 1e-5'
    """
    names = labels or {name: name.replace("_", " ") for name in values}
    return ", ".join(f"{names[name]} {value_text(value)}" for name, value in values.items())
