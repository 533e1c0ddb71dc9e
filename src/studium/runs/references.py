"""What somebody else reported for the same thing, shown beside what a run finds."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from studium.config import Frozen


class Source(Frozen):
    """Who reported something.

    Attributes:
        name: Who.
        note: What a reader must know to compare.
    """

    name: str = "source report"
    note: str = ""


class Reference(Source):
    """Scores that somebody else reported for a network.

    Attributes:
        train, validation, test: The metric on each part: ``mse``, or ``accuracy`` in [0, 1].
        without: Step with the same network but for what this step adds, for ``losses``.
        losses: Loss without and with what this step adds, for example dropout.
    """

    train: float | None = None
    validation: float | None = None
    test: float | None = None
    without: str | None = None
    losses: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _losses_need_a_step(self) -> Self:
        if (self.losses is None) != (self.without is None):
            raise ValueError(
                "losses compare this step with another; give both losses and without, or neither"
            )
        return self


class RangeReference(Source):
    """A good range that somebody else reported for a parameter.

    Attributes:
        low, high: Its ends.
    """

    low: float
    high: float


class BestReference(Source):
    """What somebody else found best.

    Attributes:
        best: Its name, as in this step.
        test: The metric of the retrained winner on the test rows.
    """

    best: str = Field(min_length=1)
    test: float | None = None
