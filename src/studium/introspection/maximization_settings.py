"""Settings of a maximization, and the one home of their defaults."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field, model_validator

from studium.config import Frozen
from studium.data import ImageSchema, Schema, TableSchema
from studium.errors import SettingError, UnknownNameError

Objective = Literal["pre-activation", "logit", "softmax"]
Regulariser = Literal["l2", "total_variation", "jitter", "rotation", "scaling", "fourier"]


class MaximizationSettings(Frozen):
    """How an input is optimised. What is 0, false or ``None`` is off; :func:`default_settings` says what is usually on.

    Attributes:
        objective: What is made large: the ``pre-activation`` of any unit; the ``logit``, its name in the output layer of a
            classifier; or ``softmax``, the logarithm of the class's probability, which can also rise by making the other
            classes unlikely (Olah et al. 2017).
        steps: Of Adam, whose rate falls to 0 in a cosine.
        learning_rate: The highest, in units of the parameters: log-odds of a pixel, or standard deviations of a column.
        seeds: Starts for each unit, at least 1; each gives an input.
        l2: Weight of the mean squared distance to the data's mean, in standard deviations of the inputs (Simonyan et al.
            2014).
        total_variation: Weight of the mean length of the gradient of the image, over that of real images (Mahendran and
            Vedaldi 2015, with beta 1).
        jitter: Largest random shift in a step, in pixels (Mordvintsev et al. 2015).
        rotation: Largest random turn in a step, in degrees.
        scaling: Largest random change of size in a step, as a share of the size (Olah et al. 2017).
        fourier: Whether the image is optimised by its frequencies, each in steps as large as it is strong in the training
            images (Olah et al. 2017).
        diversity: Weight of the mean cosine similarity of a unit's inputs to each other, in what the layer sees of them
            (Olah et al. 2017); it needs several seeds.
        norm: Fixed norm of the input in standard deviations, in place of its range (Erhan et al. 2009).

    Example:
        >>> MaximizationSettings(steps=64, jitter=1).total_variation
        0.0
    """

    objective: Objective = "pre-activation"
    steps: int = Field(default=256, ge=1, le=100_000)
    learning_rate: float = Field(default=0.1, gt=0, le=100)
    seeds: int = Field(default=1, ge=1, le=1000)
    l2: float = Field(default=0.0, ge=0)
    total_variation: float = Field(default=0.0, ge=0)
    jitter: int = Field(default=0, ge=0)
    rotation: float = Field(default=0.0, ge=0, le=180)
    scaling: float = Field(default=0.0, ge=0, lt=1)
    fourier: bool = False
    diversity: float = Field(default=0.0, ge=0)
    norm: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_way_to_bound_the_input(self) -> Self:
        if self.norm is not None and self.fourier:
            raise ValueError(
                "norm fixes the length of the input itself, which fourier does not optimise: leave one out"
            )
        return self


STRENGTHS: dict[Regulariser, float] = {
    "l2": 1.0,
    "total_variation": 0.6,
    "jitter": 1,
    "rotation": 5.0,
    "scaling": 0.1,
    "fourier": True,
}
"""How strong each regulariser is when it is on; found by the experiment in docs/maximization.md, with images of 28x28."""

_SIDE = 28  # pixels; jitter grows with the side, and vanishes on pictures so small that a pixel is a feature

IMAGE_REGULARISERS: tuple[Regulariser, ...] = ("total_variation", "jitter", "rotation", "scaling", "fourier")
DEFAULT_REGULARISERS: tuple[Regulariser, ...] = (
    "total_variation",
    "jitter",
    "rotation",
    "scaling",
    "fourier",
)
"""Which are on for images when nothing is said; found by the same experiment."""


def default_settings(schema: Schema, regularisers: Iterable[str] | None = None) -> MaximizationSettings:
    """Sensible settings for inputs of a kind.

    Args:
        schema: Of the model's inputs.
        regularisers: Names of those to use; by default those that the experiment found for images, and none for tables,
            whose rows are bounded by their columns' ranges. Jitter grows with the side of the images: 1 pixel for 28.

    Raises:
        UnknownNameError: There is no such regulariser.
        SettingError: A regulariser of images was asked for on a table.
    """
    tabular = isinstance(schema, TableSchema)
    chosen = list(regularisers) if regularisers is not None else [] if tabular else list(DEFAULT_REGULARISERS)
    for name in chosen:
        if name not in STRENGTHS:
            raise UnknownNameError("regulariser", name, STRENGTHS)
    on = {name: STRENGTHS[name] for name in STRENGTHS if name in chosen}
    if isinstance(schema, ImageSchema) and "jitter" in on:
        on["jitter"] = max(
            round(on["jitter"] * min(schema.height, schema.width) / _SIDE), int(regularisers is not None)
        )
    seeds = {"seeds": 16} if tabular else {}  # cheap for rows, and needed: their optima are many
    settings = MaximizationSettings.model_validate(on | seeds)
    require_applicable(settings, schema)
    return settings


def require_applicable(settings: MaximizationSettings, schema: Schema) -> None:
    """Make sure that settings make sense for inputs of a kind.

    Raises:
        SettingError: A setting of images is on, but the inputs are rows of a table.
    """
    if not isinstance(schema, TableSchema):
        return
    for name in (*IMAGE_REGULARISERS, "norm"):
        if getattr(settings, name):
            raise SettingError(
                f"{name} is {getattr(settings, name)}, but it is for images and the model takes rows of a table: "
                "leave it out"
            )
