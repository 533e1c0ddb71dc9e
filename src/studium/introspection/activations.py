"""The activations view: what every layer makes of one input."""

from __future__ import annotations

import torch

from studium.data import Dataset, ImageSchema, TableSchema
from studium.errors import DataError
from studium.introspection.activation_results import (
    ActivationsView,
    Attributions,
    LayerActivation,
    Output,
)
from studium.introspection.attribution import attribute_unit
from studium.introspection.chosen_input import ChosenInput
from studium.introspection.input_place import input_place
from studium.introspection.inputs import Input, choose_input
from studium.introspection.layers import OUTPUT, Layer, find_layer, find_unit, layers_of
from studium.introspection.model_data import ModelData
from studium.introspection.recording import Recorded, record
from studium.introspection.strongest import named_values, strongest
from studium.introspection.survey import UnitSurvey
from studium.introspection.unit_weights import output_names
from studium.training.model import Model


class ActivationsInspector:
    """Looks at inputs of one model; what does not depend on the input is computed once.

    Args:
        model: A trained model.
        data: Data for test rows, strongest examples and dead units; by default the model's own where that is built in.
        offline: Never touch the network for it.

    Raises:
        DataError: The data does not fit the model.

    Example:
        >>> from studium.models import preset
        >>> from studium.data import open_dataset
        >>> from studium.training import TrainConfig
        >>> from studium.training.model_training import train_model
        >>> curve = open_dataset("curve")
        >>> net = preset("net", curve.input_shape, curve.n_outputs)
        >>> model = train_model(curve, net, TrainConfig(epochs=2)).model
        >>> ActivationsInspector(model).inspect("-8").notes[0]
        'input = -8 is outside -4.966 to 4.944, the range of the training rows: the network extrapolates there'
    """

    def __init__(self, model: Model, data: Dataset | None = None, *, offline: bool = False) -> None:
        self._model, self._offline = model, offline
        self.data = ModelData(model, data, offline=offline)
        self._survey: UnitSurvey | None = None

    def inspect(
        self,
        chosen: Input | None = None,
        *,
        layer: str | None = None,
        unit: str | int | None = None,
        survey: bool = True,
        attributions: bool = True,
    ) -> ActivationsView:
        """What every layer makes of one input.

        Args:
            chosen: The input, see :func:`~studium.introspection.inputs.choose_input`; by default the first test row.
            layer: Only this layer; by default all.
            unit: The unit of the strongest examples and of the attribution: an index from 0, or for the output layer the
                name of a class or target; by default the one that fires most for the input, of the chosen layer or of the
                output.
            survey: Whether to look at all test rows for strongest examples, dead and saturated units.
            attributions: Whether to attribute the unit to the input.

        Raises:
            UnknownNameError: There is no such layer or class.
            SettingError: The layer has no such unit; or the input needs data and there is none.
            DataError: The input is not one that the model takes, or too large for the network's numbers.
        """
        model = self._model
        table = layers_of(model.spec) if layer is None else (find_layer(model.spec, layer),)
        of_interest = find_layer(model.spec, layer or OUTPUT)
        known = None if unit is None else find_unit(of_interest, unit, output_names(model))
        found = choose_input(model, chosen, self.data, offline=self._offline)
        heard = record(model.module(), layers_of(model.spec), found.inputs, model.normalisation)
        _require_finite(found, heard)
        view = _view(model, found, table, heard)
        view = view.model_copy(
            update={"place": input_place(model, found.inputs, view.output, self.data.dataset)}
        )
        peaks = _peaks(heard[of_interest.name])
        place = int(peaks.argmax()) if known is None else known
        if survey:
            view = self._surveyed(view, table, of_interest, place, float(peaks[place]))
        if attributions:
            view = view.model_copy(
                update={"attributions": attribute_unit(model, found.inputs, of_interest, place)}
            )
        return view

    def _surveyed(
        self, view: ActivationsView, table: tuple[Layer, ...], layer: Layer, unit: int, activation: float
    ) -> ActivationsView:
        dataset = self.data.dataset
        if dataset is None:
            return view.model_copy(update={"notes": (*view.notes, self.data.missing)})
        self._survey = self._survey or UnitSurvey(self._model, dataset)
        return view.model_copy(
            update={
                "survey": tuple(self._survey.layers[each.name] for each in table),
                "strongest": strongest(self._model, dataset, self._survey, layer, unit, activation),
            }
        )


