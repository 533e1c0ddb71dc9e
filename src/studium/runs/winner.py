"""The winner of a comparison: retrained on all training rows, tested once, exported."""

from __future__ import annotations

import time
from pathlib import Path

from studium.runs.opening import OpenedData
from studium.runs.results import TrainResult
from studium.runs.study_steps import CompareStep
from studium.runs.train_result import TrainOutcome
from studium.runs.train_step import export, scored_model
from studium.studies import Winner, refit
from studium.training import Trainer


def retrain(
    winner: Winner, step: CompareStep, opened: OpenedData, trainer: Trainer, folder: Path
) -> TrainResult:
    """Retrain the winner for the number of epochs that the fresh folds chose, test it once, and export it.

    Args:
        winner: What won.
        step: The step.
        opened: Its data.
        trainer: Trains it.
        folder: Where model, evaluation and history go.
    """
    started = time.perf_counter()
    fits = refit(opened.pool, winner.point, winner.epochs, trainer, seed=step.seed)
    models = [scored_model(fit, opened, winner.name) for fit in fits]
    seconds = time.perf_counter() - started
    outcome = TrainOutcome(winner.name, step.seed, True, opened, fits, models, winner.validated, seconds)
    return export(outcome, folder)
