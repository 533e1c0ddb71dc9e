"""Weights as bytes, and what must be true of bytes to be the weights of a network."""

from __future__ import annotations

import math
from collections.abc import Mapping

import safetensors.torch
import torch
from torch import Tensor

from studium.models import CNNSpec, MLPSpec, layers

_MOST_NUMBERS = 1 << 24
"""Numbers in one layer's output for one input, at most: 64 MB as float32. A few bytes of JSON can ask for terabytes."""

_MOST_LAYERS = 10_000

_HEADER_BYTES = 4096  # of a safetensors file, beside what is said of each tensor
_TENSOR_BYTES = 512  # said of one tensor, at most

Shapes = dict[str, tuple[int, ...]]


def weight_shapes(spec: MLPSpec | CNNSpec) -> Shapes:
    """Shape of each tensor of a network by name, running statistics of batch norms included, by arithmetic alone.

    Args:
        spec: The network.

    Raises:
        InvalidStructureError: The shapes cannot be.
        ValueError: There are absurdly many layers, or a layer's output would be absurdly large.

    Example:
        >>> weight_shapes(MLPSpec(input_shape=(3,), n_outputs=2, hidden=()))
        {'output.weight': (2, 3), 'output.bias': (2,)}
    """
    stages = spec.convolutions if isinstance(spec, CNNSpec) else ()
    if len(spec.hidden) + sum(1 + stage.residual for stage in stages) > _MOST_LAYERS:
        raise ValueError(f"it has more than {_MOST_LAYERS:,} layers")
    shapes: Shapes = {}
    for layer in layers(spec):
        if math.prod(layer.output_shape) > _MOST_NUMBERS:
            raise ValueError(
                f"layer {layer.name!r} has {math.prod(layer.output_shape):,} outputs for one input"
            )
        tensors = {**layer.parameters, **layer.buffers}
        shapes |= {f"{layer.name}.{name}": shape for name, shape in tensors.items()}
    return shapes


def most_bytes(shapes: Shapes, dtype: torch.dtype) -> int:
    """Size that a safetensors file with these tensors cannot exceed."""
    return _HEADER_BYTES + sum(_TENSOR_BYTES + math.prod(shape) * dtype.itemsize for shape in shapes.values())


def pack(tensors: Mapping[str, Tensor]) -> bytes:
    """Tensors as safetensors."""
    return safetensors.torch.save({name: tensor.contiguous() for name, tensor in tensors.items()})


def unpack(content: bytes, shapes: Shapes, dtype: torch.dtype) -> dict[str, Tensor]:
    """Tensors from safetensors, all of them checked.

    Args:
        content: The file.
        shapes: Names and shapes of exactly the tensors that must be in it.
        dtype: Their type.

    Raises:
        ValueError: They are not; says what is wrong.
    """
    try:
        tensors = safetensors.torch.load(content)
    except Exception as error:  # a foreign or hostile header fails in many ways
        raise ValueError(f"is not a whole safetensors file ({type(error).__name__})") from error
    wrong = next(iter(sorted(tensors.keys() ^ shapes.keys())), None)
    if wrong is not None:
        raise ValueError(f"{'lacks' if wrong in shapes else 'has the foreign'} tensor {wrong!r}")
    for name, shape in shapes.items():
        tensor = tensors[name]
        if tuple(tensor.shape) != shape or tensor.dtype != dtype:
            found = f"{tuple(tensor.shape)} {tensor.dtype}"
            raise ValueError(f"has {name!r} as {found}, but the network needs {shape} {dtype}")
        if not bool(torch.isfinite(tensor).all()):
            raise ValueError(f"has numbers in {name!r} that are not finite")
        if name.endswith("running_var") and bool((tensor < 0).any()):
            raise ValueError(f"has variances in {name!r} that are below 0")
    return {name: tensors[name] for name in shapes}
