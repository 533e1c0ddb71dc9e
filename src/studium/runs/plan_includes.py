"""Plans within plans: ``include`` puts the steps of a built-in plan where it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

from studium.errors import SettingError, UnknownNameError
from studium.runs.toml_lines import line_of

BUILT_IN = (
    *("regression", "classification", "all"),
    *("regression-studies", "classification-studies", "structures"),
    *("regression-search", "classification-search"),
)
"""Names of the plans that come with Studium."""

_KEY = "include"


@dataclass(frozen=True)
class RawStep:
    """A step as it was read.

    Attributes:
        table: What was written.
        origin: Where it stands in the text of the plan: itself, or the ``include`` that brought it.
        is_own: Whether it stands there itself.
    """

    table: Any
    origin: tuple[str | int, ...]
    is_own: bool = True


def builtin_text(name: str) -> str:
    """The text of a built-in plan."""
    return (resources.files("studium.runs") / "plans" / f"{name}.toml").read_text(encoding="utf-8")


def parse(title: str, text: str) -> dict[str, Any]:
    """TOML as a table.

    Args:
        title: What to call the plan in a message.
        text: Its content.

    Raises:
        SettingError: It is not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{title} is not TOML: {error}; correct that line") from error


def expanded(title: str, text: str, raw: dict[str, Any]) -> list[RawStep]:
    """All steps of a plan, those of included plans in their places.

    ``include = ["regression"]`` at the top puts steps before all others; ``[[steps]] include = "regression-studies"`` puts
    them where it stands.

    Args:
        title: What to call the plan in a message.
        text: Its content.
        raw: The same, parsed.

    Raises:
        SettingError: There is no such built-in plan, or an ``include`` has settings beside it.
    """
    steps = raw.get("steps", [])
    own = steps if isinstance(steps, list) else [steps]
    found = list(_included(title, text, raw.get(_KEY, []), (_KEY,)))
    for place, step in enumerate(own):
        origin = ("steps", place)
        if isinstance(step, dict) and _KEY in step:
            _require_alone(title, text, step, origin)
            found += _included(title, text, step[_KEY], (*origin, _KEY))
        else:
            found.append(RawStep(step, origin))
    return found


def _included(title: str, text: str, names: Any, origin: tuple[str | int, ...]) -> Iterator[RawStep]:
    for name in names if isinstance(names, list) else [names]:
        if name not in BUILT_IN:
            wrong = UnknownNameError("built-in plan to include", str(name), BUILT_IN)
            raise SettingError(f"{title}, line {line_of(text, origin)}: {wrong}")
        inner = builtin_text(name)
        for step in expanded(name, inner, parse(name, inner)):
            yield RawStep(step.table, origin, is_own=False)


def _require_alone(title: str, text: str, step: dict[str, Any], origin: tuple[str | int, ...]) -> None:
    beside = next((key for key in step if key != _KEY), None)
    if beside is not None:
        raise SettingError(
            f"{title}, line {line_of(text, (*origin, beside))}: {beside!r} stands beside include, but an include brings "
            f"whole steps: leave {beside!r} out, or copy the steps"
        )
