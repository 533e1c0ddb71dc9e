"""Early stopping, for many members at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studium.training.config import TrainConfig
from studium.training.state import State


class EarlyStopping:
    """Follows the validation loss of each member.

    An epoch improves when its loss is below the best so far by more than ``min_improvement``; a member stops after
    ``patience`` epochs in a row without improvement (Prechelt 1998, "Early stopping - but when?").

    Attributes:
        best_epoch: Epoch (from 1) of the best loss, ``[P]``; 0 before the first.
    """

    def __init__(self, configs: Sequence[TrainConfig]) -> None:
        self.best_epoch = np.zeros(len(configs), dtype=np.int64)
        self._best = np.full(len(configs), np.inf)
        self._patience = np.array(
            [np.inf if config.patience is None else config.patience for config in configs]
        )
        self._least = np.array([config.min_improvement for config in configs])
        self.restores = np.isfinite(self._patience)

    def update(self, epoch: int, losses: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Take the validation losses after an epoch.

        Args:
            epoch: From 1.
            losses: ``[P]``.

        Returns:
            Which members improved, and which have run out of patience, each ``[P]`` bool.
        """
        improved = losses < self._best - self._least
        improved |= (self.best_epoch == 0) & np.isfinite(losses)
        self._best = np.where(improved, losses, self._best)
        self.best_epoch = np.where(improved, epoch, self.best_epoch)
        return improved, epoch - self.best_epoch >= self._patience

    def compact(self, kept: np.ndarray) -> None:
        """Go on with the members at these positions, in order."""
        for name in ("best_epoch", "_best", "_patience", "_least", "restores"):
            setattr(self, name, getattr(self, name)[kept])

    def states(self) -> list[State]:
        """The best of each member of now, after an epoch."""
        both = zip(self._best, self.best_epoch.tolist(), strict=True)
        return [State({"best": best[None]}, {"best_epoch": epoch}) for best, epoch in both]

    def restore(self, states: Sequence[State]) -> None:
        """Go on from states of the same members, one each."""
        for place, state in enumerate(states):
            self._best[place] = state.array("best", like=self._best[:1])[0]
            self.best_epoch[place] = state.fact("best_epoch")
