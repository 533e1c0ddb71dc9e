"""The base of everything that is described as data."""

from __future__ import annotations

import json
import os
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from studium.errors import SettingError


class Frozen(BaseModel):
    """A description: immutable, complete, and strict about unknown keys.

    Subclasses declare ranges in their fields; a value outside raises ``pydantic.ValidationError``, which
    :func:`explain` turns into one sentence.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def canonical(self) -> str:
        """Canonical JSON: keys sorted, no white space, every default written out. Equal specs give equal text."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))


def broken_rule(details: ErrorDetails) -> str:
    """The rule that a value breaks, as part of a sentence: ``it must be greater than 0``."""
    rule = details["msg"].removeprefix("Value error, ")
    rule = (rule[0].lower() + rule[1:]).split(", unable to parse")[0]
    return rule.replace("input should be", "it must be")


def explain(error: ValidationError, subject: str = "setting") -> SettingError:
    """One sentence for the first thing wrong with a description.

    Args:
        error: What pydantic raised.
        subject: What was being described, for the sentence.
    """
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"]) or subject
    if first["type"] == "extra_forbidden":
        return SettingError(f"{subject} has no setting {place!r}: remove it or correct its name")
    if first["type"] == "missing":
        return SettingError(f"{subject} needs a value for {place!r}: add one")
    rule = broken_rule(first)
    if not first["loc"]:  # settings that contradict each other; the rule names them and the cure
        return SettingError(rule)
    return SettingError(
        f"{subject} {place!r} is {first['input']!r}, but {rule}: choose a value inside that range"
    )


def cache_directory() -> Path:
    """Where downloads are kept: ``$STUDIUM_CACHE``, or the user's cache folder for ``studium``."""
    chosen = os.environ.get("STUDIUM_CACHE")
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("studium"))