def inspect_activations(
    model: Model,
    chosen: Input | None = None,
    *,
    layer: str | None = None,
    unit: str | int | None = None,
    data: Dataset | None = None,
    survey: bool = True,
    attributions: bool = True,
) -> ActivationsView:
    """What every layer of a model makes of one input; see :class:`ActivationsInspector`, which is faster for several."""
    return ActivationsInspector(model, data).inspect(
        chosen, layer=layer, unit=unit, survey=survey, attributions=attributions
    )


def attribute(
    model: Model,
    chosen: Input | None = None,
    *,
    layer: str = OUTPUT,
    unit: str | int | None = None,
    data: Dataset | None = None,
) -> Attributions:
    """How much each part of one input contributes to one unit: gradient, integrated gradients, occlusion.

    Args:
        model: A trained model.
        chosen: The input, see :func:`~studium.introspection.inputs.choose_input`.
        layer: Layer of the unit.
        unit: Index from 0, or for the output layer the name of a class or target; by default the unit that fires most.
        data: For test rows; by default the model's own where that is built in.

    Raises:
        UnknownNameError: There is no such layer or class.
        SettingError: The layer has no such unit; or the input needs data and there is none.
        DataError: The input is not one that the model takes, or too large for the network's numbers.
    """
    view = ActivationsInspector(model, data).inspect(chosen, layer=layer, unit=unit, survey=False)
    assert view.attributions is not None
    return view.attributions


def _require_finite(found: ChosenInput, heard: dict[str, Recorded]) -> None:
    for name, recorded in heard.items():
        if not (torch.isfinite(recorded.pre_activation).all() and torch.isfinite(recorded.activation).all()):
            raise DataError(
                f"the input {found.label} makes layer {name} overflow the network's numbers: give an input closer to the "
                "training data"
            )


def _view(
    model: Model, found: ChosenInput, table: tuple[Layer, ...], heard: dict[str, Recorded]
) -> ActivationsView:
    row, schema = found.inputs[0], model.schema
    return ActivationsView(
        model=model.name,
        data=model.data.name,
        label=found.label,
        notes=found.notes,
        actual=found.actual,
        pixels=row.numpy() if isinstance(schema, ImageSchema) else None,
        values=named_values(schema.feature_names, row) if isinstance(schema, TableSchema) else {},
        layers=tuple(_layer(each, heard[each.name]) for each in table),
        output=_output(model, heard[OUTPUT]),
    )


def _layer(layer: Layer, recorded: Recorded) -> LayerActivation:
    return LayerActivation(
        name=layer.name,
        kind=layer.kind,
        function=layer.activation,
        pre_activation=recorded.pre_activation[0].float().numpy(),
        activation=recorded.activation[0].float().numpy(),
    )


def _output(model: Model, recorded: Recorded) -> Output:
    raw = recorded.pre_activation.double()
    names = output_names(model)
    if model.task == "classification":
        probabilities = raw.softmax(dim=1)[0]
        predicted = names[int(probabilities.argmax())]
        return Output(task=model.task, names=names, values=tuple(probabilities.tolist()), predicted=predicted)
    values = model.normalisation.predictions(raw)[0]
    return Output(task=model.task, names=names, values=tuple(values.tolist()), predicted="")


def _peaks(recorded: Recorded) -> torch.Tensor:
    """Activation of each unit, of a channel its largest over all positions, ``[U]``."""
    return (
        recorded.activation[0].flatten(1).amax(dim=1)
        if recorded.activation.ndim > 2
        else recorded.activation[0]
    )
