"""Budgets of a plan: a step may say, in its table ``full``, what differs with the budget ``full``."""

from __future__ import annotations

from typing import Any

from studium.errors import SettingError
from studium.runs.plan import Budget


def offered_budgets(steps: list[Any]) -> tuple[Budget, ...]:
    """The budgets that raw steps can be read for; none when nothing depends on it."""
    return ("quick", "full") if any(isinstance(step, dict) and "full" in step for step in steps) else ()


def choose_budget(name: str, asked: Budget | None, own: Budget, offered: tuple[Budget, ...]) -> Budget:
    """The budget to read a plan for.

    Args:
        name: The plan, in words.
        asked: What the user asked for.
        own: What the plan says.
        offered: What the plan can be read for.

    Raises:
        SettingError: The plan does not offer what was asked for.
    """
    if asked in (None, own, *offered):
        return asked or own
    raise SettingError(
        f"the budget is {asked!r}, but {name} has only one, {own!r}: leave --budget out, or give a step a table [steps.full]"
    )


def step_for(step: Any, budget: Budget) -> Any:
    """A raw step with its budget's changes in place.

    Example:
        >>> step_for({"seeds": 3, "config": {"epochs": 5}, "full": {"seeds": 20}}, "full")
        {'seeds': 20, 'config': {'epochs': 5}}
    """
    if not isinstance(step, dict) or not isinstance(step.get("full", {}), dict):
        return step  # validation says what is wrong with it
    plain = {key: value for key, value in step.items() if key != "full"}
    return _merged(plain, step.get("full", {})) if budget == "full" else plain


def _merged(table: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    deep = {
        key: _merged(table[key], change)
        for key, change in changes.items()
        if isinstance(table.get(key), dict) and isinstance(change, dict)
    }
    return {**table, **changes, **deep}
