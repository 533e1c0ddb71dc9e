"""What a maximization gives, as plain data."""

from __future__ import annotations

import numpy as np
from pydantic import Field

from studium.config import Frozen
from studium.data import ImageSchema, TableSchema
from studium.introspection.arrays import Result
from studium.introspection.maximization_settings import MaximizationSettings

Pixels = tuple[tuple[tuple[int, ...], ...], ...]


class Input(Frozen):
    """An input as people see it: a picture, or a row of a table.

    Attributes:
        pixels: ``[C][H][W]`` in 0 to 255; empty for a row.
        values: By column, numbers in the data's units and categories as words; empty for a picture.
    """

    pixels: Pixels = ()
    values: dict[str, float | str] = Field(default_factory=dict)

    def image(self) -> np.ndarray:
        """The picture, ``[C, H, W]`` uint8."""
        return np.array(self.pixels, dtype=np.uint8)


class OptimisedInput(Frozen):
    """An input that was optimised.

    Attributes:
        start: Which of the unit's starts it came from, from 0.
        input: As a dataset would hold it: whole grey values, whole categories.
        activation: Of the unit for just this input.
        start_activation: Before the first step.
    """

    start: int
    input: Input
    activation: float
    start_activation: float


class RealInput(Frozen):
    """A real input that makes a unit fire.

    Attributes:
        row: In the dataset.
        label: Its true class or value.
        input: The input.
        activation: Of the unit.
    """

    row: int
    label: str
    input: Input
    activation: float


class RealActivations(Frozen):
    """Activations of a unit over real rows.

    Attributes:
        n: Rows.
        mean: Over the rows.
        std: Population standard deviation.
        quantiles: Smallest, 5%, 25%, 50%, 75%, 95%, largest.
        strongest: The rows with the largest activation, largest first.
        exceeded: Share of the rows whose activation is below that of the unit's best optimised input, in [0, 1].
    """

    n: int
    mean: float
    std: float
    quantiles: tuple[float, float, float, float, float, float, float]
    strongest: tuple[RealInput, ...]
    exceeded: float


class MaximizedUnit(Frozen):
    """One unit and what makes it fire.

    Attributes:
        unit: Index in its layer.
        name: Class, target column, or index; with the position, where one was chosen.
        inputs: One for each start, largest activation first.
        real: Over real rows; ``None`` without data.
    """

    unit: int
    name: str
    inputs: tuple[OptimisedInput, ...]
    real: RealActivations | None

    @property
    def best(self) -> OptimisedInput:
        """The input with the largest activation."""
        return self.inputs[0]


class Maximization(Result):
    """Inputs that make units of one layer fire, beside the strongest real ones.

    Attributes:
        model: What the network is called.
        layer: Name of the layer.
        layer_kind: ``linear`` or ``convolution``.
        quantity: What an activation is here, in words: ``logit``, ``pre-activation``, ``log probability``, or the predicted
            target, in whose units it is then.
        inputs: How raw rows or pictures become inputs.
        settings: Of the optimisation.
        seed: Root of all streams.
        reference: Where spectrum, mean and ranges come from, in words.
        ranges: Smallest and largest value of each column of numbers, which rows are kept between; empty for images.
        data: Name of the dataset of the real rows; ``None`` without data.
        rows: Which of its rows: ``test`` or ``all``; ``None`` without data.
        units: In the order of the layer, or as asked for.
    """

    model: str
    layer: str
    layer_kind: str
    quantity: str
    inputs: TableSchema | ImageSchema
    settings: MaximizationSettings
    seed: int
    reference: str
    ranges: dict[str, tuple[float, float]]
    data: str | None
    rows: str | None
    units: tuple[MaximizedUnit, ...]
