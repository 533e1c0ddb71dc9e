"""Where groups of members are trained: what the trainer asks of an engine, and what it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from studium.data import Dataset
from studium.training.group import Group
from studium.training.outcome import Outcome


class Advanced(NamedTuple):
    """Epochs have been trained.

    Attributes:
        n_epochs: Summed over members.
        loss: Mean training loss of the latest epoch's members.
    """

    n_epochs: int
    loss: float


class Finished(NamedTuple):
    """A member has come to its end.

    Attributes:
        group: Position of its group.
        place: Position of the member in that group.
        outcome: What training it gave.
        trained: Whether it was trained now; else it was known, or nothing was trained.
    """

    group: int
    place: int
    outcome: Outcome
    trained: bool = True


Message = Advanced | Finished


class Engine(Protocol):
    """Trains groups somewhere. Results never depend on where, nor on how many at the same time."""

    def run(self, dataset: Dataset, groups: Sequence[Group]) -> Iterator[Message]:
        """Train all groups.

        Args:
            dataset: Where the members' rows are.
            groups: What to train, in order of preference.

        Yields:
            Every member's end exactly once, in the order in which they come, and how far the training is.
        """

    def release(self, dataset: Dataset, groups: Sequence[Group]) -> None:
        """Let go of what is kept so that paused groups can go on; they can still, but from the start.

        Args:
            dataset: Where the members' rows are.
            groups: Groups that have paused in this engine.
        """
