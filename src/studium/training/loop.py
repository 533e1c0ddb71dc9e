"""The one training loop: epochs of steps over the members of a program."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
from torch import Tensor

from studium.data import Normalisation
from studium.training.batches import Batches
from studium.training.early_stopping import EarlyStopping
from studium.training.fit import Fit, History, Status
from studium.training.program import Program
from studium.training.schedules import LearningRates
from studium.training.state import State, StateError


class Epoch(NamedTuple):
    """An epoch is over; all that ended in it has been said before.

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
        until: Epoch at whose end it pauses; ``None``: everybody trains to the end.
    """

    def __init__(
        self, program: Program, normalisations: list[Normalisation], until: int | None = None
    ) -> None:
        members = program.members
        self._program, self._until = program, until
        self._batches = Batches(members)
        configs = [member.config for member in members]
        self._rates = LearningRates(configs, self._batches.n_steps)
        self._stopping = EarlyStopping(configs)
        self._members = dict(enumerate(zip(members, normalisations, strict=True)))
        self._epoch = 0  # epochs trained so far
        self._alive = np.arange(len(members))  # positions in the original order
        self._limits = np.array([member.config.epochs for member in members])
        self._rows = np.array([len(member.train) for member in members])
        self._validates = len(members[0].validation) > 0
        self._curves = np.full((3, len(members), int(self._limits.max())), np.nan, dtype=configs[0].precision)
        self._seconds = np.zeros(len(members))

    @property
    def active(self) -> bool:
        """Whether a member still trains."""
        return len(self._alive) > 0 and (self._until is None or self._epoch < self._until)

    def run(self) -> Iterator[Ended | Epoch]:
        """Train to the end, giving what :meth:`advance` gives; each :class:`Epoch` is a point to keep :meth:`states` at."""
        while self.active:
            yield from self.advance()

    def advance(self) -> list[Ended | Epoch]:
        """Train one epoch.

        Returns:
            The fits of the members that came to their ends, then that the epoch is over.
        """
        started = time.perf_counter()
        self._epoch += 1
        losses = self._train()
        finite = np.isfinite(losses)
        over = Epoch(len(losses), float(losses[finite].mean()) if finite.any() else float("nan"))
        improved, out_of_patience = self._validate(finite)
        restored = np.flatnonzero(improved & self._stopping.restores)
        if len(restored):
            self._program.keep(restored)
        ended = ~finite | out_of_patience | (self._epoch >= self._limits)
        self._seconds[self._alive] += (time.perf_counter() - started) / len(self._alive)
        return [*self._end(ended, finite), over]

    def paused(self) -> list[Ended]:
        """Of a loop that is not active any more: the members with epochs left, as paused fits."""
        return [Ended(int(self._alive[place]), self._paused(place)) for place in range(len(self._alive))]

    def states(self) -> dict[int, State]:
        """Where the training of each member stands between two epochs, by position; of those that still train.

        The fits of members that have ended are not in it: who keeps it keeps them too.
        """
        if not len(self._alive):
            return {}
        parts = zip(self._batches.states(), self._stopping.states(), self._program.states(), strict=True)
        found = {}
        for position, (batches, stopping, program) in zip(self._alive.tolist(), parts, strict=True):
            own = State(
                {"curves": self._curves[:, position, : self._epoch].copy()},
                {
                    "member": self._members[position][0].identity,
                    "epoch": self._epoch,
                    "seconds": float(self._seconds[position]),
                },
            )
            found[position] = own.with_parts(batches=batches, stopping=stopping, program=program)
        return found

    def restore(self, states: Mapping[int, State]) -> None:
        """Go on from where other loops over the same members stood.

        Args:
            states: What :meth:`states` gave, by position here; members without one have ended. This loop and its program are
                new: nothing has been trained.

        Raises:
            StateError: One is that of another member or another program; then do not go on with this loop.
        """
        assert self._epoch == 0, "only a new loop goes on from states"
        self._compact(np.array(sorted(states.keys() & self._members.keys()), dtype=np.int64))
        if not states:
            return
        kept = [states[position] for position in self._alive.tolist()]
        own = [self._members[position][0].identity for position in self._alive.tolist()]
        epochs = {state.fact("epoch") for state in states.values()}
        if len(epochs) > 1 or len(kept) < len(states) or [state.fact("member") for state in kept] != own:
            raise StateError(
                "the kept state is that of another training, whose networks, settings, rows or seeds differ: continue with "
                "the same ones, or train from the start"
            )
        self._epoch = epochs.pop()
        for position, state in zip(self._alive.tolist(), kept, strict=True):
            past = self._curves[:, position, : self._epoch]
            past[:] = state.array("curves", like=past)
            self._seconds[position] = state.fact("seconds")
        self._batches.restore([state.part("batches") for state in kept])
        self._stopping.restore([state.part("stopping") for state in kept])
        self._program.restore([state.part("program") for state in kept])

    def _train(self) -> np.ndarray:
        rates = self._rates.epoch(self._epoch)
        for step, batch in enumerate(self._batches.epoch()):
            self._program.step(batch, rates[: len(batch.counts), step])
        losses = self._program.take_losses() / self._rows
        self._curves[0, self._alive, self._epoch - 1] = losses
        return np.asarray(losses)

    def _validate(self, finite: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if not self._validates:
            nothing = np.zeros(len(finite), dtype=bool)
            return nothing, nothing
        losses, metrics = self._program.validate()
        self._curves[1, self._alive, self._epoch - 1] = losses
        self._curves[2, self._alive, self._epoch - 1] = metrics
        finite &= np.isfinite(losses)
        return self._stopping.update(self._epoch, np.where(finite, losses, np.inf))

    def _end(self, ended: np.ndarray, finite: np.ndarray) -> list[Ended]:
        fits = [
            Ended(int(self._alive[place]), self._fit(place, finite))
            for place in np.flatnonzero(ended).tolist()
        ]
        if fits:
            self._compact(np.flatnonzero(~ended))
        return fits

    def _fit(self, place: int, finite: np.ndarray) -> Fit:
        complete = bool(finite[place])
        restores = bool(self._stopping.restores[place])
        weights = self._program.weights(place, best=restores) if complete else {}
        # The last step comes after the last loss, so it is seen in the weights alone.
        if not all(bool(tensor.isfinite().all()) for tensor in weights.values()):
            complete, weights = False, {}
        return self._fit_after(
            self._epoch if complete else self._epoch - 1,
            place,
            "complete" if complete else "diverged",
            weights,
        )

    def _paused(self, place: int) -> Fit:
        return self._fit_after(self._epoch, place, "paused", {})

    def _fit_after(self, run: int, place: int, status: Status, weights: dict[str, Tensor]) -> Fit:
        position = int(self._alive[place])
        member, normalisation = self._members[position]
        curves = self._curves[:, position, :run].copy()
        empty = curves[0, :0]
        return Fit(
            member=member,
            weights=weights,
            normalisation=normalisation,
            history=History(*curves) if self._validates else History(curves[0], empty, empty),
            status=status,
            epochs=run,
            best_epoch=int(self._stopping.best_epoch[place]) if self._validates else run,
            seconds=float(self._seconds[position]),
        )

    def _compact(self, kept: np.ndarray) -> None:
        if len(kept) == len(self._alive):
            return
        self._alive, self._limits, self._rows = self._alive[kept], self._limits[kept], self._rows[kept]
        if len(kept):
            self._batches.compact(kept)
            self._rates.compact(kept)
            self._stopping.compact(kept)
            self._program.compact(kept)
