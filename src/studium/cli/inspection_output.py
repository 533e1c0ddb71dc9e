"""What `inspect` steps found, as data and as lines, for the commands that print a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studium.introspection.activation_results import ActivationsView
    from studium.introspection.maximization_results import Maximization
    from studium.runs import RunFolder
    from studium.runs.state import StepState


def describe_inspection(folder: RunFolder, step: StepState) -> dict[str, Any]:
    """A finished `inspect` step as data; everything that was seen is in the file it names."""
    found = folder.inspection(step.name)
    return {
        "step": step.name,
        "of": found.of,
        "model": found.model or None,
        "inputs": [_input(view) for view in found.activations],
        "maximized": None if found.maximization is None else _maximized(found.maximization),
        "file": str(folder.study_path(step.name) / "inspection.json"),
    }


def seen_in(folder: RunFolder, step: StepState) -> list[str]:
    """What the network of a finished `inspect` step says of the chosen inputs, one line each."""
    from studium.report.activations_page import prediction_words

    return [prediction_words(view) for view in folder.inspection(step.name).activations]


def _input(view: ActivationsView) -> dict[str, Any]:
    output = view.output
    return {
        "input": view.label,
        "output": dict(zip(output.names, output.values, strict=True)),
        "predicted": output.predicted or None,
        "actual": view.actual,
    }


def _maximized(found: Maximization) -> dict[str, Any]:
    units = [
        {
            "unit": unit.name,
            "activation": unit.best.activation,
            "exceeds": None if unit.real is None else unit.real.exceeded,
        }
        for unit in found.units
    ]
    return {"layer": found.layer, "quantity": found.quantity, "units": units}
