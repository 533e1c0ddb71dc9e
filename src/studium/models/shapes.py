"""Shape arithmetic: output shapes, parameter counts and validity, without building anything."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from studium.errors import InvalidStructureError
from studium.models.residual import KERNEL as RESIDUAL_KERNEL
from studium.models.specs import CNNSpec, ConvolutionSpec, MLPSpec

Shape = tuple[int, ...]
Shapes = Mapping[str, Shape]


@dataclass(frozen=True)
class Layer:
    """One layer of a network.

    Attributes:
        name: Its name in the built module and in model files.
        kind: ``convolution``, ``batch_norm``, ``pool``, ``residual``, ``global_average``, ``flatten``, ``linear``,
            ``activation`` or ``dropout``.
        output_shape: Shape of its output for one input, without the batch.
        parameters: Shape of each trainable tensor, by its name within the layer.
        buffers: Shape of each tensor that is not trained but belongs to the network: running statistics of batch norms.
        index: Which of the spec's convolutions or hidden layers it belongs to, from 0.
    """

    name: str
    kind: str
    output_shape: Shape
    parameters: Shapes = field(default_factory=dict)
    buffers: Shapes = field(default_factory=dict)
    index: int = 0

    @property
    def n_parameters(self) -> int:
        """Trainable numbers in it."""
        return sum(math.prod(shape) for shape in self.parameters.values())


def layers(spec: MLPSpec | CNNSpec) -> list[Layer]:
    """Every layer in order, with output shape and tensors.

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
    shape: Shape = spec.input_shape
    if isinstance(spec, CNNSpec):
        for index, convolution in enumerate(spec.convolutions):
            table += _stage(convolution, shape, index)
            shape = table[-1].output_shape
        if spec.global_average:
            shape = (shape[0], 1, 1)
            table.append(Layer("global_average", "global_average", shape))
    if len(shape) > 1:
        shape = (math.prod(shape),)
        table.append(Layer("flatten", "flatten", shape))
    return table + _linear_part(spec, shape[0])


def n_parameters(spec: MLPSpec | CNNSpec) -> int:
    """Exact number of trainable parameters; the running statistics of batch norms are not among them.

    Example:
        >>> n_parameters(MLPSpec(input_shape=(1,), n_outputs=1, hidden=(8,)))  # 1*8 + 8 + 8*1 + 1
        25
    """
    return sum(layer.n_parameters for layer in layers(spec))


def n_multiplications(spec: MLPSpec | CNNSpec) -> int:
    """Multiplications of weights for one row, forward: a convolution uses each weight once per output pixel.

    Example:
        >>> n_multiplications(MLPSpec(input_shape=(1,), n_outputs=1, hidden=(8,)))  # biases are counted, too
        25
    """
    return sum(layer.n_parameters * math.prod(layer.output_shape[1:]) for layer in layers(spec))


def invalid_reason(spec: MLPSpec | CNNSpec) -> str | None:
    """Why a network cannot be, naming the first impossible layer; ``None`` when it can."""
    try:
        layers(spec)
    except InvalidStructureError as error:
        return str(error)
    return None


def _linear_part(spec: MLPSpec | CNNSpec, n_inputs: int) -> list[Layer]:
    table: list[Layer] = []
    for index, width in enumerate(spec.hidden):
        table.append(_linear(f"linear{index + 1}", n_inputs, width, index))
        table.append(Layer(f"activation{index + 1}", "activation", (width,), index=index))
        if spec.dropout:
            table.append(Layer(f"dropout{index + 1}", "dropout", (width,), index=index))
        n_inputs = width
    table.append(_linear("output", n_inputs, spec.n_outputs, len(spec.hidden)))
    return table


def _linear(name: str, n_inputs: int, n_outputs: int, index: int) -> Layer:
    parameters = {"weight": (n_outputs, n_inputs), "bias": (n_outputs,)}
    return Layer(name, "linear", (n_outputs,), parameters, index=index)


def _stage(spec: ConvolutionSpec, shape: Shape, index: int) -> list[Layer]:
    table = [_convolution(spec, shape, index)]
    output, number = table[0].output_shape, index + 1
    if spec.batch_norm:
        table.append(Layer(f"batch_norm{number}", "batch_norm", output, *_norm(spec.channels), index=index))
    table.append(Layer(f"conv_activation{number}", "activation", output, index=index))
    if spec.pool > 1:
        table.append(_pool(spec, output, index))
        output = table[-1].output_shape
    for block in range(1, spec.residual + 1):
        tensors = _residual(spec.channels, spec.batch_norm)
        table.append(Layer(f"residual{number}_{block}", "residual", output, *tensors, index=index))
    return table


def _convolution(spec: ConvolutionSpec, shape: Shape, index: int) -> Layer:
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
    parameters = _convolution_shapes(channels, spec.channels, spec.kernel, bias=not spec.batch_norm)
    return Layer(name, "convolution", (spec.channels, *sides), parameters, index=index)


def _pool(spec: ConvolutionSpec, shape: Shape, index: int) -> Layer:
    name = f"pool{index + 1}"
    channels, *sides = shape
    if spec.pool > min(sides):
        raise InvalidStructureError(
            name,
            f"its window of {spec.pool} is larger than its input of {sides[0]}x{sides[1]} pixels; use a smaller window, "
            "or less stride or pooling before it",
        )
    return Layer(name, "pool", (channels, *(side // spec.pool for side in sides)), index=index)


def _residual(channels: int, batch_norm: bool) -> tuple[dict[str, Shape], dict[str, Shape]]:
    parameters: dict[str, Shape] = {}
    buffers: dict[str, Shape] = {}
    for number in (1, 2):
        convolution = _convolution_shapes(channels, channels, RESIDUAL_KERNEL, bias=not batch_norm)
        parameters |= {f"conv{number}.{name}": shape for name, shape in convolution.items()}
        if batch_norm:
            own, running = _norm(channels)
            parameters |= {f"norm{number}.{name}": shape for name, shape in own.items()}
            buffers |= {f"norm{number}.{name}": shape for name, shape in running.items()}
    return parameters, buffers


def _convolution_shapes(n_inputs: int, n_outputs: int, kernel: int, *, bias: bool) -> dict[str, Shape]:
    weight: dict[str, Shape] = {"weight": (n_outputs, n_inputs, kernel, kernel)}
    return weight | {"bias": (n_outputs,)} if bias else weight


def _norm(channels: int) -> tuple[dict[str, Shape], dict[str, Shape]]:
    shape = (channels,)
    return {"weight": shape, "bias": shape}, {"running_mean": shape, "running_var": shape}
