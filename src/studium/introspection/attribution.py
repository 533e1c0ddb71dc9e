"""How much each part of an input contributes to one unit, by Captum (Kokhlikyan et al. 2020).

Attributed is the pre-activation of the unit: the logit of a class, the value of a target in its own units, or what a hidden
layer gives before its function; of a channel its largest over all positions. An absent part is black in pictures of dark
data and white in those of light data; in tables it has the mean of the training rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from studium.data import ImageSchema, TableSchema
from studium.environment import torch_threads
from studium.introspection.activation_results import Attribution, Attributions
from studium.introspection.layers import OUTPUT, Layer
from studium.introspection.picture_input import is_dark
from studium.introspection.unit_weights import output_names
from studium.training.model import Model

_STEPS = (128, 512, 2048)  # of the integral, until it is complete enough
_COMPLETE = 0.002  # what may be missing, as a share of the difference that is explained
_AT_ONCE = 128  # inputs in one pass
_WINDOWS = 7  # occluding squares along the longer side

Target = Callable[[Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Question:
    """What is attributed, and to what.

    Attributes:
        target: From normalised inputs ``[B, ...]`` to numbers ``[B]``.
        inputs: Normalised, ``[1, ...]``.
        reference: Likewise.
    """

    target: Target
    inputs: Tensor
    reference: Tensor


def attribute_unit(model: Model, inputs: Tensor, layer: Layer, unit: int) -> Attributions:
    """Gradient, integrated gradients and occlusion of one unit for one input.

    Args:
        model: The model.
        inputs: Raw, ``[1, F]`` float64 or ``[1, C, H, W]`` uint8.
        layer: Layer of the unit.
        unit: The unit.
    """
    network = model.module().double()  # kinks of relu and small differences want the digits
    reference, words = _reference(model)
    question = Question(
        target=unit_of(network, layer, unit, _scale(model, layer, unit)),
        inputs=model.normalisation.inputs(inputs, torch.float64),
        reference=model.normalisation.inputs(reference, torch.float64),
    )
    with torch_threads(1):
        value, reference_value = _values(question)
        methods = (
            _gradient(model, question),
            _integrated_gradients(model, question, words, value - reference_value),
            _occlusion(model, question, words),
        )
    return Attributions(
        layer=layer.name,
        unit=unit,
        unit_name=output_names(model)[unit] if layer.name == OUTPUT else "",
        explained=_explained(model, layer, unit),
        value=value + _shift(model, layer, unit),
        reference_value=reference_value + _shift(model, layer, unit),
        methods=methods,
    )


def unit_of(network: nn.Sequential, layer: Layer, unit: int, scale: float = 1.0) -> Target:
    """The pre-activation of a unit as a function of normalised inputs.

    Args:
        network: In evaluation mode; it is run up to the layer and left as it is.
        layer: Layer of the unit.
        unit: The unit.
        scale: What the pre-activation is multiplied by.
    """
    names = [name for name, _ in network.named_children()]
    front = network[: names.index(layer.module) + 1]

    def target(inputs: Tensor) -> Tensor:
        values: Tensor = front(inputs)[:, unit]
        return scale * (values.flatten(1).amax(dim=1) if values.ndim > 1 else values)

    return target


@torch.no_grad()
def _values(question: Question) -> tuple[float, float]:
    """The attributed number for the input and for the reference."""
    return float(question.target(question.inputs)), float(question.target(question.reference))


def _gradient(model: Model, question: Question) -> Attribution:
    from captum.attr import Saliency

    inputs = question.inputs.clone().requires_grad_()
    slopes = Saliency(question.target).attribute(inputs, abs=False)[0].detach()
    values = slopes / model.normalisation.input_std  # the inputs were normalised
    return _attribution(model, "gradient", values, "")


def _integrated_gradients(model: Model, question: Question, words: str, difference: float) -> Attribution:
    from captum.attr import IntegratedGradients

    method = IntegratedGradients(question.target)
    for n_steps in _STEPS:
        values = method.attribute(
            question.inputs,
            question.reference,
            n_steps=n_steps,
            method="riemann_middle",  # the places of Captum's usual rule take longer to find than the integral
            internal_batch_size=_AT_ONCE,
        )[0].detach()
        error = float(values.sum()) - difference
        if abs(error) <= _COMPLETE * abs(difference):
            break
    found = _attribution(model, "integrated gradients", _by_column(model, values), words)
    return found.model_copy(update={"error": error})


def _occlusion(model: Model, question: Question, words: str) -> Attribution:
    if isinstance(model.schema, TableSchema):
        return _attribution(model, "occlusion", _occluded_columns(model.schema, question), words)
    from captum.attr import Occlusion

    channels, *sides = question.inputs.shape[1:]
    window = max(1, round(max(sides) / _WINDOWS))
    square = [min(window, side) for side in sides]
    values = Occlusion(question.target).attribute(
        question.inputs,
        sliding_window_shapes=(channels, *square),
        strides=(channels, *(max(1, side // 2) for side in square)),
        baselines=question.reference,
        perturbations_per_eval=_AT_ONCE,
    )
    return _attribution(model, "occlusion", values[0].detach(), words)


def _occluded_columns(schema: TableSchema, question: Question) -> Tensor:
    """All inputs of a column are replaced together, ``[columns]``."""
    from captum.attr import FeatureAblation

    owner = torch.tensor(_column_of_each_input(schema))
    values: Tensor = (
        FeatureAblation(question.target)
        .attribute(question.inputs, question.reference, feature_mask=owner[None])[0]
        .detach()
    )
    first = [int((owner == column).nonzero()[0]) for column in range(len(schema.columns))]
    return values[first]


def _by_column(model: Model, values: Tensor) -> Tensor:
    """Attributions of one-hot inputs are those of their column together; pictures pass unchanged."""
    if not isinstance(model.schema, TableSchema):
        return values
    owner = torch.tensor(_column_of_each_input(model.schema))
    return torch.zeros(len(model.schema.columns), dtype=values.dtype).index_add(0, owner, values)


def _column_of_each_input(schema: TableSchema) -> list[int]:
    return [
        place for place, column in enumerate(schema.columns) for _ in range(max(1, len(column.categories)))
    ]


def _attribution(model: Model, method: str, values: Tensor, reference: str) -> Attribution:
    names: tuple[str, ...] = ()
    if isinstance(model.schema, TableSchema):
        columns = tuple(column.name for column in model.schema.columns)
        names = columns if len(values) == len(columns) else model.schema.feature_names
    array = values.float().numpy()
    return Attribution(method=method, values=array, names=names, reference=reference, sum=float(values.sum()))


def _reference(model: Model) -> tuple[Tensor, str]:
    if isinstance(model.schema, ImageSchema):
        dark = is_dark(model)
        pixels = torch.full((1, *model.schema.input_shape), 0 if dark else 255, dtype=torch.uint8)
        return pixels, "black" if dark else "white"
    return model.normalisation.input_mean[None], "the mean of the training rows"


def _scale(model: Model, layer: Layer, unit: int) -> float:
    if model.task == "regression" and layer.name == OUTPUT:
        return float(model.normalisation.target_std[unit])
    return 1.0


def _shift(model: Model, layer: Layer, unit: int) -> float:
    if model.task == "regression" and layer.name == OUTPUT:
        return float(model.normalisation.target_mean[unit])
    return 0.0


def _explained(model: Model, layer: Layer, unit: int) -> str:
    if layer.name != OUTPUT:
        largest = ", at its strongest position" if layer.kind == "convolution" else ""
        return f"pre-activation of unit {unit} of {layer.name}{largest}"
    name = output_names(model)[unit]
    return f"logit of class {name}" if model.task == "classification" else f"predicted {name}"
