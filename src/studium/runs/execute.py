"""Runs a plan: everything is checked first, then step by step; what is finished stays on disk."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from studium.environment import current_environment
from studium.errors import SettingError, UnavailableError, UnknownNameError
from studium.execution import DurableEngine
from studium.execution.cluster import Connected
from studium.execution.place import Place
from studium.runs.comparison_step import prepare_compare, prepare_optimizers
from studium.runs.execution import Execution
from studium.runs.folder import RunFolder
from studium.runs.inspect_step import prepare_inspect
from studium.runs.inspect_steps import InspectStep
from studium.runs.lock import driving
from studium.runs.opening import DataOpener
from studium.runs.pace import Observer, Pace, Reporter, RunProgress
from studium.runs.plan import Plan
from studium.runs.plan_file import anchored
from studium.runs.plan_text import PlanText
from studium.runs.prepared import PreparedStep
from studium.runs.progress_file import ProgressFile
from studium.runs.references import Reference
from studium.runs.resolution import StepError
from studium.runs.results import MetricName
from studium.runs.search_step import prepare_search
from studium.runs.state import StepState, TaskCounts
from studium.runs.step_base import Step
from studium.runs.study_step import prepare_study
from studium.runs.train_step import prepare_train
from studium.runs.writer import RunWriter, check_new, new_run
from studium.training.concurrency import never
from studium.training.metrics import metric_name

_log = logging.getLogger(__name__)

_EXECUTORS: dict[str, Callable[[Any, DataOpener], PreparedStep]] = {
    "train": prepare_train,
    "study": prepare_study,
    "optimizers": prepare_optimizers,
    "compare": prepare_compare,
    "search": prepare_search,
}


def run_plan(
    plan: Plan,
    *,
    where: PlanText | None = None,
    out: Path | None = None,
    offline: bool = False,
    observe: Observer = lambda _: None,
    execution: Execution | None = None,
) -> RunFolder:
    """Run a plan: :class:`PlanRun`, prepared and run.

    Args:
        plan: What to do.
        where: Where it was written, to say in which line something is wrong.
        out: The run's folder; by default a new, numbered one in ``runs``.
        offline: Never touch the network.
        observe: Called with the progress.
        execution: Where the tasks are computed; by default as the work suggests.

    Returns:
        The run, finished.

    Raises:
        InputError: A step asks for something that cannot be; nothing has been written then.
        UnavailableError: Data cannot be had, or the disk is full.
        KeyboardInterrupt: The user stopped the run; what is finished is on disk, and the run can be resumed.
    """
    return PlanRun(plan, where=where, out=out, offline=offline, observe=observe, execution=execution).run()


class PlanRun:
    """One execution of a plan. Making it opens all data and checks all steps; nothing is written or trained then.

    Args:
        plan, where, out, offline, observe, execution: As for :func:`run_plan`.
        opener: Opens the data, when some of them are open already.

    Attributes:
        path: The run's folder; ``None`` before it is run.

    Raises:
        InputError: A step asks for something that cannot be.
        UnavailableError: Data cannot be had.
    """

    def __init__(
        self,
        plan: Plan,
        *,
        where: PlanText | None = None,
        out: Path | None = None,
        offline: bool = False,
        observe: Observer = lambda _: None,
        opener: DataOpener | None = None,
        execution: Execution | None = None,
    ) -> None:
        self.path: Path | None = None
        self._plan, self._out, self._observe = plan, out, observe
        self._execution = execution or Execution()
        if out is not None:
            check_new(out)
        opener = opener or DataOpener(offline=offline, progress=self._tell)
        self.prepared: list[PreparedStep] = []
        for place in range(len(plan.steps)):
            self.prepared.append(_prepare(plan, place, opener, where, self.prepared))

    def run(self, stop: Callable[[], bool] = never) -> RunFolder:
        """Run all steps in a new folder.

        Args:
            stop: Once it is true, what runs is kept and ``KeyboardInterrupt`` is raised.

        Returns:
            The run, finished.
        """
        connected = self._execution.reach()
        self.path = new_run(self._plan.name, self._out)
        with driving(self.path):
            return self._driven(_writer(self._plan, self.prepared, self.path), self.prepared, connected, stop)

    def resume(
        self, folder: RunFolder, again: Collection[str], stop: Callable[[], bool] = never
    ) -> RunFolder:
        """Go on with a run that this process drives.

        Args:
            folder: The run, of the same plan.
            again: Steps to be done; what is known of their tasks is not computed again.
            stop: As for :meth:`run`.

        Returns:
            The run, finished.
        """
        connected = self._execution.reach()
        self.path = folder.path
        writer = RunWriter.resumed(folder, again)
        return self._driven(
            writer, [each for each in self.prepared if each.step.name in again], connected, stop
        )

    def _driven(
        self,
        writer: RunWriter,
        steps: list[PreparedStep],
        connected: Connected | None,
        stop: Callable[[], bool],
    ) -> RunFolder:
        place = self._execution.place(writer.path, sum(each.seconds for each in steps), connected)
        try:
            self._run_steps(writer, steps, place, stop)
        except KeyboardInterrupt:
            writer.finish("interrupted")
            raise
        except Exception as error:
            with suppress(UnavailableError):  # a full disk: what happened matters more than to note it
                writer.finish("failed", str(error))
            raise
        writer.finish()
        return writer.folder

    def _run_steps(
        self, writer: RunWriter, steps: list[PreparedStep], place: Place, stop: Callable[[], bool]
    ) -> None:
        with ExitStack() as stack:
            stack.callback(place.close)
            engine = DurableEngine(writer.path, place, stop=stop, notice=_log.warning)
            stack.callback(engine.close)
            stack.callback(ProgressFile(writer.path).remove)
            try:
                self._run_all(writer, steps, engine, stop)
            finally:
                writer.tasks(_counts(engine, place))

    def _run_all(
        self, writer: RunWriter, steps: list[PreparedStep], engine: DurableEngine, stop: Callable[[], bool]
    ) -> None:
        pace, file = Pace([each.seconds for each in steps]), ProgressFile(writer.path)
        for position, each in enumerate(steps):
            if stop():
                raise KeyboardInterrupt
            observe = self._also_in(file, metric_name(each.pool.task))
            reporter = Reporter(observe, pace, each.step.name, position, len(steps))
            self._run_step(each, writer, engine, reporter)
            reporter.end(writer.folder)

    def _run_step(
        self, each: PreparedStep, writer: RunWriter, engine: DurableEngine, reporter: Reporter
    ) -> None:
        name, started = each.step.name, time.perf_counter()
        writer.step(name, "running")
        with writer.results(name) as folders:
            each.run(folders, engine, reporter.share)
        writer.step(name, "complete", seconds=time.perf_counter() - started)

    def _also_in(self, file: ProgressFile, metric: MetricName) -> Observer:
        """The observer, with the progress of one step written into the run's folder, too."""

        def observe(progress: RunProgress) -> None:
            self._observe(progress)
            file.tell(progress.step, metric, progress.share, progress.seconds_left)

        return observe

    def _tell(self, message: str) -> None:
        self._observe(RunProgress("", 0, len(self._plan.steps), 0.0, None, message))


