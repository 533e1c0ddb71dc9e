"""Who searches at equal training: the product, and Optuna's samplers and pruners, which pay by the epoch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator, Mapping
from typing import TypeVar

import numpy as np
import optuna
from optuna.pruners import BasePruner, HyperbandPruner, MedianPruner, NopPruner, SuccessiveHalvingPruner
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.trial import TrialState

from benchmarks.search.progress import Progress
from studium.data import Dataset
from studium.studies.sampling import distribution
from studium.studies.search import SearchPlan, search
from studium.studies.search_results import SearchTrial
from studium.training import Trainer
from studium.validation import Point

REPORTS = 16
"""Reports of a training to a pruner, evenly spaced; those at 1/16, 1/4 and 1 are where the product compares by default."""

Asking = Generator[Point, np.ndarray, Progress]
"""Yields points, is sent their curves ``[E]``, returns how it went."""

Key = TypeVar("Key")

PEERS: dict[str, tuple[type[BaseSampler], type[BasePruner]]] = {
    "random search": (RandomSampler, NopPruner),
    "Optuna TPE": (TPESampler, NopPruner),
    "Optuna TPE, MedianPruner": (TPESampler, MedianPruner),
    "Optuna TPE, HyperbandPruner": (TPESampler, HyperbandPruner),
    "Optuna TPE, SuccessiveHalvingPruner": (TPESampler, SuccessiveHalvingPruner),
}
"""Sampler and pruner of each, with their own defaults."""


def product(dataset: Dataset, plan: SearchPlan) -> tuple[Progress, int]:
    """The product's search, as it is.

    Returns:
        Its course through the race, with the point that the final measurement chose; and all epochs that it spent on
        trials, final measurement included.
    """
    found = Progress()
    ends: dict[int, tuple[int, float, float | None]] = {}  # of each trial, in the order in which they come
    started = time.perf_counter()

    def told(trial: SearchTrial) -> None:
        ends.pop(trial.number, None)  # it waited, and now it has ended
        ends[trial.number] = (trial.epochs, time.perf_counter() - started, trial.mean)

    _, last = search(dataset, plan, Trainer(dataset), told)
    found.ended = time.perf_counter() - started
    for end in ends.values():
        found.add(*end)
    assert last.best is not None
    found.chosen = last.points[last.best]
    n_leading = sum(each.trial is not None for each in last.finalists)
    return found, found.spent + n_leading * len(plan.fresh.items) * plan.epochs


def peer(plan: SearchPlan, name: str, budget: int, seconds_per_epoch: float) -> Asking:
    """A peer: one trial after the other, its folds side by side, the mean over them reported to the pruner.

    Asking only after the last trial is told is kind to the sampler: with two jobs it knows one trial less. A trial that has
    begun within the budget ends.

    Args:
        plan: Space, folds and seed.
        name: Of :data:`PEERS`.
        budget: Epochs to spend, summed over folds.
        seconds_per_epoch: Of the plain objective, by which seconds are computed.
    """
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    make_sampler, make_pruner = PEERS[name]
    sampler = make_sampler(seed=plan.seed)  # type: ignore[call-arg]
    study = optuna.create_study(sampler=sampler, pruner=make_pruner(), study_name=f"{name} {plan.seed}")
    drawn = {each.name: distribution(each) for each in plan.space.dimensions}
    found, n_folds = Progress(), len(plan.replicates.items)
    while found.spent < budget:
        trial = study.ask(drawn)
        point = plan.space.at(trial.params)
        curve = yield point
        epochs, loss = _played(study, trial, curve)
        seconds = (found.spent + epochs * n_folds) * seconds_per_epoch
        found.add(epochs * n_folds, seconds, loss, point)
        found.ended = seconds
    return found


def together(
    contenders: Mapping[Key, Asking], curves: Callable[[list[Point]], np.ndarray]
) -> dict[Key, Progress]:
    """Let contenders search, each one point at a time, and train the points of all of them as one population.

    Args:
        contenders: By any key.
        curves: Trains points to the end and gives their losses, ``[N, E]``.
    """
    done: dict[Key, Progress] = {}
    asked = {key: next(each) for key, each in contenders.items()}
    while asked:
        found = curves(list(asked.values()))
        for key, curve in zip(list(asked), found, strict=True):
            try:
                asked[key] = contenders[key].send(curve)
            except StopIteration as end:
                done[key] = end.value
                del asked[key]
    return done


def _played(study: optuna.Study, trial: optuna.Trial, curve: np.ndarray) -> tuple[int, float | None]:
    # Epochs that the trial trains, and its loss; None when it was pruned or diverged.
    for report in range(1, REPORTS):
        epoch = round(len(curve) * report / REPORTS)
        trial.report(float(curve[epoch - 1]), epoch)
        if trial.should_prune():
            study.tell(trial, state=TrialState.PRUNED)
            return epoch, None
    trial.report(float(curve[-1]), len(curve))
    if math.isnan(curve[-1]):
        study.tell(trial, state=TrialState.FAIL)
        return len(curve), None
    study.tell(trial, float(curve[-1]))
    return len(curve), float(curve[-1])
