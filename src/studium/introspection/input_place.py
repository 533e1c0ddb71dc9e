"""Where an input that is a single number lies, and what the network says around it."""

from __future__ import annotations

import torch
from torch import Tensor

from studium.data import Dataset, TableSchema
from studium.introspection.activation_results import InputPlace, Output
from studium.introspection.training_range import training_range
from studium.training.model import Model

_GRID = 241
_BEYOND = 0.1  # how far the grid reaches beyond range and value, as a share of their span


def input_place(model: Model, inputs: Tensor, output: Output, data: Dataset | None) -> InputPlace | None:
    """The place of an input.

    Args:
        model: The model.
        inputs: Raw, ``[1, F]`` or ``[1, C, H, W]``.
        output: What the model says of it.
        data: What it was trained on; without it, the range is estimated from mean and standard deviation.

    Returns:
        ``None`` for models of several inputs.
    """
    schema = model.schema
    if not isinstance(schema, TableSchema) or schema.input_shape != (1,):
        return None
    known = training_range(model, data)
    low, high, value = float(known.low[0]), float(known.high[0]), float(inputs[0, 0])
    column = output.names.index(output.predicted) if output.predicted else 0
    x = _grid(min(low, value), max(high, value))
    return InputPlace(
        input_name=schema.feature_names[0],
        value=value,
        low=low,
        high=high,
        range_is=known.what,
        x=x[:, 0].numpy(),
        target_name=output.names[column],
        prediction=model.predict(x)[:, column].numpy(),
        predicted=output.values[column],
    )


def _grid(low: float, high: float) -> Tensor:
    reach = _BEYOND * (high - low)
    return torch.linspace(low - reach, high + reach, _GRID, dtype=torch.float64)[:, None]
