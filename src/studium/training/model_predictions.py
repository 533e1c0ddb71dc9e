"""Predictions for people and programs: names instead of positions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from studium.training.ensemble import Predictor
from studium.training.model_inputs import Inputs


@dataclass(frozen=True)
class Prediction:
    """What a model says about one input.

    Attributes:
        label: What the input is called.
        values: Value by target name, in the target's units; empty for classes.
        probabilities: Probability by class name; empty for regression.
        actual: The true class or value, where it is known.
    """

    label: str
    values: dict[str, float]
    probabilities: dict[str, float]
    actual: str | float | None = None

    @property
    def best_class(self) -> str:
        """The class with the highest probability."""
        return max(self.probabilities, key=self.probabilities.__getitem__)

    def as_dict(self) -> dict[str, Any]:
        """As printed.

        ``input``; ``value`` (by target name when there are several), or ``class`` and ``probabilities``; and
        ``actual`` when it is known.
        """
        entry: dict[str, Any] = {"input": self.label}
        if self.probabilities:
            entry |= {"class": self.best_class, "probabilities": self.probabilities}
        else:
            entry["value"] = self.values if len(self.values) > 1 else next(iter(self.values.values()))
        return entry if self.actual is None else entry | {"actual": self.actual}


def predictions(model: Predictor, inputs: Inputs) -> list[Prediction]:
    """What a model says about inputs, one prediction each, in order."""
    rows = model.predict(inputs.rows).tolist()
    classes = model.task == "classification"
    names = model.class_names if classes else model.target_names
    named = [dict(zip(names, row, strict=True)) for row in rows]
    return [
        Prediction(label, {} if classes else values, values if classes else {}, actual)
        for label, values, actual in zip(inputs.labels, named, inputs.actual, strict=True)
    ]