def _counts(engine: DurableEngine, place: Place) -> TaskCounts:
    tally = engine.tally
    return TaskCounts(
        computed=tally.computed,
        reused=tally.reused,
        failed=tally.failed,
        weights=tally.weights,
        place=place.name,
    )


def _prepare(
    plan: Plan, place: int, opener: DataOpener, where: PlanText | None, earlier: list[PreparedStep]
) -> PreparedStep:
    step = plan.steps[place]
    try:
        _require_compared(step, plan)
        if isinstance(step, InspectStep):
            return prepare_inspect(step, list(zip(plan.steps[:place], earlier, strict=True)))
        return _EXECUTORS[step.kind](step, opener)
    except StepError as error:
        if where is None and len(plan.steps) == 1:  # a command of its own, whose user wrote no step
            raise SettingError(str(error)) from error
        line = "" if where is None else f"{where.place('steps', place, *error.path)}: "
        raise SettingError(f"{line}step {step.name!r}: {error}") from error


def _require_compared(step: Step, plan: Plan) -> None:
    """Make sure that the step that a reference compares with is there."""
    reference = getattr(step, "reference", None)
    without = reference.without if isinstance(reference, Reference) else None
    names = [each.name for each in plan.steps if each.kind == "train" and each.name != step.name]
    if without is not None and without not in names:
        raise StepError(("reference",), str(UnknownNameError("other step that trains", without, names)))


def _writer(plan: Plan, prepared: list[PreparedStep], path: Path) -> RunWriter:
    resolved = plan.model_copy(update={"steps": tuple(anchored(each.step) for each in prepared)})
    checksums = {name: checksum for each in prepared for name, checksum in each.checksums.items()}
    return RunWriter.begun(
        path,
        plan_name=plan.name,
        plan_text=resolved.toml(),
        environment=current_environment().model_dump(mode="json") | {"data": checksums},
        steps=tuple(
            StepState(name=each.step.name, kind=each.step.kind, notices=each.notices) for each in prepared
        ),
    )
