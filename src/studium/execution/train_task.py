"""The training of one task, from its description to its durable result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from studium.data import Dataset
from studium.environment import torch_threads
from studium.execution.checkpoints import Checkpoints
from studium.execution.fit_files import FitFiles, Reference, packed
from studium.execution.task import Task
from studium.training.concurrency import StoppedError
from studium.training.engine import Advanced
from studium.training.group import Normalisations, group_loop
from studium.training.loop import Epoch, Loop
from studium.training.outcome import Outcome
from studium.training.products import product_threads
from studium.training.state import State, StateError

_SAYS = 0.1  # seconds between two messages about progress
_KEEPS = 10.0  # seconds of training between two checkpoints


class Results(Protocol):
    """Where results and checkpoints of tasks go."""

    def write(self, task: Task, outcomes: list[Outcome]) -> Reference:
        """Keep a result; it is durable, or part of the reference."""

    @property
    def checkpoints(self) -> Checkpoints | None:
        """Where checkpoints go; ``None`` when nowhere."""


@dataclass(frozen=True)
class OnDisk:
    """Results go into a run's folder.

    Attributes:
        directory: The run's folder.
    """

    directory: Path

    def write(self, task: Task, outcomes: list[Outcome]) -> Reference:
        """Write a result durably.

        Raises:
            UnavailableError: The disk is full, or the folder cannot be written.
        """
        return self.fits.write(task, outcomes)

    @property
    def fits(self) -> FitFiles:
        """The results."""
        return FitFiles(self.directory / "fits")

    @property
    def checkpoints(self) -> Checkpoints:
        """The checkpoints."""
        return Checkpoints(self.directory / "checkpoints")


@dataclass(frozen=True)
class ByValue:
    """Results travel to the driver, which writes them: for a worker that does not see the run's folder."""

    def write(self, task: Task, outcomes: list[Outcome]) -> Reference:
        """The result as part of its reference."""
        reference, content = packed(task, outcomes)
        return replace(reference, content=content)

    @property
    def checkpoints(self) -> None:
        """There is no place for them."""
        return


def train_task(
    task: Task,
    dataset: Dataset,
    normalisations: Normalisations,
    results: Results,
    unwanted: Callable[[], bool],
) -> Iterator[Advanced | Reference]:
    """Train a task: a pure function of its description.

    It goes on from its checkpoint, or from where the task of the stages before the last paused, when that is known; the
    weights are the same to the last bit. A task that pauses leaves a checkpoint for the one that goes on.

    Args:
        task: What to train.
        dataset: The data that it names.
        normalisations: Of that data.
        results: Where its result goes.
        unwanted: Whether to end early; asked after every epoch.

    Yields:
        How far the training is, and at last where its result is.

    Raises:
        StoppedError: It ended early, and has written a checkpoint.
        UnavailableError: The disk is full, or the folder cannot be written.
    """
    with torch_threads(task.group.threads), product_threads(task.group.threads):
        loop, ended = _begun(task, dataset, normalisations, results.checkpoints)
        yield from _trained(loop, ended, task, results.checkpoints, unwanted)
    pausing = {each.position: Outcome.of(each.fit) for each in loop.paused()}
    if pausing and results.checkpoints is not None:
        results.checkpoints.write(task.id, loop.state(), ended)
    everybody = ended | pausing
    reference = results.write(task, [everybody[place] for place in sorted(everybody)])
    if results.checkpoints is not None:
        _tidy(task, results.checkpoints, keep=bool(pausing))
    yield reference


def _tidy(task: Task, checkpoints: Checkpoints, *, keep: bool) -> None:
    # The own checkpoint, and that of the stages before: whoever needs it again trains from the start.
    if not keep:
        checkpoints.remove(task.id)
    if task.before is not None:
        checkpoints.remove(task.before)


def _begun(
    task: Task, dataset: Dataset, normalisations: Normalisations, checkpoints: Checkpoints | None
) -> tuple[Loop, dict[int, Outcome]]:
    # The training as it stands, and the members that have ended.
    loop = group_loop(task.group, dataset, normalisations)
    kept = None if checkpoints is None else _kept(task, checkpoints)
    if kept is None:
        return loop, {}
    state, ended = kept
    try:
        loop.restore(state)
    except StateError:  # written by another version
        return group_loop(task.group, dataset, normalisations), {}
    return loop, ended


def _kept(task: Task, checkpoints: Checkpoints) -> tuple[State, dict[int, Outcome]] | None:
    own = checkpoints.read(task.id)
    return checkpoints.read(task.before) if own is None and task.before is not None else own


def _trained(
    loop: Loop,
    ended: dict[int, Outcome],
    task: Task,
    checkpoints: Checkpoints | None,
    unwanted: Callable[[], bool],
) -> Iterator[Advanced]:
    counted, loss = 0, 0.0
    said = kept = time.perf_counter()
    while loop.active:
        for event in loop.advance():
            if isinstance(event, Epoch):
                counted, loss = counted + event.n_members, event.loss
            else:
                ended[event.position] = Outcome.of(event.fit)
        now = time.perf_counter()
        stops = unwanted()
        if checkpoints is not None and loop.active and (stops or now - kept > _KEEPS):
            checkpoints.write(task.id, loop.state(), ended)
            kept = now
        if stops and loop.active:
            raise StoppedError
        if now - said > _SAYS:
            yield Advanced(counted, loss)
            counted, said = 0, now
    yield Advanced(counted, loss)
