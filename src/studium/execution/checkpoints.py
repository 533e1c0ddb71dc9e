"""Checkpoints: how far an unfinished task is, so that it can go on."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from studium.execution.fit_files import described, outcomes_of
from studium.execution.record_file import DamagedRecordError, decode, encode
from studium.files import write_atomic
from studium.training.outcome import Outcome
from studium.training.state import State

_LOOP = "loop/"


class Checkpoints:
    """The folder of checkpoints, one file a task.

    Args:
        directory: The folder.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def path(self, task: str) -> Path:
        """Where a task's checkpoint is, or would be."""
        return self._directory / f"{task}.safetensors"

    def write(self, task: str, state: State, ended: Mapping[int, Outcome]) -> None:
        """Keep how far a task is.

        Args:
            task: Its id.
            state: Of its training, at the end of an epoch.
            ended: Members that have ended, by place.

        Raises:
            UnavailableError: The disk is full, or the folder cannot be written.
        """
        said, arrays = described(ended)
        loop = {f"{_LOOP}{name}": array for name, array in state.arrays.items()}
        write_atomic(self.path(task), encode({"task": task, "loop": state.facts, **said}, {**arrays, **loop}))

    def read(self, task: str) -> tuple[State, dict[int, Outcome]] | None:
        """How far a task is; ``None`` when nothing is known, or what is there is damaged: it then begins anew."""
        try:
            facts, arrays = decode(self.path(task).read_bytes())
            if facts["task"] != task:
                return None
            loop = {
                name.removeprefix(_LOOP): array.copy()
                for name, array in arrays.items()
                if name.startswith(_LOOP)
            }
            return State(loop, facts["loop"]), outcomes_of(facts, arrays)
        except (OSError, DamagedRecordError, KeyError):
            return None

    def remove(self, task: str) -> None:
        """Forget a task that is finished."""
        self.path(task).unlink(missing_ok=True)
