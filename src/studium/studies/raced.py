"""The race of one batch of trials over its rungs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from studium.studies.rungs import Ladder
from studium.training import Fit, Race, Trainer
from studium.validation import Point, Replicates

RacedStatus = Literal["complete", "pruned", "diverged", "failed"]


@dataclass
class Raced:
    """How far a trial came.

    Attributes:
        status: ``pruned`` when it was dropped at a rung.
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


def race(
    points: Mapping[int, Point], replicates: Replicates, ladder: Ladder, trainer: Trainer
) -> dict[int, Raced]:
    """Let trials advance together over the same rows and epochs, and drop at each rung those that are not among the best.

    A trial with a replicate that diverged or failed is out at once.

    Args:
        points: Network and training by number of the trial.
        replicates: Rows and seeds that all of them share, R in all.
        ladder: Compares them, also with earlier trials.
        trainer: Trains the members.

    Returns:
        How far each trial came, by number.
    """
    if not points:
        return {}
    members = [item.member(*point) for point in points.values() for item in replicates.items]
    size = len(replicates.items)
    places = {number: range(place * size, (place + 1) * size) for place, number in enumerate(points)}
    found = {number: Raced() for number in points}
    with trainer.race(members) as running:
        going = list(points)
        for rung in range(len(ladder.epochs)):
            going = _climbed(rung, going, found, places, ladder, running)
            if not going:
                break
    return found


def _climbed(
    rung: int,
    going: list[int],
    found: dict[int, Raced],
    places: Mapping[int, range],
    ladder: Ladder,
    running: Race,
) -> list[int]:
    # Trains on to a rung; gives the numbers of those that go on from there.
    epoch, last = ladder.epochs[rung], rung == len(ladder.epochs) - 1
    fits = running.advance([place for number in going for place in places[number]], epoch)
    scores = {}
    for number in going:
        own = [fits[place] for place in places[number]]
        if _taken(own, found[number], epoch):
            scores[number] = found[number].rungs[epoch]
    if not last:
        return ladder.survivors(rung, scores)
    for number in scores:
        found[number].status = "complete"
    return []


def _taken(fits: list[Fit], raced: Raced, epoch: int) -> bool:
    # Takes the state of a trial's replicates; says whether all of them have a score.
    raced.n_epochs = sum(fit.epochs for fit in fits)
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
