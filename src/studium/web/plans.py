"""Plans that can be started from the page: built-in ones, and files of one folder, each known by an id."""

from __future__ import annotations

import hashlib
import os
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

_SUFFIX = ".toml"
_ID_DIGITS = 16
_LARGEST = 1 << 20  # bytes of a plan
_MOST = 200  # files that are offered
_MARK = "steps"  # a TOML file without steps, or built-in ones, is no plan
_BUILT_IN_FIRST = ("regression", "classification", "all")


@dataclass(frozen=True)
class OfferedPlan:
    """A plan.

    Attributes:
        id: What a browser names it by.
        argument: What ``studium run`` is given.
        name: For people, and for the run's folder.
        title: What it does.
        budgets: That it can be run with; empty where only its own.
    """

    id: str
    argument: str
    name: str
    title: str
    budgets: tuple[str, ...]


class Plans:
    """The plans.

    Args:
        folder: Whose ``.toml`` files are offered beside the built-in plans.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def offered(self) -> list[OfferedPlan]:
        """All plans, built-in ones first."""
        return [*_built_in(), *self._own()]

    def find(self, plan_id: str) -> OfferedPlan | None:
        """The plan of an id; ``None`` when there is none."""
        return next((plan for plan in self.offered() if plan.id == plan_id), None)

    def _own(self) -> list[OfferedPlan]:
        try:
            with os.scandir(self._folder) as entries:
                files = sorted(
                    entry.path for entry in entries if entry.name.endswith(_SUFFIX) and entry.is_file()
                )
        except OSError:
            return []
        found = [
            _plan(Path(file).name, str(Path(file).resolve()), _text(Path(file))) for file in files[:_MOST]
        ]
        return [plan for plan in found if plan is not None]


def _built_in() -> list[OfferedPlan]:
    texts = {
        file.name.removesuffix(_SUFFIX): file.read_text(encoding="utf-8")
        for file in (resources.files("studium.runs") / "plans").iterdir()
        if file.name.endswith(_SUFFIX)
    }
    first = [name for name in _BUILT_IN_FIRST if name in texts]
    found = [_plan(name, name, texts[name]) for name in (*first, *sorted(set(texts) - set(first)))]
    return [plan for plan in found if plan is not None]


def _plan(name: str, argument: str, text: str) -> OfferedPlan | None:
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None
    steps = content.get(_MARK, [])
    if not isinstance(steps, list) or not (steps or content.get("include")):
        return None
    offers_full = bool(content.get("include")) or any(_has_full(step) for step in steps)
    return OfferedPlan(
        id=hashlib.sha256(argument.encode("utf-8", "surrogateescape")).hexdigest()[:_ID_DIGITS],
        argument=argument,
        name=name,
        title=str(content.get("title") or ""),
        budgets=("quick", "full") if offers_full else (),
    )


def _has_full(step: Any) -> bool:
    return isinstance(step, dict) and "full" in step


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.stat().st_size <= _LARGEST else ""
    except (OSError, UnicodeDecodeError):
        return ""
