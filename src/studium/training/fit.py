"""A fit: what training a member gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from torch import Tensor

from studium.data import Normalisation
from studium.training.member import Member

Ending = Literal["complete", "diverged", "failed"]
Status = Literal["complete", "paused", "diverged", "failed"]


@dataclass(frozen=True, eq=False)
class History:
    """Curves of one training, one value an epoch; E epochs were run.

    Attributes:
        train_loss: Mean loss over the epoch's training batches, as the weights moved, ``[E]``.
        validation_loss: Loss on the validation rows after the epoch, ``[E]``; empty without validation rows.
        validation_metric: ``mse`` in the targets' own units, or ``accuracy``, ``[E]``; empty likewise.
    """

    train_loss: np.ndarray
    validation_loss: np.ndarray
    validation_metric: np.ndarray


@dataclass(frozen=True, eq=False)
class Fit:
    """What training one member gives.

    Attributes:
        member: What was trained.
        weights: Tensor by name, as in ``build(member.spec).state_dict()``; those of the best epoch when there was early
            stopping, else of the last; empty when there is no complete training.
        normalisation: From the member's training rows.
        history: One value an epoch.
        status: ``complete``; ``paused``: in a race, and it can go on; ``diverged``: the loss
            stopped being finite; ``failed``: the computation broke, by an exception or because its process died again and
            again.
        epochs: Epochs run; for a diverged member those with finite loss.
        best_epoch: Epoch (from 1) of the smallest validation loss; the last epoch without validation rows; 0 when
            there is none.
        seconds: Wall time of the training it was part of, divided by the members trained together.
        reason: Why it failed.
    """

    member: Member
    weights: Mapping[str, Tensor]
    normalisation: Normalisation
    history: History
    status: Status
    epochs: int
    best_epoch: int
    seconds: float
    reason: str = ""

    @property
    def ending(self) -> Ending:
        """The status of a training that has come to its end, which a paused one has not."""
        assert self.status != "paused", "only a race pauses trainings"
        return self.status
