"""The rows that a unit responds to most."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import torch

from studium.data import Dataset, TableSchema
from studium.introspection.activation_results import Example, Strongest
from studium.introspection.layers import OUTPUT, Layer
from studium.introspection.survey import UnitSurvey
from studium.introspection.unit_weights import output_names
from studium.training.model import Model

_SHOWN = 8

Numbers = TypeVar("Numbers", float, np.ndarray)


def strongest(
    model: Model, data: Dataset, survey: UnitSurvey, layer: Layer, unit: int, activation: float
) -> Strongest:
    """The strongest examples of a unit.

    Args:
        model: The model.
        data: The data of the survey.
        survey: Of the model over the data.
        layer: Layer of the unit.
        unit: The unit.
        activation: Of the unit for the chosen input, to be ranked among the rows.
    """
    responses = survey.peaks[layer.name][:, unit]
    quantity = f"activation after {layer.activation}"
    if layer.name == OUTPUT:
        quantity = "logit" if model.task == "classification" else f"predicted {output_names(model)[unit]}"
    if layer.name == OUTPUT and model.task == "regression":
        responses, activation = _in_units(model, unit, responses), _in_units(model, unit, activation)
    order = np.argsort(-responses, kind="stable")[:_SHOWN]
    return Strongest(
        layer=layer.name,
        unit=unit,
        unit_name=output_names(model)[unit] if layer.name == OUTPUT else "",
        quantity=quantity,
        activation=activation,
        share_below=float((responses < activation).mean()),
        n_rows=len(responses),
        rows_are=survey.rows_are,
        examples=tuple(
            _example(data, int(survey.rows[place]), int(place), responses[place]) for place in order
        ),
    )


def _in_units(model: Model, unit: int, normalised: Numbers) -> Numbers:
    """Values of a target in its own units."""
    std, mean = (
        float(each[unit]) for each in (model.normalisation.target_std, model.normalisation.target_mean)
    )
    return normalised * std + mean


def _example(data: Dataset, row: int, place: int, activation: float) -> Example:
    inputs = data.inputs[row]
    table = isinstance(data.schema, TableSchema)
    return Example(
        row=row,
        place=place,
        activation=float(activation),
        actual=actual(data, row),
        pixels=None if table else inputs.numpy(),
        values=named_values(data.schema.feature_names, inputs)
        if isinstance(data.schema, TableSchema)
        else {},
    )


def named_values(names: tuple[str, ...], row: torch.Tensor) -> dict[str, float]:
    """The values of a row by column."""
    return dict(zip(names, row.tolist(), strict=True))


def actual(data: Dataset, row: int) -> str | float | None:
    """The true class or value of a row; ``None`` for several targets."""
    target = data.targets[row]
    if data.task == "classification":
        return data.class_names[int(target)]
    return float(target[0]) if len(target) == 1 else None
