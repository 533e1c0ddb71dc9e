"""Rungs of a race: where trials are compared, and who goes on (successive halving; Jamieson and Talwalkar 2016)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from studium.errors import SettingError


def rung_epochs(epochs: int, n_rungs: int, keep: int) -> tuple[int, ...]:
    """After which epochs trials are compared: ``epochs`` over powers of ``keep``, the last at the end.

    Args:
        epochs: Of a whole training.
        n_rungs: Comparisons, at least 1; 1 trains everybody to the end.
        keep: One in so many trials goes on at each, at least 2.

    Returns:
        Rising epochs; fewer than ``n_rungs`` where the training is too short to tell them apart.

    Raises:
        SettingError: A number is below its bound.

    Example:
        >>> rung_epochs(1000, 3, 4), rung_epochs(12, 3, 4)
        ((62, 250, 1000), (1, 3, 12))
    """
    if n_rungs < 1 or keep < 2:
        raise SettingError(
            f"a race has {n_rungs} rungs that keep one trial in {keep}, but it needs at least 1 rung and to keep one in 2 "
            "or more: correct it"
        )
    found = {max(1, round(epochs / keep**power)) for power in range(n_rungs)}
    return tuple(sorted(found))


def most_finalists(n_trials: int, batch: int, n_rungs: int, keep: int) -> int:
    """How many trials can train to the end at most: one in ``keep`` of those that reach the rung before.

    Args:
        n_trials: Trials in all.
        batch: Trials that are compared with each other at the rungs before.
        n_rungs: Comparisons.
        keep: See :func:`rung_epochs`.

    Example:
        >>> most_finalists(200, 20, 3, 4), most_finalists(50, 10, 3, 4), most_finalists(50, 10, 1, 4)
        (13, 4, 50)
    """
    if n_rungs == 1:
        return n_trials
    sizes = [batch] * (n_trials // batch) + [n_trials % batch]
    for _ in range(n_rungs - 2):
        sizes = [math.ceil(size / keep) for size in sizes]
    return math.ceil(sum(sizes) / keep)


@dataclass
class Ladder:
    """Scores of all trials at the rungs that they have reached.

    A trial goes on from a rung when it is among the best ``1/keep`` both of its batch and of all trials that have reached
    that rung so far: a poor batch sends nobody on for being the best of the poor, and a sampler that gets better from batch
    to batch does not send on everybody. The share that goes on, rounded up, is a bound of the cost.

    Attributes:
        epochs: The rungs.
        keep: One in so many goes on.
        lower_is_better: Direction of the score.

    Example:
        >>> ladder = Ladder((1, 4), keep=2, lower_is_better=True)
        >>> ladder.survivors(0, {0: 0.5, 1: 0.4, 2: 0.9, 3: 0.8})
        [1, 0]
        >>> ladder.survivors(0, {4: 0.7, 5: 0.45})
        [5]
    """

    epochs: tuple[int, ...]
    keep: int
    lower_is_better: bool

    def __post_init__(self) -> None:
        self._scores: list[list[float]] = [[] for _ in self.epochs]
        self._sign = 1 if self.lower_is_better else -1

    def survivors(self, rung: int, scores: Mapping[int, float]) -> list[int]:
        """Who goes on.

        Args:
            rung: Which, from 0.
            scores: Of the trials that have reached it now, by number; all finite.

        Returns:
            Numbers of those that go on, best first; of equal scores the lower number.
        """
        if not scores:
            return []
        best_first = self.ranked(scores)
        reached = self._scores[rung]
        reached += [self._sign * scores[number] for number in best_first]
        threshold = sorted(reached)[math.ceil(len(reached) / self.keep) - 1]
        return [
            number
            for number in best_first[: math.ceil(len(scores) / self.keep)]
            if self._sign * scores[number] <= threshold
        ]

    def ranked(self, scores: Mapping[int, float]) -> list[int]:
        """Trials, best first.

        Args:
            scores: By number; of equal ones the lower number comes first.
        """
        return sorted(scores, key=lambda number: (self._sign * scores[number], number))
