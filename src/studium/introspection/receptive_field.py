"""What a unit sees of the picture."""

from __future__ import annotations

from dataclasses import dataclass

from studium.introspection.layers import Layer
from studium.models import CNNSpec, MLPSpec

_BLOCK = 2  # positions that a residual block of two 3x3 convolutions looks beyond its own, on each side


@dataclass(frozen=True)
class ReceptiveField:
    """The square of pixels that one position of a layer can depend on.

    Strides larger than kernels leave holes in it; padding of inner layers hides pixels from positions at the edge.

    Attributes:
        side: Of the square, in pixels.
        step: From one position to the next, in pixels of the picture.
        offset: First pixel of position 0; negative where padding is seen.
        limits: Height and width of the picture.
    """

    side: int
    step: int
    offset: int
    limits: tuple[int, int]

    def pixels(self, row: int, column: int) -> tuple[slice, slice]:
        """Rows and columns of the picture that a position depends on."""
        starts = [self.offset + place * self.step for place in (row, column)]
        first, second = (
            slice(max(0, start), max(0, min(start + self.side, limit)))
            for start, limit in zip(starts, self.limits, strict=True)
        )
        return first, second

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of what the largest part of the positions sees: never more than the picture."""
        return min(self.side, self.limits[0]), min(self.side, self.limits[1])


def receptive_field(spec: MLPSpec | CNNSpec, layer: Layer) -> ReceptiveField | None:
    """What one unit or position of a layer sees.

    Side and step by the recursion over kernels and strides of Araujo, Norris and Sim 2019 ("Computing receptive fields of
    convolutional neural networks", equations 1 to 3).

    Args:
        spec: The network.
        layer: One of its layers.

    Returns:
        ``None`` for tables. A unit of a linear layer sees the whole picture.

    Example:
        >>> from studium.introspection.layers import find_layer
        >>> from studium.models import preset
        >>> cnn = preset("cnn", (1, 28, 28), 10)
        >>> [receptive_field(cnn, find_layer(cnn, name)).side for name in ("conv1", "conv2", "conv3")]
        [3, 8, 18]
    """
    if len(spec.input_shape) != 3:
        return None
    limits = (spec.input_shape[1], spec.input_shape[2])
    if layer.kind == "linear" or not isinstance(spec, CNNSpec):
        return ReceptiveField(max(limits), 0, 0, limits)
    side, step, offset = 1, 1, 0
    for number, convolution in enumerate(spec.convolutions, start=1):
        offset -= convolution.padding * step
        side += (convolution.kernel - 1) * step
        step *= convolution.stride
        if layer.name == f"conv{number}":
            break
        side += (convolution.pool - 1) * step
        step *= convolution.pool
        offset -= convolution.residual * _BLOCK * step
        side += convolution.residual * 2 * _BLOCK * step
    return ReceptiveField(side, step, offset, limits)
