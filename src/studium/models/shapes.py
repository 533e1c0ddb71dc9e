"""Shape arithmetic: output shapes, parameter counts and validity, without building anything."""

from __future__ import annotations

import math
from dataclasses import dataclass

from studium.errors import InvalidStructureError
from studium.models.specs import CNNSpec, ConvolutionSpec, MLPSpec


@dataclass(frozen=True)
class Layer:
    """One layer of a network.

    Attributes:
        name: Its name in the built module and in model files.
        kind: ``convolution``, ``pool``, ``flatten``, ``linear``, ``activation`` or ``dropout``.
        output_shape: Shape of its output for one input, without the batch.
        n_parameters: Trainable numbers in it.
        index: Which of the spec's convolutions or hidden layers it belongs to, from 0.
    """

    name: str
    kind: str
    output_shape: tuple[int, ...]
    n_parameters: int = 0
    index: int = 0


def layers(spec: MLPSpec | CNNSpec) -> list[Layer]:
    """Every layer in order, with output shape and parameter count.

    The output side of a convolution or pooling is ``floor((size + 2 * padding - kernel) / stride) + 1`` (Dumoulin and
    Visin 2016, "A guide to convolution arithmetic for deep learning", relation 6).

    Args:
        spec: The network.

    Raises:
        InvalidStructureError: Names the first layer that cannot be, and why.

    Example:
        >>> [layer.name for layer in layers(MLPSpec(input_shape=(1,), n_outputs=1, hidden=(8,)))]
        ['linear1', 'activation1', 'output']
    """
    table: list[Layer] = []
    shape: tuple[int, ...] = spec.input_shape
    if isinstance(spec, CNNSpec):
        for index, convolution in enumerate(spec.convolutions):
            table += _convolution(convolution, shape, index)
            shape = table[-1].output_shape
    if len(shape) > 1:
        shape = (math.prod(shape),)
        table.append(Layer("flatten", "flatten", shape))
    for index, width in enumerate(spec.hidden):
        table.append(_linear(f"linear{index + 1}", shape[0], width, index))
        table.append(Layer(f"activation{index + 1}", "activation", (width,), index=index))
        if spec.dropout:
            table.append(Layer(f"dropout{index + 1}", "dropout", (width,), index=index))
        shape = (width,)
    table.append(_linear("output", shape[0], spec.n_outputs, len(spec.hidden)))
    return table


def n_parameters(spec: MLPSpec | CNNSpec) -> int:
    """Exact number of trainable parameters.

    Example:
        >>> n_parameters(MLPSpec(input_shape=(1,), n_outputs=1, hidden=(8,)))  # 1*8 + 8 + 8*1 + 1
        25
    """
    return sum(layer.n_parameters for layer in layers(spec))


def invalid_reason(spec: MLPSpec | CNNSpec) -> str | None:
    """Why a network cannot be, naming the first impossible layer; ``None`` when it can."""
    try:
        layers(spec)
    except InvalidStructureError as error:
        return str(error)
    return None


def _linear(name: str, n_inputs: int, n_outputs: int, index: int) -> Layer:
    return Layer(name, "linear", (n_outputs,), (n_inputs + 1) * n_outputs, index)


def _convolution(spec: ConvolutionSpec, shape: tuple[int, ...], index: int) -> list[Layer]:
    name = f"conv{index + 1}"
    channels, *sides = shape
    padded = [side + 2 * spec.padding for side in sides]
    if spec.kernel > min(padded):
        raise InvalidStructureError(
            name,
            f"its kernel of {spec.kernel} is larger than its padded input of {padded[0]}x{padded[1]} pixels; use a smaller "
            "kernel, more padding, or less stride or pooling before it",
        )
    sides = [(side - spec.kernel) // spec.stride + 1 for side in padded]
    weights = (channels * spec.kernel**2 + 1) * spec.channels
    output = (spec.channels, *sides)
    table = [
        Layer(name, "convolution", output, weights, index),
        Layer(f"conv_activation{index + 1}", "activation", output, index=index),
    ]
    if spec.pool > 1:
        if spec.pool > min(sides):
            raise InvalidStructureError(
                f"pool{index + 1}",
                f"its window of {spec.pool} is larger than its input of {sides[0]}x{sides[1]} pixels; use a smaller window, "
                "or less stride or pooling before it",
            )
        pooled = (spec.channels, *(side // spec.pool for side in sides))
        table.append(Layer(f"pool{index + 1}", "pool", pooled, index=index))
    return table
