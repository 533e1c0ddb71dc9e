"""The executor of `train` steps."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from studium.data import Dataset
from studium.errors import InputError
from studium.models import CNNSpec, MLPSpec
from studium.runs.cost import training_seconds
from studium.runs.opening import DataOpener, OpenedData
from studium.runs.plan import TrainStep
from studium.runs.prepared import ShareDone, opened_data
from studium.runs.resolution import Resolved, StepError, resolve
from studium.runs.results import TrainResult
from studium.runs.step_folders import StepFolders
from studium.runs.train_result import TrainOutcome
from studium.runs.writer import write_record
from studium.studies.retraining import refit
from studium.training import Fit, Progress, Trainer
from studium.training.engine import Engine
from studium.training.model import Model
from studium.training.model_files import save_model
from studium.training.model_record import Part
from studium.validation import CrossValidation, Replicates, cross_validate, hold_out, k_fold


@dataclass(frozen=True, eq=False)
class PreparedTrain:
    """A `train` step whose data are open and whose settings are checked; nothing has been trained.

    Attributes:
        resolved: What is trained.
        opened: On what.
        finals: Rows and seeds of the final trainings.
        folds: Rows and seeds of the cross-validation; ``None`` without.
    """

    resolved: Resolved[TrainStep]
    opened: OpenedData
    finals: Replicates
    folds: Replicates | None

    @property
    def step(self) -> TrainStep:
        """The step, every default written out."""
        return self.resolved.step

    @property
    def networks(self) -> tuple[MLPSpec | CNNSpec, ...]:
        """The network that is trained."""
        return (self.resolved.spec,)

    @property
    def notices(self) -> tuple[str, ...]:
        """What the reader must know."""
        return self.opened.notices

    @property
    def seconds(self) -> float:
        """A rough guess of the time it takes."""
        one = training_seconds(self.resolved.spec, self.resolved.config, len(self.opened.pool.training_pool))
        return (self._n_folds + len(self.finals.items)) * one

    @property
    def pool(self) -> Dataset:
        """What its networks are trained on."""
        return self.opened.pool

    @property
    def checksums(self) -> dict[str, str]:
        """SHA-256 of the data, by name."""
        return self.opened.checksums

    def run(self, folders: StepFolders, engine: Engine, progress: ShareDone) -> None:
        """Train, test, and write model, result and history.

        Args:
            folders: Where to write.
            engine: Trains.
            progress: Called with the share that is done.
        """
        started = time.perf_counter()
        first = self._n_folds / (self._n_folds + len(self.finals.items))
        validated = self._cross_validate(engine, lambda share: progress(first * share))
        fits = self._fit(validated, engine, lambda share: progress(first + (1 - first) * share))
        models = [scored_model(fit, self.opened, self.step.model) for fit in fits]
        step, seconds = self.step, time.perf_counter() - started
        outcome = TrainOutcome(
            step.model, step.seed, step.refit, self.opened, fits, models, validated, seconds
        )
        export(outcome, folders.model)

    @property
    def _n_folds(self) -> int:
        return 0 if self.folds is None else len(self.folds.items)

    def _cross_validate(self, engine: Engine, progress: ShareDone) -> CrossValidation | None:
        if self.folds is None:
            return None
        point = (self.resolved.spec, self.resolved.config)
        return cross_validate([point], self.folds, self._trainer(engine, progress))[0]

    def _fit(self, validated: CrossValidation | None, engine: Engine, progress: ShareDone) -> list[Fit]:
        point, trainer = (self.resolved.spec, self.resolved.config), self._trainer(engine, progress)
        if not self.step.refit or validated is None:
            return trainer.fit([replicate.member(*point) for replicate in self.finals.items])
        # When every fold diverged nothing chose the epochs; the trainings will show that they diverge, too.
        epochs = validated.best_epochs or self.resolved.config.epochs
        return refit(self.opened.pool, point, epochs, trainer, n_seeds=self.step.seeds, seed=self.step.seed)

    def _trainer(self, engine: Engine, progress: ShareDone) -> Trainer:
        def report(state: Progress) -> None:
            progress(state.done / max(state.total, 1))

        return Trainer(self.opened.pool, engine=engine, progress=report)


def scored_model(fit: Fit, opened: OpenedData, name: str) -> Model | None:
    """The model of a final training with its scores; ``None`` when it diverged."""
    if fit.status != "complete":
        return None
    model = Model.from_fit(fit, opened.dataset, test_rows=opened.test_rows, name=name)
    parts: dict[Part, np.ndarray] = {
        "train": fit.member.train,
        "validation": fit.member.validation,
        "test": opened.test_rows,
    }
    return model.scored(opened.dataset, parts)


def export(outcome: TrainOutcome, folder: Path) -> TrainResult:
    """Write the exported model, the result and the history of final trainings; give back the result."""
    exported = None if outcome.exported is None else outcome.models[outcome.exported]
    if exported is not None:
        save_model(exported, folder)
    result = outcome.result()
    write_record(folder / "history.json", outcome.history())
    write_record(folder / "evaluation.json", result)
    return result


def prepare_train(step: TrainStep, opener: DataOpener) -> PreparedTrain:
    """Open the data of a step and check everything about it.

    Raises:
        StepError: It asks for something that cannot be; says which key.
        UnavailableError: Its data cannot be had.
    """
    opened = opened_data(step, opener)
    resolved = resolve(step, opened.pool)
    resolved = replace(resolved, step=opened.written(resolved.step))
    return PreparedTrain(resolved, opened, _finals(step, opened), _folds(step, opened))


def _finals(step: TrainStep, opened: OpenedData) -> Replicates:
    try:
        return hold_out(opened.pool, validation=step.validation, n_seeds=step.seeds, seed=step.seed)
    except InputError as error:
        raise StepError(("validation",), str(error)) from error


def _folds(step: TrainStep, opened: OpenedData) -> Replicates | None:
    try:
        return None if step.folds is None else k_fold(opened.pool, n_folds=step.folds, seed=step.seed)
    except InputError as error:
        raise StepError(("folds",), str(error)) from error
