"""Races replayed over a table of complete curves, by the very rule that decides in a search."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from benchmarks.search.curves import CurveTable
from studium.studies.rungs import Ladder, rung_epochs


class Setting(NamedTuple):
    """How a race is run.

    Attributes:
        n_rungs: Comparisons; 1 trains everybody to the end.
        keep: One in so many goes on.
        batch: Trials that advance together.
    """

    n_rungs: int
    keep: int
    batch: int


class Replay(NamedTuple):
    """What one race came to.

    Attributes:
        lost: Whether the point that is best at the end, and any that equals it, was dropped.
        regret: Score at the end of the best point that was kept, minus that of the best of all; in the score's units, 0 or
            more.
        worth_regret: How much worse the exported point really is than without a race: of the ``leading`` best that were kept
            the one that is best on fresh rows, against the same choice among all.
        saved: Share of the epochs that were not trained.
    """

    lost: bool
    regret: float
    worth_regret: float
    saved: float


@dataclass(frozen=True)
class Replays:
    """Many races under one setting, as arrays of one value a race.

    Attributes:
        lost, regret, worth_regret, saved: See :class:`Replay`, ``[M]``.
    """

    lost: np.ndarray
    regret: np.ndarray
    worth_regret: np.ndarray
    saved: np.ndarray

    @classmethod
    def of(cls, races: Iterable[Replay]) -> Replays:
        """Gather races."""
        return cls(*(np.array(values) for values in zip(*races, strict=True)))


def replays(table: CurveTable, setting: Setting, orders: Sequence[np.ndarray], n_leading: int = 5) -> Replays:
    """Replay a race for each order in which points may come.

    Args:
        table: The curves.
        setting: How the race is run.
        orders: Positions of points, in the order of sampling; each may be a part of all.
        n_leading: Points that the search would measure again.
    """
    return Replays.of(replay(table, setting, order, n_leading) for order in orders)


def replay(table: CurveTable, setting: Setting, order: np.ndarray, n_leading: int = 5) -> Replay:
    """Replay one race; see :func:`replays`."""
    epochs = table.curves.shape[1]
    ladder = Ladder(rung_epochs(epochs, setting.n_rungs, setting.keep), setting.keep, table.lower_is_better)
    kept: list[int] = []
    spent = whole = 0
    for start in range(0, len(order), setting.batch):
        batch = order[start : start + setting.batch]
        finished, trained = _raced(table, ladder, batch)
        kept, spent = kept + finished, spent + trained
        whole += int(table.lengths[batch].sum())
    return _judged(table, order, kept, n_leading, 1 - spent / whole)


def _raced(table: CurveTable, ladder: Ladder, batch: np.ndarray) -> tuple[list[int], int]:
    # One batch: who was trained to the end, and epochs trained.
    lengths, going, begun, spent = table.lengths, [int(each) for each in batch], 0, 0
    for rung, epoch in enumerate(ladder.epochs):
        spent += sum(min(int(lengths[each]), epoch) - begun for each in going)
        scores = {each: float(table.curves[each, epoch - 1]) for each in going if lengths[each] >= epoch}
        last = rung == len(ladder.epochs) - 1
        going, begun = list(scores) if last else ladder.survivors(rung, scores), epoch
    return going, spent


def _judged(
    table: CurveTable, order: np.ndarray, kept: Sequence[int], n_leading: int, saved: float
) -> Replay:
    sign = 1 if table.lower_is_better else -1
    ends = sign * table.curves[:, -1]
    complete = [int(each) for each in order if np.isfinite(ends[each])]
    best = min(complete, key=lambda each: ends[each])
    chosen = min(kept, key=lambda each: ends[each])
    worth = sign * table.worth.mean(1)
    raced, unraced = (
        min(worth[each] for each in sorted(part, key=lambda each: ends[each])[:n_leading])
        for part in (kept, complete)
    )
    regret = float(ends[chosen] - ends[best])
    return Replay(regret > 0, regret, float(raced - unraced), saved)
