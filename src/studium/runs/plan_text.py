"""The text of a plan, and what is wrong with it in words: file, line, rule, cure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from studium.config import Frozen, broken_rule
from studium.errors import SettingError, UnknownNameError
from studium.runs.plan import STEPS, Budget, Plan
from studium.runs.step_base import Step
from studium.runs.toml_lines import line_of


@dataclass(frozen=True)
class PlanText:
    """Where a plan was written.

    Attributes:
        name: The file, or the built-in plan.
        text: Its content.
        budget: The budget it is read for.
        origins: Where each step of the plan stands in the text, or what brought it; by default in their order.
    """

    name: str
    text: str
    budget: Budget = "quick"
    origins: tuple[tuple[str | int, ...], ...] = ()

    def place(self, *path: str | int) -> str:
        """File and line of a value of the plan, in words."""
        own = self._own(path)
        lines = [line_of(self.text, own)]
        if self.budget == "full" and own[:1] == ("steps",):
            lines.append(line_of(self.text, (*own[:2], "full", *own[2:])))
        return f"{self.name}, line {max(lines)}"

    def _own(self, path: tuple[str | int, ...]) -> tuple[str | int, ...]:
        if len(path) > 1 and isinstance(path[1], int) and self.origins:
            return (*self.origins[path[1]], *path[2:])
        return path

    def explain(self, error: ValidationError, steps: list[Any]) -> SettingError:
        """The first thing that is wrong with the plan, with its place.

        Args:
            error: What pydantic found.
            steps: The steps as they were read.
        """
        # A misspelt key comes first: it explains why another is missing.
        first = min(error.errors(), key=lambda each: each["type"] != "extra_forbidden")
        path = _without_kind(first["loc"])
        sentence = _sentence(first, path, _subject(path, steps), _step_class(path, steps))
        if first["type"] == "union_tag_invalid":
            path = (*path, "kind")
        return SettingError(f"{self.place(*path)}: {sentence}")


def _without_kind(path: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The path without the kind, which pydantic puts behind the number of a step."""
    return (*path[:2], *path[3:]) if path[:1] == ("steps",) and len(path) > 2 else path


def _step_class(path: tuple[str | int, ...], steps: list[Any]) -> type[Step] | None:
    if len(path) < 2 or not isinstance(path[1], int):
        return None
    step = steps[path[1]]
    return STEPS.get(str(step.get("kind", "train")) if isinstance(step, dict) else "train")


def _subject(path: tuple[str | int, ...], steps: list[Any]) -> str:
    if len(path) < 2 or not isinstance(path[1], int):
        return "the plan"
    step = steps[path[1]]
    name = step.get("name") if isinstance(step, dict) else None
    return f"step {name!r}" if isinstance(name, str) else f"step {path[1] + 1}"


def _known(path: tuple[str | int, ...], step: type[Step] | None) -> tuple[str, ...]:
    """The settings that there are where an unknown one was found."""
    if step is None:
        return (*Plan.model_fields, "include")
    within = path[2] if len(path) > 3 else None
    tables = get_args(step.model_fields[str(within)].annotation) if within in step.model_fields else ()
    inner = next((each for each in tables if isinstance(each, type) and issubclass(each, Frozen)), None)
    return (*step.model_fields, "full") if inner is None else tuple(inner.model_fields)


def _sentence(first: ErrorDetails, path: tuple[str | int, ...], subject: str, step: type[Step] | None) -> str:
    inner = ".".join(str(part) for part in path if part != "steps" and not isinstance(part, int))
    rule = broken_rule(first)
    if first["type"] == "extra_forbidden":
        return f"{subject}: {UnknownNameError('setting', str(path[-1]), _known(path, step))}"
    if first["type"] == "union_tag_invalid":
        return f"{subject}: {UnknownNameError('kind of step', str(first['ctx']['tag']), STEPS)}"
    if first["type"] == "missing":
        return f"{subject} needs a value for {inner!r}: add one"
    if first["type"] == "too_short" and step is not None:
        return f"{inner} of {subject} is {first['input']!r}, but it needs an entry: add one"
    if first["type"] == "too_short":
        return f"{subject} has no steps, but it needs one: add [[steps]]"
    if isinstance(first["input"], dict | list | tuple):
        return f"{subject} cannot be: {rule}"
    return f"{inner} of {subject} is {first['input']!r}, but {rule}: choose another value"
