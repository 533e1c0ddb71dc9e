"""The race of the trials of a search over its rungs."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from studium.studies.rungs import Ladder
from studium.training import Fit, Race, Trainer
from studium.validation import Point, Replicates

RacedStatus = Literal["complete", "pruned", "diverged", "failed", "waiting"]


@dataclass
class Raced:
    """How far a trial came.

    Attributes:
        status: ``pruned`` when it was dropped at a rung; ``waiting`` before the last rung, until the best of all go on.
        rungs: Mean score by epoch, at the rungs that it reached.
        scores: Of each replicate at its last rung, ``[R]``.
        n_epochs: Epochs trained, summed over replicates.
        reason: Why it failed.
    """

    status: RacedStatus = "pruned"
    rungs: dict[int, float] = field(default_factory=dict)
    scores: np.ndarray = field(default_factory=lambda: np.empty(0))
    n_epochs: int = 0
    reason: str = ""


class Racing(AbstractContextManager["Racing"]):
    """Trials that advance together over the same rows and epochs; those that are not among the best are dropped at rungs.

    Trials enter in batches. Those of a batch are compared, with each other and with those before, at every rung but the last
    two; who reaches the rung before the last waits there for the batches to come, and the best of all go on to the end
    together. That is fairer, since a good batch may send more of its trials on than a poor one, and quicker, since the
    longest stretch is trained once for all.
    A trial with a replicate that diverged or failed is out at once.

    Args:
        replicates: Rows and seeds that all trials share, R in all.
        ladder: Compares them.
        trainer: Trains the members.
        n_most: Trials that can go on to the end at most, see :func:`studium.studies.rungs.most_finalists`.
    """

    def __init__(self, replicates: Replicates, ladder: Ladder, trainer: Trainer, n_most: int) -> None:
        self._replicates, self._ladder, self._n_most = replicates, ladder, n_most
        self._race: Race = trainer.race()
        self._places: dict[int, range] = {}  # of the replicates of each trial, in the race
        self._raced: dict[int, Raced] = {}
        self._waiting: set[int] = set()
        self._scores: dict[int, float] = {}  # of all that have waited

    def __exit__(self, kind: type[BaseException] | None, *raised: object) -> None:
        self._race.__exit__(kind, *raised)

    def enter(self, points: Mapping[int, Point]) -> dict[int, Raced]:
        """Train a batch up to where its trials wait; to the end, where there is one rung only.

        Args:
            points: Network and training by number of the trial; of numbers that are not in the race yet.

        Returns:
            How far trials came, by number: those of the batch, and earlier ones that wait no longer.
        """
        for number, point in points.items():
            own = [item.member(*point) for item in self._replicates.items]
            self._places[number] = self._race.enter(own)
            self._raced[number] = Raced()
        n_rungs = len(self._ladder.epochs)
        going = list(points)
        for rung in range(n_rungs - 2):
            going = self._kept(going, self._ladder.survivors(rung, self._advanced(going, rung)))
        scores = self._advanced(going, max(n_rungs - 2, 0))
        ended = self._wait(scores) if n_rungs > 1 else self._end(scores)
        return {number: self._raced[number] for number in (*points, *ended)}

    def finish(self) -> dict[int, Raced]:
        """Let the best of all that wait train to the end; how far they and the others came, by number."""
        waited, last = sorted(self._waiting), len(self._ladder.epochs) - 1
        if waited:
            best = self._ladder.survivors(last - 1, self._scores)
            going = self._kept(waited, [number for number in best if number in self._waiting])
            self._end(self._advanced(going, last))
            self._waiting.clear()
        return {number: self._raced[number] for number in waited}

    def _advanced(self, going: list[int], rung: int) -> dict[int, float]:
        # Trains on to a rung; gives the scores of those that are not out.
        epoch = self._ladder.epochs[rung]
        fits = self._race.advance([place for number in going for place in self._places[number]], epoch)
        scores, out = {}, []
        for number in going:
            own = [fits[place] for place in self._places[number]]
            if _taken(own, self._raced[number], epoch):
                scores[number] = self._raced[number].rungs[epoch]
            else:
                out.append(number)
        self._drop(out)
        return scores

    def _kept(self, going: list[int], survivors: list[int]) -> list[int]:
        self._drop([number for number in going if number not in survivors])
        return survivors

    def _wait(self, scores: Mapping[int, float]) -> list[int]:
        # Gives those that need not wait, since so many better ones do that they cannot go on.
        self._scores |= scores
        self._waiting |= scores.keys()
        for number in scores:
            self._raced[number].status = "waiting"
        hopeless = [
            number for number in self._ladder.ranked(self._scores)[self._n_most :] if number in self._waiting
        ]
        self._waiting.difference_update(hopeless)
        self._drop(hopeless)
        return hopeless

    def _end(self, scores: Mapping[int, float]) -> list[int]:
        for number in scores:
            self._raced[number].status = "complete"
        return list(scores)

    def _drop(self, numbers: list[int]) -> None:
        for number in numbers:
            if self._raced[number].status == "waiting":
                self._raced[number].status = "pruned"
        self._race.drop([place for number in numbers for place in self._places[number]])


def _taken(fits: list[Fit], raced: Raced, epoch: int) -> bool:
    # Takes the state of a trial's replicates; says whether all of them have a score.
    raced.n_epochs = sum(fit.epochs for fit in fits)
    raced.status = "pruned"
    statuses = {fit.status for fit in fits}
    if "failed" in statuses:
        raced.status = "failed"
        raced.reason = next(fit.reason for fit in fits if fit.status == "failed")
    elif "diverged" in statuses:
        raced.status = "diverged"
    else:
        raced.scores = np.array([fit.history.validation_metric[-1] for fit in fits], dtype=np.float64)
        raced.rungs[epoch] = float(raced.scores.mean())
    return raced.status == "pruned"
