"""The run folder, written: only the driver of a run does this."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Literal

from studium.config import Frozen
from studium.errors import OutputError
from studium.files import atomic_directory, check_writable, write_atomic
from studium.runs.comparisons import compare_steps
from studium.runs.folder import RUNS, RunFolder
from studium.runs.state import RunState, StepState, StepStatus, TaskCounts
from studium.runs.step_folders import StepFolders


class RunWriter:
    """Writes one run; everything it writes appears whole or not at all.

    Args:
        path: The run's folder.
        state: How far it is.
    """

    def __init__(self, path: Path, state: RunState) -> None:
        self.path = path
        self._state = state

    @classmethod
    def begun(
        cls,
        path: Path,
        *,
        plan_name: str,
        plan_text: str,
        environment: dict[str, Any],
        steps: tuple[StepState, ...],
    ) -> RunWriter:
        """The writer of a new run.

        Args:
            path: A new, empty folder, from :func:`new_run`.
            plan_name: Name of the plan.
            plan_text: The resolved plan, TOML.
            environment: What the results depend on beside the plan.
            steps: The steps, none of them begun.
        """
        writer = cls(path, RunState(plan=plan_name, started=_now(), steps=steps))
        write_atomic(path / "plan.toml", plan_text)
        write_atomic(path / "environment.json", json.dumps(environment, indent=2) + "\n")
        writer._write_state()  # last: a folder without it is no run
        return writer

    @classmethod
    def resumed(cls, folder: RunFolder, again: Collection[str]) -> RunWriter:
        """The writer of a run that goes on.

        Args:
            folder: The run.
            again: Steps to be done, again or for the first time; the others are finished.
        """
        steps = tuple(
            step.model_copy(update={"status": "waiting", "seconds": 0.0, "reason": ""})
            if step.name in again
            else step
            for step in folder.state.steps
        )
        going = folder.state.model_copy(update={"status": "running", "finished": "", "steps": steps})
        writer = cls(folder.path, going)
        writer._write_state()
        return writer

    @property
    def folder(self) -> RunFolder:
        """The run as it is on disk now."""
        return RunFolder(self.path)

    @contextmanager
    def results(self, step: str) -> Iterator[StepFolders]:
        """Folders for a step's files, which become part of the run when the block ends without exception."""
        model, study = (self.path / place / step for place in ("models", "studies"))
        with atomic_directory(model) as new_model, atomic_directory(study) as new_study:
            yield StepFolders(new_model, new_study, self.path)
        for folder in (model, study):
            _drop_empty(folder)

    def step(self, name: str, status: StepStatus, *, seconds: float = 0.0) -> None:
        """Record a change of a step."""
        self._change(lambda step: step.name == name, status=status, seconds=seconds)
        self._write_state()

    def tasks(self, counts: TaskCounts) -> None:
        """Record what became of the tasks so far; written with the next change."""
        self._state = self._state.model_copy(update={"tasks": counts})

    def finish(
        self, status: Literal["complete", "failed", "interrupted"] = "complete", reason: str = ""
    ) -> None:
        """Record the end of the run, and compare what is finished.

        Args:
            status: Of the run, and of a step that has begun and is not finished.
            reason: Why it failed.
        """
        self._change(lambda step: step.status == "running", status=status, reason=reason)
        write_record(self.path / "comparisons.json", compare_steps(self.folder.results()))
        self._state = self._state.model_copy(update={"status": status, "finished": _now()})
        self._write_state()

    def _change(self, which: Callable[[StepState], bool], **change: object) -> None:
        steps = tuple(step.model_copy(update=change) if which(step) else step for step in self._state.steps)
        self._state = self._state.model_copy(update={"steps": steps})

    def _write_state(self) -> None:
        write_record(self.path / "run.json", self._state)


def new_run(plan_name: str, out: Path | None = None, runs: Path = RUNS) -> Path:
    """Create the folder of a new run; another run is never touched.

    Args:
        plan_name: Runs are named ``<plan>-1``, ``<plan>-2`` and so on.
        out: The folder itself, when the user chose one; it must be new or empty.
        runs: Where numbered runs are kept.

    Raises:
        OutputError: The folder holds something, or cannot be made.
    """
    try:
        return _numbered(runs, plan_name) if out is None else _chosen(out)
    except OSError as error:
        raise OutputError(
            f"cannot make the run folder {out or runs} ({error.strerror}): choose another place with --out"
        ) from error


def check_new(out: Path) -> None:
    """Make sure, before any work is spent, that a run can be written to a folder.

    Raises:
        OutputError: It holds something, is a file, or cannot be written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(
            f"{out} is not an empty folder, but a run never overwrites anything: choose a new folder with --out"
        )
    check_writable(out)


def write_record(path: Path, record: Frozen) -> None:
    """Write a record as JSON, atomically."""
    write_atomic(path, record.model_dump_json(indent=1) + "\n")


def _numbered(runs: Path, plan_name: str) -> Path:
    runs.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        path = runs / f"{plan_name}-{number}"
        try:
            path.mkdir()
        except FileExistsError:
            continue
        return path
    raise AssertionError


def _chosen(out: Path) -> Path:
    check_new(out)
    out.mkdir(parents=True, exist_ok=True)
    return out


def _drop_empty(folder: Path) -> None:
    for each in (folder, folder.parent):
        if not any(each.iterdir()):
            each.rmdir()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
