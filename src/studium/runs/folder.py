"""The run folder, read back as data: all that reports and pages ever see of a run."""

from __future__ import annotations

import json
import tomllib
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from pydantic import ValidationError

from studium.config import Frozen, explain
from studium.errors import RunFolderError
from studium.runs.evidence import History
from studium.runs.inspection_record import InspectionRecord
from studium.runs.progress_file import StepProgress, read_progress
from studium.runs.results import StepComparison, StepComparisons, TrainResult
from studium.runs.state import FORMAT, RunState, StepState
from studium.runs.study_records import ComparisonRecord, SearchRecord, StudyRecord

Record = TypeVar("Record", bound=Frozen)

RUNS = Path("runs")
"""Where runs are kept by default."""


class RunFolder:
    """A run on disk.

    ::

        plan.toml              as resolved: every default written out
        environment.json       versions, CPU, threads
        run.json               how far it is
        progress.json          how far the running step is; only while it runs
        comparisons.json       which networks are ahead, and how sure that is
        models/<step>/         exported model, evaluation.json, history.json; there only when the step is finished
        studies/<step>/        study.json, comparison.json, search.json or inspection.json; likewise
        report.html

    Args:
        path: The folder.

    Raises:
        RunFolderError: There is no run in it, or one of another version, or a damaged one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        if not self.state_path.is_file():
            raise RunFolderError(
                f"{path} holds no run (there is no run.json in it): give the folder of a run"
            )
        self.state = _read_state(self.state_path)

    @classmethod
    def find(cls, name: str | Path) -> RunFolder:
        """A run by its folder, or by the name of a folder in ``runs``.

        Raises:
            RunFolderError: There is no such run.
        """
        path = Path(name)
        inside = RUNS / name
        return cls(inside if not path.exists() and inside.exists() else path)

    @property
    def name(self) -> str:
        """Name of the run: its folder's."""
        return self.path.resolve().name

    @property
    def state_path(self) -> Path:
        """Where the state is kept."""
        return self.path / "run.json"

    @property
    def plan_path(self) -> Path:
        """Where the resolved plan is kept."""
        return self.path / "plan.toml"

    @property
    def report_path(self) -> Path:
        """Where the report is written."""
        return self.path / "report.html"

    @cached_property
    def plan_text(self) -> str:
        """The resolved plan, TOML."""
        return _read_text(self.plan_path)

    @cached_property
    def plan(self) -> dict[str, Any]:
        """The resolved plan as a table.

        Raises:
            RunFolderError: It is missing or damaged.
        """
        try:
            return tomllib.loads(self.plan_text)
        except tomllib.TOMLDecodeError as error:
            raise _damaged(self.plan_path, str(error)) from error

    @cached_property
    def environment(self) -> dict[str, Any]:
        """Versions, CPU, threads, and the checksums of all data."""
        path = self.path / "environment.json"
        try:
            return dict(json.loads(_read_text(path)))
        except (ValueError, TypeError) as error:
            raise _damaged(path, str(error)) from error

    @property
    def progress(self) -> StepProgress | None:
        """How far the running step is; ``None`` when nothing runs."""
        return read_progress(self.path) if self.state.status == "running" else None

    def step_path(self, step: str) -> Path:
        """Folder of a finished step's exported model, its evaluation and its history."""
        return self.path / "models" / step

    def study_path(self, step: str) -> Path:
        """Folder of a finished step's trials and statistics."""
        return self.path / "studies" / step

    def finished(self, *kinds: str) -> list[StepState]:
        """Steps whose results are there, in the plan's order; of all kinds when none is named."""
        return [
            step
            for step in self.state.steps
            if step.status == "complete" and (not kinds or step.kind in kinds)
        ]

    def result(self, step: str) -> TrainResult:
        """The result of a finished `train` step, or of the winner of a `compare` or `search` step.

        Raises:
            RunFolderError: It is missing or damaged.
        """
        return _read(self.step_path(step) / "evaluation.json", TrainResult)

    def results(self) -> dict[str, TrainResult]:
        """The results of all finished `train` steps, by name, in the plan's order."""
        return {step.name: self.result(step.name) for step in self.finished("train")}

    def study(self, step: str) -> StudyRecord:
        """The result of a finished `study` step.

        Raises:
            RunFolderError: It is missing or damaged.
        """
        return _read(self.study_path(step) / "study.json", StudyRecord)

    def comparison(self, step: str) -> ComparisonRecord:
        """The result of a finished `compare` or `optimizers` step.

        Raises:
            RunFolderError: It is missing or damaged.
        """
        return _read(self.study_path(step) / "comparison.json", ComparisonRecord)

    def search(self, step: str) -> SearchRecord:
        """The result of a finished `search` step.

        Raises:
            RunFolderError: It is missing or damaged.
        """
        return _read(self.study_path(step) / "search.json", SearchRecord)

    def inspection(self, step: str) -> InspectionRecord:
        """The result of a finished `inspect` step.

        Raises:
            RunFolderError: It is missing or damaged.
        """
        return _read(self.study_path(step) / "inspection.json", InspectionRecord)

    @cached_property
    def comparisons(self) -> tuple[StepComparison, ...]:
        """Comparisons of finished steps; none before the end of the run."""
        path = self.path / "comparisons.json"
        return _read(path, StepComparisons).items if path.exists() else ()

    def history(self, step: str) -> History:
        """The learning curves of a finished step.

        Raises:
            RunFolderError: They are missing or damaged.
        """
        return _read(self.step_path(step) / "history.json", History)


def _read_state(path: Path) -> RunState:
    try:
        version = json.loads(_read_text(path)).get("format")
    except (json.JSONDecodeError, AttributeError) as error:
        raise _damaged(path, str(error)) from error
    if version != FORMAT:
        raise RunFolderError(
            f"{path} has format {version!r}, but this version of Studium reads format {FORMAT}: "
            "use the version that made the run, or run its plan.toml again"
        )
    return _read(path, RunState)


def _read(path: Path, record: type[Record]) -> Record:
    try:
        return record.model_validate_json(_read_text(path))
    except ValidationError as error:
        raise _damaged(path, str(explain(error, "record"))) from error


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not text"
        raise _damaged(path, str(reason)) from error


def _damaged(path: Path, reason: str) -> RunFolderError:
    return RunFolderError(f"{path} cannot be read ({reason}): restore the file or run the plan again")
