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
    last = len(ladder.epochs) - 1
    waiting: dict[int, float] = {}
    spent = 0
    for start in range(0, len(order), setting.batch):
        going = [int(each) for each in order[start : start + setting.batch]]
        for rung in range(max(last, 1)):
            scores, trained = _advanced(table, ladder, going, rung)
            spent += trained
            if rung < last - 1:
                going = ladder.survivors(rung, scores)
        waiting |= scores
    kept = list(waiting)
    if last:
        finished, trained = _advanced(table, ladder, ladder.survivors(last - 1, waiting), last)
        kept, spent = list(finished), spent + trained
    return _judged(table, order, kept, n_leading, 1 - spent / int(table.lengths[order].sum()))


def _advanced(
    table: CurveTable, ladder: Ladder, going: Sequence[int], rung: int
) -> tuple[dict[int, float], int]:
    # Scores at a rung of those that come there, and epochs trained since the rung before.
    epoch, begun = ladder.epochs[rung], ladder.epochs[rung - 1] if rung else 0
    spent = sum(min(int(table.lengths[each]), epoch) - begun for each in going)
    return {
        each: float(table.curves[each, epoch - 1]) for each in going if table.lengths[each] >= epoch
    }, spent


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
