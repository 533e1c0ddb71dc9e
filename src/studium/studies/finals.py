"""The end of a search: leading trials and hand-made structures on fresh rows and seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studium.data import Dataset
from studium.studies.assessment import Assessment, assess
from studium.studies.scoring import judged, scored
from studium.studies.search_results import Difference, Finalist, SearchTrial
from studium.training import Trainer
from studium.training.metrics import metric_name
from studium.validation import Point, Replicates, corrected_paired_test


@dataclass(frozen=True, eq=False)
class Finals:
    """Who was measured again, and what came of it.

    Attributes:
        finalists: Leading trials in the order of the search, then hand-made structures.
        points: Network and training of each.
        assessed: Their fits.
        best: Position of the best trial; ``None`` when all diverged.
        difference: Of it from the best hand-made structure; ``None`` without one.
    """

    finalists: tuple[Finalist, ...]
    points: tuple[Point, ...]
    assessed: tuple[Assessment, ...]
    best: int | None
    difference: Difference | None

    @property
    def n_trainings(self) -> int:
        """Networks trained."""
        return sum(len(each.result.fits) for each in self.assessed)

    def ranking(self) -> list[int]:
        """Positions of the trials that are not significantly worse than the winner, the best first."""
        trials = [
            place
            for place, each in enumerate(self.finalists)
            if each.trial is not None and each.score.mean is not None and each.score.not_worse
        ]
        lower = metric_name(self.assessed[0].dataset.task) == "mse" if self.assessed else True
        return sorted(trials, key=lambda place: _order(self.finalists[place], lower_is_better=lower))


def finals(
    leading: Sequence[tuple[SearchTrial, Point]],
    hand_made: Sequence[tuple[str, Point]],
    fresh: Replicates,
    dataset: Dataset,
    trainer: Trainer,
) -> Finals:
    """Measure the leading trials again, and the hand-made structures beside them.

    The score that put a trial ahead of many others is lucky in the mean; rows and seeds that had no part in the search give
    one that is not. The winner is the best trial there.

    Args:
        leading: Trials with their networks and trainings, the best first.
        hand_made: Structures with their usual trainings, by name.
        fresh: Rows and seeds that the search has not used.
        dataset: The data.
        trainer: Trains the members.
    """
    if not leading:
        return Finals((), (), (), None, None)
    lower_is_better = metric_name(dataset.task) == "mse"
    points = [*(point for _, point in leading), *(point for _, point in hand_made)]
    assessed = assess(points, fresh, dataset, trainer)
    named: list[tuple[str, SearchTrial | None]] = [(f"trial {trial.number}", trial) for trial, _ in leading]
    named += [(name, None) for name, _ in hand_made]
    scores = [
        scored(place, {} if trial is None else trial.values, found)
        for place, ((_, trial), found) in enumerate(zip(named, assessed, strict=True))
    ]
    own, theirs = scores[: len(leading)], scores[len(leading) :]
    verdict, judged_trials = judged(own, fresh, lower_is_better=lower_is_better)
    finalists = [
        Finalist(
            name=name,
            trial=None if trial is None else trial.number,
            values={} if trial is None else trial.values,
            searched=None if trial is None else trial.mean,
            score=score,
        )
        for (name, trial), score in zip(named, [*judged_trials, *theirs], strict=True)
    ]
    best = verdict.best
    rival = _best_hand_made(finalists, lower_is_better=lower_is_better)
    difference = None
    if best is not None and rival is not None:
        difference = _difference(
            finalists[rival].name, assessed[best], assessed[rival], ratio=lower_is_better
        )
    return Finals(tuple(finalists), tuple(points), tuple(assessed), best, difference)


def _best_hand_made(finalists: Sequence[Finalist], *, lower_is_better: bool) -> int | None:
    rivals = [
        place for place, each in enumerate(finalists) if each.trial is None and each.score.mean is not None
    ]
    return min(
        rivals, key=lambda place: _order(finalists[place], lower_is_better=lower_is_better), default=None
    )


def _order(finalist: Finalist, *, lower_is_better: bool) -> float:
    mean = finalist.score.mean
    assert mean is not None
    return mean if lower_is_better else -mean


def _difference(name: str, best: Assessment, rival: Assessment, *, ratio: bool) -> Difference | None:
    change = np.log if ratio else np.asarray
    with np.errstate(divide="ignore"):  # of an error of exactly 0, which has no ratio
        found = corrected_paired_test(
            change(best.scores), change(rival.scores), best.replicates.test_to_train
        )
    value, low, high = (
        (float(np.exp(each)) if ratio else float(each)) if np.isfinite(each) else None
        for each in (found.difference, found.low, found.high)
    )
    if value is None:
        return None
    return Difference(
        hand_made=name,
        value=value,
        low=low,
        high=high,
        p_value=float(found.p_value) if np.isfinite(found.p_value) else None,
        n=found.n,
        ratio=ratio,
        test=(
            f"t test of {'logarithms' if ratio else 'differences'} paired over {found.n} fresh trainings, corrected for "
            "overlap (Nadeau and Bengio 2003)"
        ),
    )
