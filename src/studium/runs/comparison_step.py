"""The executors of `compare` and `optimizers` steps."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cached_property

from studium.data import Dataset
from studium.errors import InputError
from studium.models import CNNSpec, MLPSpec
from studium.runs.cost import members_seconds
from studium.runs.facts import data_facts
from studium.runs.opening import DataOpener, OpenedData
from studium.runs.phases import Phases
from studium.runs.prepared import ShareDone, opened_data
from studium.runs.replication import replicates, with_replication
from studium.runs.resolution import StepError, resolve
from studium.runs.step_base import NetworkStep
from studium.runs.step_folders import StepFolders
from studium.runs.study_records import ComparisonRecord
from studium.runs.study_steps import CompareStep, OptimizersStep
from studium.runs.winner import retrain
from studium.runs.writer import write_record
from studium.seeding import derive_seed
from studium.studies import (
    ComparisonPlan,
    Contender,
    check_comparison,
    compare,
    optimizers,
    structure,
    usual_structures,
)
from studium.training import Trainer
from studium.training.engine import Engine

_POINTS, _LONG_POINTS, _HELD_OUT_POINTS = 24, 6, 4
_SHORT = 1000  # training rows up to which a fully connected network trains in no time


@dataclass(frozen=True, eq=False)
class PreparedComparison:
    """A step that compares, whose data are open and whose settings are checked; nothing has been trained.

    Attributes:
        step: Every default written out.
        opened: The data.
        plan: What is compared.
    """

    step: CompareStep | OptimizersStep
    opened: OpenedData
    plan: ComparisonPlan

    @property
    def networks(self) -> tuple[MLPSpec | CNNSpec, ...]:
        """The networks that are compared, one of which is exported."""
        return tuple(each.point[0] for each in self.plan.contenders)

    @property
    def notices(self) -> tuple[str, ...]:
        """What the reader must know."""
        return self.opened.notices

    @property
    def pool(self) -> Dataset:
        """What its networks are trained on."""
        return self.opened.pool

    @property
    def checksums(self) -> dict[str, str]:
        """SHA-256 of the data, by name."""
        return self.opened.checksums

    @property
    def seconds(self) -> float:
        """A rough guess of the time it takes."""
        return sum(self._weights)

    def run(self, folders: StepFolders, engine: Engine, progress: ShareDone) -> None:
        """Tune, compare, retrain the winner, and write it all."""
        started = time.perf_counter()
        trainer = Trainer(self.opened.pool, engine=engine, progress=Phases(self._weights, progress))
        found, winner = compare(self.opened.pool, self.plan, trainer)
        result = None
        if isinstance(self.step, CompareStep) and winner is not None:
            result = retrain(winner, self.step, self.opened, trainer, folders.model)
        record = ComparisonRecord(
            kind=self.step.kind,
            data=data_facts(self.opened, self.plan.fresh.items[0].member(*self.plan.contenders[0].point)),
            comparison=found,
            winner=result,
            seconds=time.perf_counter() - started,
        )
        write_record(folders.study / "comparison.json", record)

    @cached_property
    def _weights(self) -> list[float]:
        # Of the tuning, of the verdict, and of the retraining.
        per_replicate = sum(self._training(each, 1) for each in self.plan.contenders)
        tuning = per_replicate * self.plan.n_points * len(self.plan.tuning.items)
        longest = max(self._training(each, 1) for each in self.plan.contenders)
        return [tuning, per_replicate * len(self.plan.fresh.items), longest]

    def _training(self, contender: Contender, n_members: int) -> float:
        return members_seconds(*contender.point, len(self.plan.fresh.items[0].train), n_members)


def prepare_compare(step: CompareStep, opener: DataOpener) -> PreparedComparison:
    """Open the data of a `compare` step and check everything about it.

    Raises:
        StepError: It asks for something that cannot be; says which key.
        UnavailableError: Its data cannot be had.
    """
    opened = opened_data(step, opener)
    names = step.models or usual_structures(opened.pool)
    contenders = tuple(_structure(name, step, opened) for name in names)
    return _prepared(step.model_copy(update={"models": tuple(names)}), opened, contenders, "models")


def prepare_optimizers(step: OptimizersStep, opener: DataOpener) -> PreparedComparison:
    """Open the data of an `optimizers` step and check everything about it.

    Raises:
        StepError: It asks for something that cannot be; says which key.
        UnavailableError: Its data cannot be had.
    """
    opened = opened_data(step, opener)
    resolved = resolve(step, opened.pool)
    try:
        contenders = optimizers((resolved.spec, resolved.config), step.optimizers)
    except InputError as error:
        raise StepError(("optimizers",), str(error)) from error
    return _prepared(resolved.step, opened, tuple(contenders), "optimizers")


def _structure(name: str, step: CompareStep, opened: OpenedData) -> Contender:
    single = NetworkStep(name=step.name, data=step.data, model=name, config=step.config)
    try:
        resolved = resolve(single, opened.pool)
    except StepError as error:
        raise StepError(("models",) if error.path == ("model",) else error.path, str(error)) from error
    return structure(name, (resolved.spec, resolved.config))


def _prepared(
    step: CompareStep | OptimizersStep, opened: OpenedData, contenders: tuple[Contender, ...], key: str
) -> PreparedComparison:
    step = with_replication(step, opened.pool)
    step = step.model_copy(update={"points": step.points or _default_points(step, opened, contenders)})
    tuning = replicates(step, opened.pool, seed=derive_seed(step.seed, "tuning"), n_seeds=step.tuning_seeds)
    fresh = replicates(step, opened.pool, seed=derive_seed(step.seed, "verdict"))
    try:
        plan = ComparisonPlan(step.name, contenders, tuning, fresh, n_points=step.points or 1, seed=step.seed)
        check_comparison(plan)
    except InputError as error:
        raise StepError((key,), str(error)) from error
    return PreparedComparison(opened.written(step), opened, plan)


def _default_points(
    step: CompareStep | OptimizersStep, opened: OpenedData, contenders: tuple[Contender, ...]
) -> int:
    if step.hold_out is not None:
        return _HELD_OUT_POINTS
    convolutional = any(each.point[0].kind == "cnn" for each in contenders)
    return _LONG_POINTS if convolutional or len(opened.pool.training_pool) > _SHORT else _POINTS
