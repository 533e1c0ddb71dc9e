"""The executor of `study` steps."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from studium.data import Dataset
from studium.errors import InputError
from studium.runs.cost import members_seconds
from studium.runs.facts import data_facts
from studium.runs.opening import DataOpener, OpenedData
from studium.runs.phases import Phases
from studium.runs.prepared import ShareDone, opened_data
from studium.runs.replication import replicates, with_replication
from studium.runs.resolution import StepError, resolve
from studium.runs.step_folders import StepFolders
from studium.runs.study_records import StudyRecord
from studium.runs.study_steps import StudyStep
from studium.runs.writer import write_record
from studium.studies import Dimension, StudyPlan, check_study, parse_dimension, run_study
from studium.studies.sampling import BATCH
from studium.training import Trainer
from studium.training.engine import Engine
from studium.validation import Replicates

_HELD_OUT_POINTS = 9, 5, 24  # along one parameter, along each of two, quasi-random


@dataclass(frozen=True, eq=False)
class PreparedStudy:
    """A `study` step whose data are open and whose settings are checked; nothing has been trained.

    Attributes:
        step: Every default written out.
        opened: The data.
        plan: What varies.
        replicates: Rows and seeds.
    """

    step: StudyStep
    opened: OpenedData
    plan: StudyPlan
    replicates: Replicates

    @property
    def notices(self) -> tuple[str, ...]:
        """What the reader must know."""
        return self.opened.notices

    @property
    def seconds(self) -> float:
        """A rough guess of the time it takes."""
        n_members = self.plan.n_trials * len(self.replicates.items)
        return members_seconds(*self.plan.point, len(self.replicates.items[0].train), n_members)

    @property
    def pool(self) -> Dataset:
        """What its networks are trained on."""
        return self.opened.pool

    @property
    def checksums(self) -> dict[str, str]:
        """SHA-256 of the data, by name."""
        return self.opened.checksums

    def run(self, folders: StepFolders, engine: Engine, progress: ShareDone) -> None:
        """Train every point and write the study."""
        started = time.perf_counter()
        trainer = Trainer(self.opened.pool, engine=engine, progress=Phases(self._batches, progress))
        study = run_study(self.opened.pool, self.plan, self.replicates, trainer)
        member = self.replicates.items[0].member(*self.plan.point)
        seconds = time.perf_counter() - started
        record = StudyRecord(data=data_facts(self.opened, member), study=study, seconds=seconds)
        write_record(folders.study / "study.json", record)

    @property
    def _batches(self) -> list[int]:
        if self.plan.chosen_sampler != "tpe":
            return [1]
        return [min(BATCH, self.plan.n_trials - first) for first in range(0, self.plan.n_trials, BATCH)]


def prepare_study(step: StudyStep, opener: DataOpener) -> PreparedStudy:
    """Open the data of a step and check everything about it.

    Raises:
        StepError: It asks for something that cannot be; says which key.
        UnavailableError: Its data cannot be had.
    """
    opened = opened_data(step, opener)
    dimensions = _dimensions(step)
    step = with_replication(_with_momentum(step, dimensions), opened.pool)
    resolved = resolve(step, opened.pool)
    rows = replicates(step, opened.pool, seed=step.seed)
    plan = _plan(resolved.step, (resolved.spec, resolved.config), dimensions)
    try:
        check_study(plan, rows)
    except InputError as error:
        raise StepError(("parameters",), str(error)) from error
    written = {"sampler": plan.chosen_sampler, "points": plan.chosen_points, "parameters": _texts(dimensions)}
    return PreparedStudy(opened.written(resolved.step.model_copy(update=written)), opened, plan, rows)


def _dimensions(step: StudyStep) -> tuple[Dimension, ...]:
    try:
        return tuple(map(parse_dimension, step.parameters))
    except InputError as error:
        raise StepError(("parameters",), str(error)) from error


def _texts(dimensions: tuple[Dimension, ...]) -> tuple[str, ...]:
    return tuple(dimension.text() for dimension in dimensions)


def _with_momentum(step: StudyStep, dimensions: tuple[Dimension, ...]) -> StudyStep:
    names = {dimension.name for dimension in dimensions}
    if "momentum" not in names or "optimizer" in names or "optimizer" in step.config:
        return step
    return step.model_copy(update={"config": {**step.config, "optimizer": "momentum"}})


def _plan(step: StudyStep, point: Any, dimensions: tuple[Dimension, ...]) -> StudyPlan:
    def plan(n_points: int | None) -> StudyPlan:
        return StudyPlan(
            step.name, step.model, point, dimensions, sampler=step.sampler, n_points=n_points, seed=step.seed
        )

    try:
        chosen = plan(step.points)
    except InputError as error:
        raise StepError(
            ("points",) if "number of points" in str(error) else ("parameters",), str(error)
        ) from error
    if step.points is not None or step.hold_out is None:
        return chosen
    single, each_of_two, drawn = _HELD_OUT_POINTS
    if chosen.chosen_sampler == "grid":
        return plan(single if len(dimensions) == 1 else each_of_two)
    return plan(single if len(dimensions) == 1 else drawn)
