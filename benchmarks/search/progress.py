"""How a search came along: training spent, time passed, best loss so far."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from studium.validation import Point


@dataclass
class Progress:
    """The course of one search for the smallest loss, a value after each trial.

    Attributes:
        epochs: Spent so far, summed over folds.
        seconds: Passed so far.
        best: Smallest validation loss of a trial trained to its end; infinite before the first.
        chosen: The point that the search ends with.
        ended: Seconds until it was chosen; of the product with the final measurement.
    """

    epochs: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    best: list[float] = field(default_factory=list)
    chosen: Point | None = None
    ended: float = 0.0

    @property
    def spent(self) -> int:
        """Epochs in all."""
        return self.epochs[-1] if self.epochs else 0

    def add(self, epochs: int, seconds: float, loss: float | None, point: Point | None = None) -> None:
        """A trial has ended.

        Args:
            epochs: That it trained.
            seconds: Passed since the start of the search.
            loss: At its end; ``None`` when it was dropped or diverged.
            point: To choose when the loss is the smallest.
        """
        before = self.best[-1] if self.best else math.inf
        better = loss is not None and loss < before
        self.epochs.append(self.spent + epochs)
        self.seconds.append(seconds)
        self.best.append(loss if better and loss is not None else before)
        if better:
            self.chosen = point

    def epochs_to(self, loss: float) -> float:
        """Epochs until a loss was reached; infinite when it never was."""
        return next(
            (spent for spent, best in zip(self.epochs, self.best, strict=True) if best <= loss), math.inf
        )

    def seconds_to(self, loss: float) -> float:
        """Seconds likewise."""
        return next((at for at, best in zip(self.seconds, self.best, strict=True) if best <= loss), math.inf)
