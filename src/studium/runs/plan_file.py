"""Plans from TOML: built-in ones and the user's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from studium.data import builtin_datasets
from studium.errors import InputError, SettingError, UnknownNameError
from studium.runs.budgets import choose_budget, offered_budgets, step_for
from studium.runs.plan import Budget, Plan
from studium.runs.plan_text import PlanText
from studium.runs.step_base import DataStep
from studium.studies.space_file import SPACES

Step = TypeVar("Step", bound=DataStep)

_BUILT_IN = (
    *("regression", "classification", "all"),
    *("regression-studies", "classification-studies", "structures"),
)
_FILE_KEYS = ("data", "test", "fallback", "space")


def builtin_plans() -> tuple[str, ...]:
    """Names of the plans that come with Studium.

    Example:
        >>> builtin_plans()[:3]
        ('regression', 'classification', 'all')
    """
    return _BUILT_IN


def load_plan(name: str | Path, budget: Budget | None = None) -> tuple[Plan, PlanText]:
    """A plan by built-in name or from a TOML file.

    In the file a step may have a table ``full``: what differs with the budget ``full``. ``include`` lists built-in plans
    whose steps come first. Data files are looked for beside the plan's file, then in the current folder.

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
        >>> [step.name for step in plan.steps]
        ['net', 'net3']
    """
    title, text, folder = _source(name)
    raw = _parse(title, text)
    included = _included(title, raw)
    steps = [*included, *(_anchored(step, folder) for step in _steps(raw))]
    offered = offered_budgets(steps)
    chosen = choose_budget(title, budget, raw.get("budget", "quick"), offered)
    for each in offered:
        _plan(raw, steps, PlanText(title, text, each, len(included)))
    where = PlanText(title, text, chosen, len(included))
    return _plan(raw, steps, where), where


def _source(name: str | Path) -> tuple[str, str, Path | None]:
    if str(name) in _BUILT_IN:
        return f"plan {name!s}", _builtin_text(str(name)), None
    path = Path(name)
    if path.suffix != ".toml" and not path.exists():
        raise UnknownNameError("plan", str(name), (*_BUILT_IN, "or a .toml file"))
    try:
        return str(path), path.read_text(encoding="utf-8"), path.parent
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(
            f"the plan {path} cannot be read ({reason}): give a TOML file or a built-in plan"
        ) from error


def _builtin_text(name: str) -> str:
    return (resources.files("studium.runs") / "plans" / f"{name}.toml").read_text(encoding="utf-8")


def _parse(title: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{title} is not TOML: {error}; correct that line") from error


def _steps(raw: dict[str, Any]) -> list[Any]:
    steps = raw.get("steps", [])
    return steps if isinstance(steps, list) else [steps]


def _included(title: str, raw: dict[str, Any]) -> list[Any]:
    names = raw.get("include", [])
    wrong = next((name for name in names if name not in _BUILT_IN), None)
    if wrong is not None:
        raise SettingError(f"{title}: {UnknownNameError('built-in plan to include', str(wrong), _BUILT_IN)}")
    return [step for name in names for step in _steps(_parse(name, _builtin_text(name)))]


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


def anchored(step: Step) -> Step:
    """A step with the files of the current folder by their full paths, so that it means the same from anywhere."""
    named = {key: getattr(step, key, None) for key in _FILE_KEYS}
    return step.model_copy(update=_full_paths(named, Path.cwd()))


def _full_paths(named: Mapping[str, Any], folder: Path) -> dict[str, str]:
    builtin = {*(each.name for each in builtin_datasets()), *SPACES}
    files = {
        key: named[key] for key in _FILE_KEYS if isinstance(named.get(key), str) and named[key] not in builtin
    }
    return {
        key: ",".join(_beside(part.strip(), folder) for part in name.split(","))
        for key, name in files.items()
    }


def _beside(name: str, folder: Path) -> str:
    path = folder / name
    return str(path.resolve()) if path.exists() else name
