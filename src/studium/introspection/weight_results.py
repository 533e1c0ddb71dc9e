"""What the weights view holds, as data."""

from __future__ import annotations

from studium.introspection.arrays import Array, Result


class Histogram(Result):
    """Weights of one layer counted in bins, trained beside freshly initialised.

    Attributes:
        edges: ``[bins + 1]``, the same for both.
        trained: Weights in each bin, ``[bins]``.
        initial: Likewise before the training.
    """

    edges: Array
    trained: tuple[int, ...]
    initial: tuple[int, ...]


class WeightNumbers(Result):
    """One layer's weights in numbers.

    Attributes:
        norm: Root of the sum of squares (Frobenius norm), biases left out.
        largest_singular_value: How much the layer can stretch an input at most (spectral norm); of a convolution as the
            linear map that it is on images of its input's size, padding and stride included.
        spectral_radius: Largest absolute eigenvalue; ``None`` where inputs and outputs differ in number.
        bias_norm: Root of the sum of squares of the biases.
    """

    norm: float
    largest_singular_value: float
    spectral_radius: float | None
    bias_norm: float


class LayerWeights(Result):
    """One layer.

    Attributes:
        name: Of the layer.
        kind: ``linear`` or ``convolution``.
        n_units: Units, or channels.
        n_inputs: Weights of each unit.
        activation: The function behind it; ``None`` for the output layer.
        receptive_field: Height and width, in pixels, of what one unit sees of the picture; ``None`` for tables.
        trained: The weights in numbers.
        initial: Before the training.
        change: Norm of the difference between trained and initial weights, as a share of the initial norm.
        constant_units: Units whose incoming weights are all (nearly) zero: they give the same for every input.
        unused_units: Units whose outgoing weights are all (nearly) zero: nothing depends on them.
        histogram: Of the weights.
    """

    name: str
    kind: str
    n_units: int
    n_inputs: int
    activation: str | None
    receptive_field: tuple[int, int] | None
    trained: WeightNumbers
    initial: WeightNumbers
    change: float | None
    constant_units: tuple[int, ...]
    unused_units: tuple[int, ...]
    histogram: Histogram


class WeightImages(Result):
    """Weights that have the shape of pictures.

    Attributes:
        layer: Name of the layer.
        kind: ``receptive field`` (weights of a linear layer on the pixels) or ``kernel``.
        units: Which units, ``[U]``.
        weights: ``[U, C, height, width]``, C channels of the layer's input.
        largest: Largest absolute weight of the whole layer: the one symmetric scale of all its images.
    """

    layer: str
    kind: str
    units: tuple[int, ...]
    weights: Array
    largest: float


class UnitResponses(Result):
    """Activations of hidden units over a range of the only input.

    Attributes:
        input_name: The input.
        x: The grid, ``[G]``, in the input's units; it reaches beyond the range.
        low: Where the training inputs begin.
        high: Where they end.
        range_is: What the range is, in words.
        layers: Name of each hidden layer.
        activations: Per layer ``[H, G]``, after the layer's function.
        target_name: The target, when there is one only; else the first.
        prediction: ``[G]``, in the target's units; for classes the probability of the first.
    """

    input_name: str
    x: Array
    low: float
    high: float
    range_is: str
    layers: tuple[str, ...]
    activations: tuple[Array, ...]
    target_name: str
    prediction: Array


class UnitWeights(Result):
    """The weights of one unit.

    Attributes:
        layer: Name of its layer.
        unit: Its index.
        name: What it stands for: a class or target of the output layer, else empty.
        bias: Its bias.
        incoming_names: What the weights come from: columns, or units of the layer before; empty where the weights are an
            image.
        incoming: ``[I]``; empty likewise.
        outgoing_norm: Root of the sum of squares of all weights from it; ``None`` in the output layer.
    """

    layer: str
    unit: int
    name: str
    bias: float
    incoming_names: tuple[str, ...]
    incoming: Array
    outgoing_norm: float | None


class WeightsView(Result):
    """Everything that can be seen in a model's weights.

    Attributes:
        model: Name of the network.
        data: Name of the training data.
        seed: Of the training; the initial weights are those that it began with.
        layers: The chosen layers, from the input on.
        images: Of layers whose weights have the shape of pictures.
        responses: For networks with a single number as input.
        unit: The chosen unit.
        notes: What else should be known, in sentences.
    """

    model: str
    data: str
    seed: int
    layers: tuple[LayerWeights, ...]
    images: tuple[WeightImages, ...] = ()
    responses: UnitResponses | None = None
    unit: UnitWeights | None = None
    notes: tuple[str, ...] = ()
