"""The training of one task, from its description to its durable result."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

from studium.data import Dataset
from studium.environment import torch_threads
from studium.execution.checkpoints import CarriedCheckpoints, Checkpoint, CheckpointFiles, Checkpoints
from studium.execution.fit_files import FitFiles, Reference, packed
from studium.execution.task import Task
from studium.training.concurrency import StoppedError
from studium.training.engine import Advanced
from studium.training.group import Group, Normalisations, begun_loop, group_loop
from studium.training.loop import Epoch, Loop
from studium.training.outcome import Outcome
from studium.training.products import product_threads
from studium.training.state import State, StateError

_SAYS = 0.1  # seconds between two messages about progress
_KEEPS = 10.0  # seconds of training between two checkpoints


class Written(NamedTuple):
    """A result.

    Attributes:
        reference: Where it is, and what it is.
        content: Its file, where the worker could not write it where the run is kept; else empty.
        checkpoint: Likewise where its members pause; ``None`` when none does, or it is on the disk.
    """

    reference: Reference
    content: bytes = b""
    checkpoint: Checkpoint | None = None


class Results(Protocol):
    """Where results and checkpoints of tasks go."""

    def write(self, task: Task, outcomes: list[Outcome]) -> Written:
        """Keep a result; it is durable, or travels with what is said of it."""

    @property
    def checkpoints(self) -> Checkpoints:
        """Where checkpoints go."""


@dataclass(frozen=True)
class OnDisk:
    """Results go into a run's folder.

    Attributes:
        directory: The run's folder.
    """

    directory: Path

    def write(self, task: Task, outcomes: list[Outcome]) -> Written:
        """Write a result durably.

        Raises:
            UnavailableError: The disk is full, or the folder cannot be written.
        """
        return Written(self.fits.write(task, outcomes))

    @property
    def fits(self) -> FitFiles:
        """The results."""
        return FitFiles(self.directory / "fits")

    @property
    def checkpoints(self) -> CheckpointFiles:
        """The checkpoints."""
        return CheckpointFiles(self.directory / "checkpoints")


@dataclass(frozen=True)
class ByValue:
    """Results travel to the driver, which writes them: for a worker that does not see the run's folder.

    Attributes:
        checkpoints: Those that the task goes on from, and its own.
    """

    checkpoints: CarriedCheckpoints

    def write(self, task: Task, outcomes: list[Outcome]) -> Written:
        """The result, to travel."""
        pauses = any(outcome.status == "paused" for outcome in outcomes)
        return Written(*packed(task, outcomes), self.checkpoints.read(task.id) if pauses else None)


def train_task(
    task: Task,
    dataset: Dataset,
    normalisations: Normalisations,
    results: Results,
    unwanted: Callable[[], bool],
) -> Iterator[Advanced | Written]:
    """Train a task: a pure function of its description.

    It goes on from its checkpoint, or from where the tasks that its members come from left them, or trains those again; the
    weights are the same to the last bit. A task that pauses leaves a checkpoint for those that go on.

    Args:
        task: What to train.
        dataset: The data that it names.
        normalisations: Of that data.
        results: Where its result goes.
        unwanted: Whether to end early; asked after every epoch.

    Yields:
        How far the training is, and at last where its result is.

    Raises:
        StoppedError: It ended early, and has written a checkpoint of what it had trained of its own.
        UnavailableError: The disk is full, or the folder cannot be written.
    """
    checkpoints = results.checkpoints
    with torch_threads(task.group.threads), product_threads(task.group.threads):
        loop, ended = _begun(task, dataset, normalisations, checkpoints, unwanted)
        yield from _trained(loop, ended, task, checkpoints, unwanted)
    pausing = {each.position: Outcome.of(each.fit) for each in loop.paused()}
    if pausing:
        checkpoints.write(task.id, Checkpoint(loop.states(), ended))
    everybody = ended | pausing
    written = results.write(task, [everybody[place] for place in sorted(everybody)])
    if not pausing:
        checkpoints.remove(task.id)
    yield written


def _begun(
    task: Task,
    dataset: Dataset,
    normalisations: Normalisations,
    checkpoints: Checkpoints,
    unwanted: Callable[[], bool],
) -> tuple[Loop, dict[int, Outcome]]:
    # The training as it stands, and the members that have ended.
    own = checkpoints.read(task.id)
    if own is not None:
        loop = group_loop(task.group, dataset, normalisations)
        with suppress(StateError):  # written by another version
            loop.restore(own.states)
            return loop, own.ended
    ids = _ids(task)

    def kept(group: Group) -> Mapping[int, State] | None:
        found = checkpoints.read(ids[group])
        return None if found is None else found.states

    return begun_loop(task.group, dataset, normalisations, kept, unwanted), {}


def _ids(task: Task) -> dict[Group, str]:
    # Of the groups of all tasks that it comes from, however far back.
    found = {each.group: each.id for each in task.before}
    for each in task.before:
        found |= _ids(each)
    return found


def _trained(
    loop: Loop,
    ended: dict[int, Outcome],
    task: Task,
    checkpoints: Checkpoints,
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
        if loop.active and (stops or now - kept > _KEEPS):
            checkpoints.write(task.id, Checkpoint(loop.states(), dict(ended)))
            kept = now
        if stops and loop.active:
            raise StoppedError
        if now - said > _SAYS:
            yield Advanced(counted, loss)
            counted, said = 0, now
    yield Advanced(counted, loss)
