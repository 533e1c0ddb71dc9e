"""The winner of a search: retrained on all training rows, tested once, exported; and, where asked for, an ensemble."""

from __future__ import annotations

import time
from itertools import cycle, islice
from pathlib import Path

from studium.runs.opening import OpenedData
from studium.runs.results import Score, TrainResult
from studium.runs.search_steps import SearchStep
from studium.runs.study_records import EnsembleRecord
from studium.runs.train_result import TrainOutcome
from studium.runs.train_step import export, scored_model
from studium.seeding import derive_seed
from studium.studies.finals import Finals
from studium.studies.retraining import refit
from studium.training import Scores, Trainer
from studium.training.ensemble import Ensemble, save_ensemble
from studium.training.model import Model

ENSEMBLE = "ensemble"
"""Folder of the ensemble, inside that of the step's exported model."""


def retrained(
    last: Finals, step: SearchStep, opened: OpenedData, trainer: Trainer, folder: Path
) -> TrainResult | None:
    """Retrain the winner on all training rows exactly as it was measured: the same settings, for the same number of epochs.

    Args:
        last: The finalists.
        step: The step.
        opened: Its data.
        trainer: Trains.
        folder: Where model, evaluation and history go.

    Returns:
        The result; ``None`` when every trial diverged.
    """
    if last.best is None:
        return None
    started = time.perf_counter()
    point = last.points[last.best]
    fits = refit(opened.pool, point, point[1].epochs, trainer, n_seeds=step.refits, seed=step.seed)
    models = [scored_model(fit, opened, step.name) for fit in fits]
    seconds = time.perf_counter() - started
    return export(TrainOutcome(step.name, step.seed, True, opened, fits, models, None, seconds), folder)


def averaged(
    last: Finals, step: SearchStep, opened: OpenedData, trainer: Trainer, folder: Path
) -> EnsembleRecord | None:
    """Train networks of the leading trials that are not significantly worse than the winner, and export their mean.

    The trials take turns, the best first, each turn with another seed.

    Args:
        last: The finalists.
        step: The step.
        opened: Its data.
        trainer: Trains.
        folder: Of the step's exported model.

    Returns:
        What it scores; ``None`` when none was asked for, or every network of it diverged.
    """
    if not step.ensemble:
        return None
    places = list(islice(cycle(last.ranking()), step.ensemble))
    models = _members(last, places, step, opened, trainer)
    if not models:
        return None
    ensemble = Ensemble(tuple(models.values()), {}, step.name).scored(
        opened.dataset, {"train": opened.pool.training_pool, "test": opened.test_rows}
    )
    save_ensemble(ensemble, folder / ENSEMBLE)
    return EnsembleRecord(
        folder=ENSEMBLE,
        members=tuple(last.finalists[places[number]].name for number in models),
        train=_score(ensemble.scores["train"]),
        test=_score(ensemble.scores["test"]),
    )


def _members(
    last: Finals, places: list[int], step: SearchStep, opened: OpenedData, trainer: Trainer
) -> dict[int, Model]:
    # By position in ``places``; a network that diverges is left out.
    found: dict[int, Model] = {}
    for place in dict.fromkeys(places):
        own = [number for number, each in enumerate(places) if each == place]
        point = last.points[place]
        seed = derive_seed(step.seed, "ensemble", place)
        fits = refit(opened.pool, point, point[1].epochs, trainer, n_seeds=len(own), seed=seed)
        for number, fit in zip(own, fits, strict=True):
            if fit.status == "complete":
                found[number] = Model.from_fit(
                    fit, opened.dataset, test_rows=opened.test_rows, name=last.finalists[place].name
                )
    return dict(sorted(found.items()))


def _score(scores: Scores) -> Score:
    return Score(loss=scores.loss, metric=scores.metric, n=scores.n)
