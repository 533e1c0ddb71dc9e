"""What the activations view holds, as data."""

from __future__ import annotations

from pydantic import Field

from studium.introspection.arrays import Array, Pixels, Result


class LayerSurvey(Result):
    """How the units of one layer behave over many rows.

    Attributes:
        layer: Name of the layer.
        n_units: Units, or channels.
        n_rows: Rows looked at.
        dead_units: Units that give the same activation for every row and at every position.
        saturated_units: Units that are not dead, but whose function is flat (its slope below 1% of its steepest) for at
            least 95% of all rows and positions.
        flat_share: Share of all units, rows and positions where the function is flat; ``None`` for the output layer, which
            has none. For relu this is the share of zeros.
    """

    layer: str
    n_units: int
    n_rows: int
    dead_units: tuple[int, ...]
    saturated_units: tuple[int, ...]
    flat_share: float | None


class LayerActivation(Result):
    """What one layer gives for the input.

    Attributes:
        name: Of the layer.
        kind: ``linear`` or ``convolution``.
        function: Behind the layer; ``None`` for the output layer, whose activation is the pre-activation.
        pre_activation: ``[units]`` or ``[channels, height, width]``.
        activation: Same shape, after the function.
    """

    name: str
    kind: str
    function: str | None
    pre_activation: Array
    activation: Array


class Output(Result):
    """What the network says.

    Attributes:
        task: ``classification`` or ``regression``.
        names: Of the classes, or targets.
        values: Probability of each class, or value of each target in its own units.
        predicted: The likeliest class; empty for regression.
    """

    task: str
    names: tuple[str, ...]
    values: tuple[float, ...]
    predicted: str


class InputPlace(Result):
    """Where the only number of an input lies, and what the network says around it.

    Attributes:
        input_name: The input.
        value: Its number.
        low: Where the training inputs begin.
        high: Where they end.
        range_is: What this range is, in words.
        x: ``[G]``, over the range, beyond it, and as far as the value.
        target_name: The first target, or the predicted class.
        prediction: ``[G]``, in the target's units, or the probability of the class.
        predicted: The same for the value.
    """

    input_name: str
    value: float
    low: float
    high: float
    range_is: str
    x: Array
    target_name: str
    prediction: Array
    predicted: float


class Example(Result):
    """One row that a unit responds to.

    Attributes:
        row: Index in the dataset.
        place: Index among the rows that were looked at.
        activation: Of the unit, after the function; of a channel its largest over all positions.
        actual: The true class, or value; ``None`` for several targets.
        pixels: ``[C, H, W]`` from 0 to 255; ``None`` for tables.
        values: By column; empty for pictures.
    """

    row: int
    place: int
    activation: float
    actual: str | float | None
    pixels: Pixels | None = None
    values: dict[str, float] = Field(default_factory=dict)


class Strongest(Result):
    """The rows that a unit responds to most.

    Attributes:
        layer: Name of its layer.
        unit: Its index.
        unit_name: The class or target that it stands for; empty for hidden units.
        quantity: What its activation is: the logit, the predicted value in the target's units, or the activation after a
            function.
        activation: For the chosen input.
        share_below: Share of the rows whose activation is smaller than that.
        n_rows: Rows looked at.
        rows_are: What they are called.
        examples: The strongest first.
    """

    layer: str
    unit: int
    unit_name: str
    quantity: str
    activation: float
    share_below: float
    n_rows: int
    rows_are: str
    examples: tuple[Example, ...]


class Attribution(Result):
    """How much each part of the input contributes to one unit.

    Attributes:
        method: ``gradient``, ``integrated gradients`` or ``occlusion``.
        values: ``[C, H, W]`` for pictures, one number a column for tables. The gradient is per whole range of a pixel (0 to
            255), or per unit of the column; the others are in the units of the attributed number.
        names: Of the columns; empty for pictures.
        reference: What an absent part is replaced by, in words; empty for the gradient.
        sum: Of all values.
        error: For integrated gradients, what is missing to completeness: their sum minus the difference between the input's
            and the reference's number; else ``None``.
    """

    method: str
    values: Array
    names: tuple[str, ...]
    reference: str
    sum: float
    error: float | None = None


class Attributions(Result):
    """Attribution of one number of the network to the parts of one input.

    Attributes:
        layer: Layer of the unit.
        unit: Its index.
        unit_name: The class or target that it stands for; empty for hidden units.
        explained: What is attributed, in words.
        value: It, for the input.
        reference_value: It, for the reference.
        methods: All methods.
    """

    layer: str
    unit: int
    unit_name: str
    explained: str
    value: float
    reference_value: float
    methods: tuple[Attribution, ...]


class ActivationsView(Result):
    """Everything that can be seen when a model meets one input.

    Attributes:
        model: Name of the network.
        data: Name of the training data.
        label: The input.
        notes: What must be known of it, in sentences.
        actual: The true class or value, where it is known.
        pixels: ``[C, H, W]`` from 0 to 255; ``None`` for tables.
        values: By input column; empty for pictures.
        layers: The chosen layers, from the input on.
        output: What the network says.
        place: Of inputs that are a single number.
        survey: Of the chosen layers over many rows; empty without data.
        strongest: Of one unit; ``None`` without data.
        attributions: Of one unit.
    """

    model: str
    data: str
    label: str
    notes: tuple[str, ...]
    actual: str | float | None
    pixels: Pixels | None
    values: dict[str, float]
    layers: tuple[LayerActivation, ...]
    output: Output
    place: InputPlace | None = None
    survey: tuple[LayerSurvey, ...] = ()
    strongest: Strongest | None = None
    attributions: Attributions | None = None
