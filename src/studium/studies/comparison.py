"""Fair comparison: every contender tuned with the same budget, then all compared on fresh folds and seeds."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from studium.data import Dataset
from studium.errors import SettingError
from studium.seeding import derive_seed
from studium.studies.assessment import Assessment, assess, watched
from studium.studies.results import Candidate, ComparisonResult, Trial
from studium.studies.sampling import Asker, Values
from studium.studies.scoring import advice, description, judged, scored
from studium.studies.space import Dimension, check_dimensions, point_at
from studium.training import Trainer
from studium.training.metrics import metric_name
from studium.validation import CrossValidation, Point, Replicates


@dataclass(frozen=True)
class Contender:
    """What is compared: a structure, an optimiser, anything with settings of its own.

    Attributes:
        name: In the result.
        point: Network and training; tuning starts from here.
        dimensions: What is tuned, and over which ranges.
    """

    name: str
    point: Point
    dimensions: tuple[Dimension, ...]


@dataclass(frozen=True)
class ComparisonPlan:
    """How contenders are compared.

    Attributes:
        name: Of the comparison.
        contenders: At least two, with different names.
        tuning: Replicates that choose each contender's values.
        fresh: Other replicates, that the verdict rests on.
        n_points: Quasi-random points tried for each contender, the same for all.
        seed: Of the points.
    """

    name: str
    contenders: tuple[Contender, ...]
    tuning: Replicates
    fresh: Replicates
    n_points: int = 24
    seed: int = 0

    def __post_init__(self) -> None:
        names = [contender.name for contender in self.contenders]
        if len(names) < 2:
            raise SettingError(f"a comparison has {len(names)} contender, but needs at least two: add one")
        if len(set(names)) < len(names):
            raise SettingError(
                f"the contenders are {', '.join(names)}, but each may stand there once: remove repetitions"
            )
        if self.n_points < 1:
            raise SettingError(
                f"the number of points is {self.n_points}, but at least 1 is needed: choose more"
            )


@dataclass(frozen=True, eq=False)
class Winner:
    """The best contender of a comparison, ready to be retrained.

    Attributes:
        name: Of the contender.
        point: Network and training, with the tuned values.
        validated: Its fits on the fresh replicates.
    """

    name: str
    point: Point
    validated: CrossValidation

    @property
    def epochs(self) -> int:
        """Epochs with the smallest mean validation loss on the fresh replicates."""
        return self.validated.best_epochs


def compare(
    dataset: Dataset, plan: ComparisonPlan, trainer: Trainer
) -> tuple[ComparisonResult, Winner | None]:
    """Tune each contender with the same budget, then compare the tuned ones on fresh folds and seeds.

    The folds and seeds that choose a contender's values play no part in the verdict, so that nobody wins by having been
    lucky in the tuning. Verdicts as in :func:`studium.validation.not_worse`.

    Args:
        dataset: The data; its official test rows are never touched.
        plan: What is compared.
        trainer: Trains the members.

    Returns:
        The result, and the winner; ``None`` when every contender diverged.
    """
    started = time.perf_counter()
    check_comparison(plan)
    lower_is_better = metric_name(dataset.task) == "mse"
    tuned = _tune(plan, dataset, trainer, lower_is_better=lower_is_better)
    assessed = assess([each.point for each in tuned], plan.fresh, dataset, trainer)
    scores = [
        scored(place, each.values, found)
        for place, (each, found) in enumerate(zip(tuned, assessed, strict=True))
    ]
    verdict, scores = judged(scores, plan.fresh, lower_is_better=lower_is_better)
    candidates = tuple(map(_candidate, tuned, scores, assessed))
    n_tuning = sum(len(each.trials) for each in tuned) * len(plan.tuning.items)
    result = ComparisonResult(
        name=plan.name,
        data=dataset.name,
        data_checksum=dataset.checksum,
        metric=metric_name(dataset.task),
        lower_is_better=lower_is_better,
        tuning_resampling=plan.tuning.description,
        resampling=plan.fresh.description,
        watched=watched([each.point for each in tuned]),
        n_points=plan.n_points,
        seed=plan.seed,
        candidates=candidates,
        best=verdict.best,
        test=description(verdict, plan.fresh),
        advice=advice(scores, "contender"),
        n_trainings=n_tuning + len(tuned) * len(plan.fresh.items),
        seconds=time.perf_counter() - started,
    )
    return result, _winner(verdict.best, tuned, assessed)


def check_comparison(plan: ComparisonPlan) -> None:
    """Make sure, before anything is trained, that every contender can be tuned over its ranges.

    Raises:
        SettingError: A contender does not have one of its parameters, or a value is outside what it allows.
    """
    for contender in plan.contenders:
        check_dimensions(contender.point, contender.dimensions)


@dataclass(frozen=True, eq=False)
class _Tuned:
    contender: Contender
    trials: tuple[Trial, ...]
    values: Values
    point: Point


def _tune(plan: ComparisonPlan, dataset: Dataset, trainer: Trainer, *, lower_is_better: bool) -> list[_Tuned]:
    # All points of all contenders at once, so that as many as possible train together.
    drawn = [_draw(contender, plan, lower_is_better=lower_is_better) for contender in plan.contenders]
    points = [
        [point_at(contender.point, contender.dimensions, values) for values in batch]
        for contender, batch in zip(plan.contenders, drawn, strict=True)
    ]
    assessed = iter(assess([point for own in points for point in own], plan.tuning, dataset, trainer))
    tuned = []
    for contender, batch, own in zip(plan.contenders, drawn, points, strict=True):
        trials = [scored(number, values, next(assessed), curves=False) for number, values in enumerate(batch)]
        found, trials = judged(trials, plan.tuning, lower_is_better=lower_is_better)
        best = found.best or 0  # where every point diverged, one stands for all
        tuned.append(_Tuned(contender, tuple(trials), batch[best], own[best]))
    return tuned


def _draw(contender: Contender, plan: ComparisonPlan, *, lower_is_better: bool) -> list[Values]:
    if not contender.dimensions:
        return [{}]
    seed = derive_seed(plan.seed, "tuning", contender.name)
    return Asker(contender.dimensions, "qmc", plan.n_points, seed=seed, maximise=not lower_is_better).ask()


def _candidate(tuned: _Tuned, score: Trial, found: Assessment) -> Candidate:
    dimensions = tuned.contender.dimensions
    return Candidate(
        name=tuned.contender.name,
        space=tuple(dimension.text() for dimension in dimensions),
        tuning=tuned.trials,
        tuned=score.values,
        at_edge=tuple(each.name for each in dimensions if each.is_near_end(score.values[each.name])),
        score=score,
        best_epochs=found.result.best_epochs,
    )


def _winner(best: int | None, tuned: Sequence[_Tuned], assessed: Sequence[Assessment]) -> Winner | None:
    if best is None:
        return None
    return Winner(tuned[best].contender.name, tuned[best].point, assessed[best].result)
