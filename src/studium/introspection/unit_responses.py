"""How each hidden unit of a network with a single number as input responds to that number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from studium.data import TableSchema
from studium.introspection.layers import OUTPUT, Layer
from studium.introspection.model_data import ModelData
from studium.introspection.recording import record
from studium.introspection.training_range import training_range
from studium.introspection.unit_weights import output_names
from studium.introspection.weight_results import UnitResponses
from studium.training.model import Model

_GRID = 241
_BEYOND = 0.5  # how far the grid reaches beyond the range on either side, as a share of the range


def unit_responses(model: Model, layers: Sequence[Layer], data: ModelData) -> UnitResponses | None:
    """Activations of hidden units over the range of the input and beyond.

    Args:
        model: A model.
        layers: Those to show.
        data: What it was trained on; without it, the range is estimated from mean and standard deviation.

    Returns:
        ``None`` for models of several columns, of categories, and of pictures, and when no hidden layer is chosen.
    """
    hidden = [layer for layer in layers if layer.name != OUTPUT]
    schema = model.schema
    if not isinstance(schema, TableSchema) or schema.input_shape != (1,) or not hidden:
        return None
    known = training_range(model, data.dataset)
    low, high = float(known.low[0]), float(known.high[0])
    reach = _BEYOND * (high - low)
    x = torch.linspace(low - reach, high + reach, _GRID, dtype=torch.float64)[:, None]  # [G, 1]
    heard = record(model.module(), hidden, x, model.normalisation)
    return UnitResponses(
        input_name=schema.feature_names[0],
        x=x[:, 0].numpy().astype(np.float32),
        low=low,
        high=high,
        range_is=known.what,
        layers=tuple(layer.name for layer in hidden),
        activations=tuple(heard[layer.name].activation.float().numpy().T for layer in hidden),
        target_name=output_names(model)[0],
        prediction=model.predict(x)[:, 0].float().numpy(),
    )
