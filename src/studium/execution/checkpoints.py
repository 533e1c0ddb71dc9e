"""Checkpoints: where the members of an unfinished or paused task stand, so that they can go on."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

from studium.execution.fit_files import described, outcomes_of
from studium.execution.record_file import DamagedRecordError, decode, encode
from studium.files import write_atomic
from studium.training.outcome import Outcome
from studium.training.state import State


class Checkpoint(NamedTuple):
    """Where the members of a task stand at the end of an epoch.

    Attributes:
        states: Of those that still train, by place.
        ended: Of those that have ended, by place.
    """

    states: dict[int, State]
    ended: dict[int, Outcome]

    def of(self, places: Collection[int]) -> Checkpoint:
        """Where these members stand, for those that go on from there."""
        return Checkpoint({place: state for place, state in self.states.items() if place in places}, {})


class Checkpoints(Protocol):
    """Where checkpoints go, one a task."""

    def write(self, task: str, checkpoint: Checkpoint) -> None:
        """Keep where a task, given by its id, stands.

        Raises:
            UnavailableError: The disk is full, or the folder cannot be written.
        """

    def read(self, task: str) -> Checkpoint | None:
        """Where a task stands; ``None`` when nothing is known, or what is there is damaged: it then begins anew."""

    def remove(self, task: str) -> None:
        """Forget a task that nobody goes on from."""


class CheckpointFiles:
    """The folder of checkpoints, one file a task.

    Args:
        directory: The folder.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def path(self, task: str) -> Path:
        """Where a task's checkpoint is, or would be."""
        return self._directory / f"{task}.safetensors"

    def write(self, task: str, checkpoint: Checkpoint) -> None:
        """Keep where a task stands; see :class:`Checkpoints`."""
        said, arrays = described(checkpoint.ended)
        facts = {}
        for place, state in checkpoint.states.items():
            arrays |= {f"state/{place}/{name}": array for name, array in state.arrays.items()}
            facts[str(place)] = {"facts": state.facts, "arrays": sorted(state.arrays)}
        write_atomic(self.path(task), encode({"task": task, "states": facts, **said}, arrays))

    def read(self, task: str) -> Checkpoint | None:
        """Where a task stands; see :class:`Checkpoints`."""
        try:
            facts, arrays = decode(self.path(task).read_bytes())
            if facts["task"] != task:
                return None
            states = {
                int(place): State(
                    {name: arrays[f"state/{place}/{name}"].copy() for name in said["arrays"]}, said["facts"]
                )
                for place, said in facts["states"].items()
            }
            return Checkpoint(states, outcomes_of(facts, arrays))
        except (OSError, DamagedRecordError, KeyError):
            return None

    def remove(self, task: str) -> None:
        """Forget a task; see :class:`Checkpoints`."""
        self.path(task).unlink(missing_ok=True)


class CarriedCheckpoints:
    """Checkpoints that travel with a task to a worker that does not see the run's folder.

    Args:
        known: By the task's id.
    """

    def __init__(self, known: Mapping[str, Checkpoint]) -> None:
        self._known = dict(known)

    def write(self, task: str, checkpoint: Checkpoint) -> None:
        """Keep where a task stands; see :class:`Checkpoints`."""
        self._known[task] = checkpoint

    def read(self, task: str) -> Checkpoint | None:
        """Where a task stands; see :class:`Checkpoints`."""
        return self._known.get(task)

    def remove(self, task: str) -> None:
        """Forget a task; see :class:`Checkpoints`."""
        self._known.pop(task, None)
