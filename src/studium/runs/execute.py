"""Runs a plan: everything is checked first, then step by step; what is finished stays on disk."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studium.environment import current_environment
from studium.errors import SettingError, UnavailableError
from studium.execution import DurableEngine
from studium.execution.cluster import Connected
from studium.execution.place import Place
from studium.runs.comparison_step import prepare_compare, prepare_optimizers
from studium.runs.execution import Execution
from studium.runs.folder import RunFolder
from studium.runs.lock import driving
from studium.runs.opening import DataOpener
from studium.runs.plan import Plan
from studium.runs.plan_file import anchored
from studium.runs.plan_text import PlanText
from studium.runs.prepared import PreparedStep
from studium.runs.progress_file import ProgressFile
from studium.runs.resolution import StepError
from studium.runs.results import MetricName
from studium.runs.state import StepState, TaskCounts
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
}


@dataclass(frozen=True)
class RunProgress:
    """How far a run is.

    Attributes:
        step: Name of the step; empty while the run is being prepared.
        position: Its place in the plan, from 1.
        n_steps: Steps of the plan.
        share: Share of the step that is done, in [0, 1].
        seconds_left: Estimate for the rest of the run; ``None`` as long as nothing has been measured.
        message: What is going on, in words.
    """

    step: str
    position: int
    n_steps: int
    share: float
    seconds_left: float | None
    message: str = ""


Observer = Callable[[RunProgress], None]


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
        self.prepared = [_prepare(plan, place, opener, where) for place in range(len(plan.steps))]

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
        pace, file = _Pace([each.seconds for each in steps]), ProgressFile(writer.path)
        for position, each in enumerate(steps):
            if stop():
                raise KeyboardInterrupt
            observe = self._also_in(file, metric_name(each.pool.task))
            reporter = _Reporter(observe, pace, each.step.name, position, len(steps))
            self._run_step(each, writer, engine, reporter)
            reporter.share(1.0)

    def _run_step(
        self, each: PreparedStep, writer: RunWriter, engine: DurableEngine, reporter: _Reporter
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


def _prepare(plan: Plan, place: int, opener: DataOpener, where: PlanText | None) -> PreparedStep:
    step = plan.steps[place]
    try:
        return _EXECUTORS[step.kind](step, opener)
    except StepError as error:
        if where is None and len(plan.steps) == 1:  # a command of its own, whose user wrote no step
            raise SettingError(str(error)) from error
        line = "" if where is None else f"{where.place('steps', place, *error.path)}: "
        raise SettingError(f"{line}step {step.name!r}: {error}") from error


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


class _Pace:
    """Estimates the time left from guesses, corrected by how long the guessed work really takes."""

    def __init__(self, guesses: list[float]) -> None:
        self._guesses = guesses
        self._started = time.perf_counter()

    def left(self, position: int, share: float) -> float | None:
        done = sum(self._guesses[:position]) + share * self._guesses[position]
        if done <= 0:
            return None
        return (time.perf_counter() - self._started) * (sum(self._guesses) - done) / done


class _Reporter:
    """Tells the observer about one step."""

    def __init__(self, observe: Observer, pace: _Pace, step: str, position: int, n_steps: int) -> None:
        self._observe, self._pace = observe, pace
        self._step, self._position, self._n_steps = step, position, n_steps
        self.share(0.0)

    def share(self, share: float) -> None:
        left = self._pace.left(self._position, share)
        self._observe(RunProgress(self._step, self._position + 1, self._n_steps, share, left))
