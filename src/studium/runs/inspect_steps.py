"""Steps that look inside a network that an earlier step has trained."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from studium.runs.step_base import Name, Step


class InspectStep(Step):
    """Look inside the model that an earlier step exports: weights, activations at chosen inputs, activation maximization.

    Attributes:
        of: Name of the earlier step.
        inputs: As after ``studium inspect activations --input``; by default the first test row.
        layer: Layer whose units are maximized, as after ``studium inspect maximize --layer``.
        units: Which of them; by default the fifth, as in the source, or the last of fewer; none when empty.
        seed: Root seed of the maximization.
    """

    kind: Literal["inspect"] = "inspect"
    of: Name
    inputs: tuple[str, ...] = Field(default=(), max_length=20)
    layer: str = "output"
    units: tuple[str | int, ...] | None = Field(default=None, max_length=32)
    seed: int = Field(default=0, ge=0)
