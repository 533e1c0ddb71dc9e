"""What the steps of a plan have in common."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from studium.config import Frozen
from studium.data import Task

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")]
"""Names become folders: small letters, digits, ``-`` and ``_``."""


def _without_none(table: Any) -> Any:
    # TOML has no null; the word "none" stands for it.
    if isinstance(table, dict):
        return {key: None if value == "none" else value for key, value in table.items()}
    return table


Settings = Annotated[dict[str, Any], BeforeValidator(_without_none)]
"""A table of settings, in which the word ``"none"`` stands for no value."""


class Step(Frozen):
    """A step of a plan.

    Attributes:
        kind: What it does; tells the classes of steps apart.
        name: Its name in the run; a folder is named so.
        about: What the step is to show, in a sentence, for the report.
    """

    kind: str = ""
    name: Name
    about: str = ""


class DataStep(Step):
    """A step that works on one dataset.

    Attributes:
        data: A built-in name, a file or a folder, as for ``studium train --data``.
        target, task, test: As for ``studium train``.
        test_share: Share of all rows to hold out for the test where the data has no test set of its own, in (0, 1).
        fallback: Dataset to use instead when this one cannot be had.
        seed: Root seed of splits and trainings.
    """

    data: str
    target: str | None = None
    task: Task | None = None
    test: str | None = None
    test_share: float = Field(default=0.2, gt=0, lt=1)
    fallback: str | None = None
    seed: int = Field(default=0, ge=0)


class NetworkStep(DataStep):
    """A step that trains one network.

    Attributes:
        model: Name of a preset.
        network: What differs from the preset: ``hidden``, ``activation``, ``dropout``, ``initialisation``,
            ``convolutions``.
        config: What differs from the default train config of this network on this data.
    """

    model: str
    network: Settings = Field(default={})
    config: Settings = Field(default={})
