"""What training a member gave, as arrays that travel between processes and into files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from studium.data import Normalisation
from studium.training.fit import Fit, History, Status
from studium.training.member import Member


@dataclass(frozen=True, eq=False)
class Outcome:
    """A fit without its member. Tensors are arrays: between processes tensors would take file handles.

    Attributes:
        weights: Array by name; read from a file only when needed, where it comes from one.
        normalisation: Mean and standard deviation of inputs and of targets.
        history: Curves.
        status: How it ended.
        epochs: Epochs run.
        best_epoch: Epoch of the smallest validation loss.
        seconds: Wall time, shared among the members trained together.
        reason: Why it failed.
    """

    weights: Mapping[str, np.ndarray]
    normalisation: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]
    history: History
    status: Status
    epochs: int
    best_epoch: int
    seconds: float
    reason: str = ""

    @classmethod
    def of(cls, fit: Fit) -> Outcome:
        """What there is to say of a fit."""
        scales = fit.normalisation
        return cls(
            weights={name: tensor.numpy() for name, tensor in fit.weights.items()},
            normalisation=(
                scales.input_mean.numpy(),
                scales.input_std.numpy(),
                scales.target_mean.numpy(),
                scales.target_std.numpy(),
            ),
            history=fit.history,
            status=fit.status,
            epochs=fit.epochs,
            best_epoch=fit.best_epoch,
            seconds=fit.seconds,
            reason=fit.reason,
        )

    @classmethod
    def failed(cls, reason: str) -> Outcome:
        """Of a member whose training failed: nothing but the reason."""
        nothing = np.empty(0)
        return cls({}, (nothing,) * 4, History(nothing, nothing, nothing), "failed", 0, 0, 0.0, reason)

    def fit(self, member: Member) -> Fit:
        """The fit of the member that was trained."""
        return Fit(
            member=member,
            weights=_Tensors(self.weights),
            normalisation=Normalisation(*map(torch.from_numpy, self.normalisation)),
            history=self.history,
            status=self.status,
            epochs=self.epochs,
            best_epoch=self.best_epoch,
            seconds=self.seconds,
            reason=self.reason,
        )


class _Tensors(Mapping[str, Tensor]):
    """Arrays as tensors, one by one when they are asked for."""

    def __init__(self, arrays: Mapping[str, np.ndarray]) -> None:
        self._arrays = arrays

    def __getitem__(self, name: str) -> Tensor:
        return torch.from_numpy(self._arrays[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)
