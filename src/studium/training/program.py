"""What the training loop asks of a program: members that advance together, one step at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from torch import Tensor

from studium.training.batches import Batch
from studium.training.member import Member
from studium.training.state import State


class Program(Protocol):
    """Members that advance together. P members, B rows a batch, k <= P members that take part in a step."""

    @property
    def members(self) -> Sequence[Member]:
        """The members that still train."""

    def step(self, batch: Batch, rates: np.ndarray) -> None:
        """One step of the optimiser for the first k members.

        Args:
            batch: Rows of the k members.
            rates: Learning rates, ``[k]``.
        """

    def take_losses(self) -> np.ndarray:
        """Sum over steps of loss times counted rows since the last call, ``[P]``."""

    def validate(self) -> tuple[np.ndarray, np.ndarray]:
        """Loss and metric on each member's validation rows with the weights of now, each ``[P]``."""

    def keep(self, positions: np.ndarray) -> None:
        """Remember the weights of now of these members as their best."""

    def weights(self, position: int, *, best: bool) -> dict[str, Tensor]:
        """A copy of a member's weights, of now or the remembered best, by name as in the built module."""

    def compact(self, kept: np.ndarray) -> None:
        """Go on with the members at these positions, in order."""

    def states(self) -> list[State]:
        """All that each member of now needs to go on, in order; asked for between two epochs.

        A state belongs to its member alone: it says nothing of who trained with it.
        """

    def restore(self, states: Sequence[State]) -> None:
        """Go on from states of the same members, one each; nothing has been trained before.

        Raises:
            studium.training.state.StateError: One is that of another member.
        """
