"""Where a training stands at the end of an epoch: all that it needs to go on to the very same bits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from torch import Tensor

from studium.errors import InputError


class StateError(InputError):
    """A kept state is damaged, or that of another training."""


@dataclass(frozen=True, eq=False)
class State:
    """Arrays and facts by name; what belongs to a part is named behind a slash, as in ``program/weights/linear1.weight``.

    It holds copies: training on does not change it.

    Attributes:
        arrays: NumPy arrays in C order, of any shape and number type.
        facts: What JSON can say; integers may have 64 bits and no sign.

    Example:
        >>> state = State(facts={"epoch": 3}).with_parts(program=State({"weight": np.ones(2)}))
        >>> state.part("program").array("weight", like=np.zeros(2))
        array([1., 1.])
    """

    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def with_parts(self, **parts: State) -> State:
        """This and its parts, each under its name."""
        arrays, facts = dict(self.arrays), dict(self.facts)
        for name, part in parts.items():
            arrays |= {f"{name}/{key}": array for key, array in part.arrays.items()}
            facts |= {f"{name}/{key}": fact for key, fact in part.facts.items()}
        return State(arrays, facts)

    def part(self, name: str) -> State:
        """What was kept under a name; empty when nothing was."""
        start = f"{name}/"
        return State(
            {key.removeprefix(start): array for key, array in self.arrays.items() if key.startswith(start)},
            {key.removeprefix(start): fact for key, fact in self.facts.items() if key.startswith(start)},
        )

    def fact(self, name: str) -> Any:
        """A fact.

        Raises:
            StateError: There is none of this name.
        """
        if name not in self.facts:
            raise _lacks(name)
        return self.facts[name]

    def array(self, name: str, like: np.ndarray) -> np.ndarray:
        """A copy of an array.

        Args:
            name: Its name.
            like: An array of the shape and number type that it must have.

        Raises:
            StateError: There is none of this name, or it is not such an array.
        """
        if name not in self.arrays:
            raise _lacks(name)
        array = self.arrays[name]
        if array.shape != like.shape or array.dtype != like.dtype:
            raise StateError(
                f"the kept state has {name!r} as {array.shape} {array.dtype}, but this training needs {like.shape} "
                f"{like.dtype}: train from the start"
            )
        return array.copy()

    def tensor(self, name: str, like: Tensor) -> Tensor:
        """An array as a tensor, in memory as ``like`` is: its shape, number type, device and order of axes.

        Raises:
            StateError: There is none of this name, or it is not such an array.
        """
        array = self.array(name, like=torch.empty(like.shape, dtype=like.dtype).numpy())
        return torch.empty_like(like).copy_(torch.from_numpy(array))


def as_array(tensor: Tensor) -> np.ndarray:
    """A copy of a tensor in C order, from any device, for :attr:`State.arrays`."""
    return tensor.detach().to("cpu", copy=True).contiguous().numpy()


def _lacks(name: str) -> StateError:
    return StateError(f"the kept state lacks {name!r}, which this training needs: train from the start")
