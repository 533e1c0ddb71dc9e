"""Plans from TOML: built-in ones and the user's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from studium.data import builtin_datasets
from studium.errors import InputError, UnknownNameError
from studium.runs.budgets import choose_budget, offered_budgets, step_for
from studium.runs.plan import Budget, Plan
from studium.runs.plan_includes import BUILT_IN, builtin_text, expanded, parse
from studium.runs.plan_text import PlanText
from studium.runs.step_base import Step
from studium.studies.space_file import SPACES

AnyStep = TypeVar("AnyStep", bound=Step)

_INPUTS = "inputs"  # of an `inspect` step: pictures, among others
_FILE_KEYS = ("data", "test", "fallback", "space")


def builtin_plans() -> tuple[str, ...]:
    """Names of the plans that come with Studium.

    Example:
        >>> builtin_plans()[:3]
        ('regression', 'classification', 'all')
    """
    return BUILT_IN


def load_plan(name: str | Path, budget: Budget | None = None) -> tuple[Plan, PlanText]:
    """A plan by built-in name or from a TOML file.

    In the file a step may have a table ``full``: what differs with the budget ``full``. ``include`` brings the steps of
    built-in plans, see :func:`~studium.runs.plan_includes.expanded`. Data files are looked for beside the plan's file, then
    in the current folder.

    Args:
        name: One of :func:`builtin_plans`, or a ``.toml`` file.
        budget: Which budget; by default the plan's own, else ``quick``.

    Returns:
        The plan for that budget, and where it was written.

    Raises:
        InputError: The file is missing, is not TOML, or says something that cannot be, under any budget; file, line,
            rule and cure are named.

    Example:
        >>> plan, _ = load_plan("regression", "quick")
        >>> [step.name for step in plan.steps[:3]]
        ['net', 'learning-rate', 'early-stopping']
    """
    title, text, folder = _source(name)
    raw = parse(title, text)
    found = expanded(title, text, raw)
    steps = [_anchored(step.table, folder) if step.is_own else step.table for step in found]
    origins = tuple(step.origin for step in found)
    offered = offered_budgets(steps)
    chosen = choose_budget(title, budget, raw.get("budget", "quick"), offered)
    for each in offered:
        _plan(raw, steps, PlanText(title, text, each, origins))
    where = PlanText(title, text, chosen, origins)
    return _plan(raw, steps, where), where


def _source(name: str | Path) -> tuple[str, str, Path | None]:
    if str(name) in BUILT_IN:
        return f"plan {name!s}", builtin_text(str(name)), None
    path = Path(name)
    if path.suffix != ".toml" and not path.exists():
        raise UnknownNameError("plan", str(name), (*BUILT_IN, "or a .toml file"))
    try:
        return str(path), path.read_text(encoding="utf-8"), path.parent
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(
            f"the plan {path} cannot be read ({reason}): give a TOML file or a built-in plan"
        ) from error


def _plan(raw: dict[str, Any], steps: list[Any], where: PlanText) -> Plan:
    chosen = [step_for(step, where.budget) for step in steps]
    content = {key: value for key, value in raw.items() if key not in ("include", "budget")}
    try:
        return Plan.model_validate({**content, "budget": where.budget, "steps": chosen})
    except ValidationError as error:
        raise where.explain(error, chosen) from error


def _anchored(step: Any, folder: Path | None) -> Any:
    """A raw step with the files that lie beside the plan's file by their full paths."""
    if folder is None or not isinstance(step, dict):
        return step
    return step | _full_paths(step, folder)


def anchored(step: AnyStep) -> AnyStep:
    """A step with the files of the current folder by their full paths, so that it means the same from anywhere."""
    named = {key: getattr(step, key, None) for key in (*_FILE_KEYS, _INPUTS)}
    return step.model_copy(update=_full_paths(named, Path.cwd()))


def _full_paths(named: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    builtin = {*(each.name for each in builtin_datasets()), *SPACES}
    files = {
        key: named[key]
        for key in _FILE_KEYS
        if isinstance(named.get(key), str) and named[key] and named[key] not in builtin
    }
    paths: dict[str, Any] = {
        key: ",".join(_beside(part.strip(), folder) for part in name.split(","))
        for key, name in files.items()
    }
    inputs = named.get(_INPUTS)
    if isinstance(inputs, list | tuple) and all(isinstance(each, str) for each in inputs):
        paths[_INPUTS] = type(inputs)(
            _beside(each, folder) if (folder / each).is_file() else each for each in inputs
        )
    return paths


def _beside(name: str, folder: Path) -> str:
    path = folder / name
    return str(path.resolve()) if path.exists() else name
