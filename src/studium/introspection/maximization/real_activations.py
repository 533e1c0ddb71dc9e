"""How strongly real inputs make units fire: the measure of every optimised input."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from studium.data import Dataset
from studium.introspection.layers import Layer
from studium.introspection.maximization.inputs import visible
from studium.introspection.maximization.targets import Activations, Target
from studium.introspection.maximization.watching import watched
from studium.introspection.maximization_results import RealActivations, RealInput
from studium.introspection.maximization_settings import Objective
from studium.training.model import Model

_ROWS = 500  # at a time
_STRONGEST = 4  # shown for each unit
_QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


def every_activation(
    model: Model, network: nn.Module, layer: Layer, activations: Activations, inputs: Tensor
) -> np.ndarray:
    """Activations of targets over raw inputs.

    Args:
        model: Whose normalisation to use.
        network: The model's network, in any floating type.
        layer: The layer.
        activations: Of the U targets.
        inputs: Raw, ``[R, *input_shape]``.

    Returns:
        ``[R, U]`` float64.
    """
    dtype = next(network.parameters()).dtype
    with watched(network, layer.module) as watch, torch.no_grad():
        parts = [
            activations.every(watch.run(model.normalisation.inputs(chunk, dtype))).double()
            for chunk in torch.split(inputs, _ROWS)
        ]
    found: np.ndarray = torch.cat(parts).numpy()
    return found


def real_activations(
    model: Model,
    layer: Layer,
    targets: Sequence[Target],
    objective: Objective,
    data: Dataset,
    best: Sequence[float],
) -> list[RealActivations]:
    """Activations of targets over the rows of a dataset that the model is judged by.

    Args:
        model: The model.
        layer: The layer.
        targets: Of the layer.
        objective: Of the maximization.
        data: Fits the model.
        best: Largest activation of an optimised input, for each target.
    """
    rows, _ = model.rows_to_score(data)
    activations = Activations(model, layer, targets, objective)
    inputs = data.inputs[torch.from_numpy(rows)]
    found = every_activation(model, model.module(), layer, activations, inputs)  # [R, U]
    return [_summary(data, rows, found[:, place], best[place]) for place in range(len(targets))]


def _summary(data: Dataset, rows: np.ndarray, activations: np.ndarray, best: float) -> RealActivations:
    order = np.argsort(-activations, kind="stable")[:_STRONGEST]
    return RealActivations(
        n=len(rows),
        mean=float(activations.mean()),
        std=float(activations.std()),
        quantiles=tuple(np.quantile(activations, _QUANTILES).tolist()),
        strongest=tuple(_real(data, int(rows[place]), float(activations[place])) for place in order),
        exceeded=float((activations < best).mean()),
    )


def _real(data: Dataset, row: int, activation: float) -> RealInput:
    return RealInput(
        row=row, label=_label(data, row), input=visible(data.schema, data.inputs[row]), activation=activation
    )


def _label(data: Dataset, row: int) -> str:
    if data.task == "classification":
        return data.class_names[int(data.targets[row])]
    return ", ".join(f"{value:.4g}" for value in data.targets[row].tolist())
