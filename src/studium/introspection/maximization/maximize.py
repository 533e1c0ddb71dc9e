"""The public call: maximize units of a layer of a trained model."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from studium.data import Dataset
from studium.introspection.layers import OUTPUT, Layer, find_layer
from studium.introspection.maximization.optimisation import Optimisation
from studium.introspection.maximization.real_activations import real_activations
from studium.introspection.maximization.reference import reference_of
from studium.introspection.maximization.targets import Target, find_targets, quantity, require_objective
from studium.introspection.maximization_results import Maximization, MaximizedUnit, OptimisedInput
from studium.introspection.maximization_settings import (
    MaximizationSettings,
    Objective,
    default_settings,
    require_applicable,
)
from studium.introspection.model_data import ModelData
from studium.training.model import Model


def maximize(
    model: Model,
    layer: str = OUTPUT,
    units: Sequence[str | int] | None = None,
    *,
    data: Dataset | None = None,
    settings: MaximizationSettings | None = None,
    seed: int = 0,
    offline: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Maximization:
    """Find inputs that make units fire as strongly as inputs in the range of real ones can.

    All units and starts are optimised side by side, in double precision, on a copy of the model's network; none depends on
    which others are optimised with it. Every activation reported is that of the rounded input: a picture with whole grey
    values, a row with whole categories.

    Args:
        model: The trained model.
        layer: Name of a layer with units, for example ``conv1`` or ``output``.
        units: Indices, names of classes, or ``CHANNEL@ROW,COLUMN`` for one position of a convolution's channel, whose mean
            over all positions is taken otherwise; by default all units.
        data: The dataset that the model was trained on, for the spectrum and mean of its training images or the ranges of
            its columns, and for the strongest real test rows; by default the model's own, where that is built in. Without
            it, images are taken to have a 1/f spectrum, and columns to reach three standard deviations around their mean.
        settings: By default :func:`default_settings` of the model's inputs.
        seed: Root of all streams.
        offline: Never touch the network for the model's own data.
        progress: Called after each step with how many were done and how many there are.

    Returns:
        The inputs beside the strongest real ones, as plain data.

    Raises:
        UnknownNameError: There is no such layer, class or target.
        SettingError: There is no such unit or position, or a setting does not apply.
        DataError: The data does not fit the model.

    Example:
        >>> from studium.data import open_dataset
        >>> from studium.models import preset
        >>> from studium.training import TrainConfig
        >>> from studium.training.model_training import train_model
        >>> curve = open_dataset("curve")
        >>> model = train_model(curve, preset("net", (1,), 1), TrainConfig(epochs=50)).model
        >>> maximize(model, data=curve).units[0].best.input.values.keys()
        dict_keys(['input'])
    """
    chosen = settings or default_settings(model.schema)
    require_applicable(chosen, model.schema)
    place = find_layer(model.spec, layer)
    require_objective(model, place, chosen.objective)
    targets = find_targets(model, place, units)
    data = ModelData(model, data, offline=offline).dataset
    reference = reference_of(model, data)
    inputs = Optimisation(model, place, reference, chosen, seed, progress).run(targets)
    return Maximization(
        model=model.name or "model",
        layer=place.name,
        layer_kind=place.kind,
        quantity=quantity(model, place, chosen.objective),
        inputs=model.schema,
        settings=chosen,
        seed=seed,
        reference=reference.source,
        ranges=reference.ranges(model.schema),
        data=None if data is None else data.name,
        rows=None if data is None else model.rows_to_score(data)[1],
        units=_beside_real(model, place, targets, chosen.objective, data, inputs),
    )


def _beside_real(
    model: Model,
    layer: Layer,
    targets: tuple[Target, ...],
    objective: Objective,
    data: Dataset | None,
    inputs: list[tuple[OptimisedInput, ...]],
) -> tuple[MaximizedUnit, ...]:
    best = [each[0].activation for each in inputs]
    real = (
        [None] * len(targets)
        if data is None
        else real_activations(model, layer, targets, objective, data, best)
    )
    return tuple(
        MaximizedUnit(unit=target.unit, name=target.name, inputs=optimised, real=beside)
        for target, optimised, beside in zip(targets, inputs, real, strict=True)
    )
