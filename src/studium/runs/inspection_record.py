"""What steps that look inside a network leave behind."""

from __future__ import annotations

from typing import Literal

from studium.introspection.activation_results import ActivationsView
from studium.introspection.arrays import Result
from studium.introspection.maximization_results import Maximization
from studium.introspection.weight_results import WeightsView


class InspectionRecord(Result):
    """The result of an `inspect` step.

    Attributes:
        kind: Kind of the step.
        of: The step whose exported model was looked into.
        model: Name of the network; empty when there was none.
        weights: What can be seen in its weights; ``None`` when there was no model.
        activations: What every layer makes of each chosen input.
        maximization: Inputs that make the chosen units fire; ``None`` when none was chosen.
        seconds: Time of the whole step.
    """

    kind: Literal["inspect"] = "inspect"
    of: str
    model: str = ""
    weights: WeightsView | None = None
    activations: tuple[ActivationsView, ...] = ()
    maximization: Maximization | None = None
    seconds: float
