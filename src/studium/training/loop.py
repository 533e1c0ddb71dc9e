"""The one training loop: epochs of steps over the members of a program."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from studium.data import Normalisation
from studium.training.batches import Batches
from studium.training.early_stopping import EarlyStopping
from studium.training.fit import Fit, History
from studium.training.program import Program
from studium.training.schedules import LearningRates


class Epoch(NamedTuple):
    """An epoch has been trained.

    Attributes:
        n_members: How many members trained in it.
        loss: Their mean training loss; NaN when none is finite.
    """

    n_members: int
    loss: float


class Ended(NamedTuple):
    """A member has come to its end.

    Attributes:
        position: Of the member in the program as it was at the start.
        fit: What training it gave.
    """

    position: int
    fit: Fit


class Loop:
    """Trains the members of a program to their ends.

    Args:
        program: The members; ordered by training rows, most first.
        normalisations: One per member.
    """

    def __init__(self, program: Program, normalisations: list[Normalisation]) -> None:
        members = program.members
        self._program = program
        self._batches = Batches(members)
        configs = [member.config for member in members]
        self._rates = LearningRates(configs, self._batches.n_steps)
        self._stopping = EarlyStopping(configs)
        self._members = dict(enumerate(zip(members, normalisations, strict=True)))
        self._alive = np.arange(len(members))  # positions in the original order
        self._limits = np.array([member.config.epochs for member in members])
        self._rows = np.array([len(member.train) for member in members])
        self._validates = len(members[0].validation) > 0
        self._curves = np.full((3, len(members), int(self._limits.max())), np.nan, dtype=configs[0].precision)
        self._started = time.perf_counter()
        self._seconds = np.zeros(len(members))

    def run(self) -> Iterator[Epoch | Ended]:
        """Train; says when an epoch is done, and gives the fit of each member as it ends."""
        epoch = 0
        while len(self._alive):
            epoch += 1
            losses = self._epoch(epoch)
            finite = np.isfinite(losses)
            yield Epoch(len(losses), float(losses[finite].mean()) if finite.any() else float("nan"))
            improved, out_of_patience = self._validate(epoch, finite)
            restored = np.flatnonzero(improved & self._stopping.restores)
            if len(restored):
                self._program.keep(restored)
            ended = ~finite | out_of_patience | (epoch >= self._limits)
            self._share_time()
            yield from [
                Ended(int(self._alive[place]), self._fit(place, epoch, finite))
                for place in np.flatnonzero(ended).tolist()
            ]
            if ended.any():
                self._compact(np.flatnonzero(~ended))

    def _epoch(self, epoch: int) -> np.ndarray:
        rates = self._rates.epoch(epoch)
        for step, batch in enumerate(self._batches.epoch()):
            self._program.step(batch, rates[: len(batch.counts), step])
        losses = self._program.take_losses() / self._rows
        self._curves[0, self._alive, epoch - 1] = losses
        return np.asarray(losses)

    def _validate(self, epoch: int, finite: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if not self._validates:
            nothing = np.zeros(len(finite), dtype=bool)
            return nothing, nothing
        losses, metrics = self._program.validate()
        self._curves[1, self._alive, epoch - 1] = losses
        self._curves[2, self._alive, epoch - 1] = metrics
        finite &= np.isfinite(losses)
        return self._stopping.update(epoch, np.where(finite, losses, np.inf))

    def _share_time(self) -> None:
        now = time.perf_counter()
        self._seconds[self._alive] += (now - self._started) / len(self._alive)
        self._started = now

    def _fit(self, place: int, epoch: int, finite: np.ndarray) -> Fit:
        position = int(self._alive[place])
        member, normalisation = self._members[position]
        complete = bool(finite[place])
        restores = bool(self._stopping.restores[place])
        weights = self._program.weights(place, best=restores) if complete else {}
        # The last step comes after the last loss, so it is seen in the weights alone.
        if not all(bool(tensor.isfinite().all()) for tensor in weights.values()):
            complete, weights = False, {}
        run = epoch if complete else epoch - 1
        best_epoch = int(self._stopping.best_epoch[place]) if self._validates else run
        curves = self._curves[:, position, :run].copy()
        empty = curves[0, :0]
        history = History(*curves) if self._validates else History(curves[0], empty, empty)
        return Fit(
            member=member,
            weights=weights,
            normalisation=normalisation,
            history=history,
            status="complete" if complete else "diverged",
            epochs=run,
            best_epoch=best_epoch,
            seconds=float(self._seconds[position]),
        )

    def _compact(self, kept: np.ndarray) -> None:
        self._alive, self._limits, self._rows = self._alive[kept], self._limits[kept], self._rows[kept]
        if len(kept):
            self._batches.compact(kept)
            self._rates.compact(kept)
            self._stopping.compact(kept)
            self._program.compact(kept)
