"""What views read of a run, each kept in memory until its files change."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from studium.errors import RunFolderError, StudiumError
from studium.report.content import Content, content
from studium.runs import RunFolder
from studium.runs.results import StepComparison
from studium.runs.state import StepState
from studium.web.library import Library, run_signature
from studium.web.remembered import Remembered, Signature
from studium.web.trials.exploration import Exploration
from studium.web.trials.fits import FitReader
from studium.web.trials.records import explored
from studium.web.trials.running import RunningTrials

_KEPT = 24  # steps, and runs


class OneStep(RunFolder):
    """A run of which one step is looked at; all that reads a run can read it.

    Args:
        path: The run's folder.
        step: Name of the step.
    """

    def __init__(self, path: Path, step: str) -> None:
        super().__init__(path)
        self._step = step

    def finished(self, *kinds: str) -> list[StepState]:
        """The step, if its results are there."""
        return [step for step in super().finished(*kinds) if step.name == self._step]

    @cached_property
    def comparisons(self) -> tuple[StepComparison, ...]:
        """None: there is one step, and nothing to compare it with."""
        return ()


@dataclass(frozen=True)
class Reading:
    """A run and one of its steps, as they are now.

    Attributes:
        folder: The run.
        step: The step.
    """

    folder: RunFolder
    step: StepState


class Readings:
    """Reads runs for views.

    Args:
        library: Where the runs are.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._contents: Remembered[Content] = Remembered(_KEPT)
        self._explorations: Remembered[Exploration | None] = Remembered(_KEPT)
        self._readers: dict[tuple[str, str, float], tuple[FitReader, RunningTrials]] = {}
        self._lock = threading.Lock()

    def step(self, run: str, name: str) -> Reading:
        """A step as it is now.

        Raises:
            RunFolderError: There is no such run or step, or the run is damaged.
        """
        folder = self._library.folder(run)
        found = next((step for step in folder.state.steps if step.name == name), None)
        if found is None:
            raise RunFolderError(f"the run {folder.name} has no step of this name: choose one from its list")
        return Reading(folder, found)

    def signature(self, run: str) -> Signature:
        """Changes whenever something of a run does; empty when the run is gone."""
        path = self._library.path(run)
        return () if path is None else run_signature(path)

    def content(self, run: str) -> Content:
        """All that the report says of a run.

        Raises:
            RunFolderError: The run is damaged.
        """
        folder = self._library.folder(run)
        return self._contents.get(
            (run,), [folder.state_path, folder.path / "comparisons.json"], lambda: content(folder)
        )

    def step_content(self, run: str, step: str) -> Content:
        """All that the report says of one step.

        Raises:
            RunFolderError: The step is damaged.
        """
        folder = OneStep(self._library.folder(run).path, step)
        return self._contents.get((run, step), [folder.state_path], lambda: content(folder))

    def exploration(self, run: str, step: str) -> Exploration | None:
        """The trials of a step, finished or running; ``None`` when there are none.

        Raises:
            RunFolderError: The step is damaged.
        """
        reading = self.step(run, step)
        if reading.step.status == "complete":
            folder = reading.folder
            paths = [folder.study_path(step), folder.state_path]
            return self._explorations.get((run, step), paths, lambda: explored(folder, reading.step))
        if reading.step.status == "running":
            return self._running(run, reading)
        return None

    def begin(self, run: str, step: str) -> None:
        """Begin to read a step, for a view that is about to ask for it."""
        threading.Thread(target=self._read_ahead, args=(run, step), daemon=True).start()

    def _read_ahead(self, run: str, step: str) -> None:
        with suppress(StudiumError):  # the view that asks says why
            self.exploration(run, step)

    def _running(self, run: str, reading: Reading) -> Exploration | None:
        progress = reading.folder.progress
        if progress is None or progress.step != reading.step.name:
            return None
        key = (run, progress.step, progress.since)
        with self._lock:  # a reader keeps its place in the files
            if key not in self._readers:
                self._readers = {other: kept for other, kept in self._readers.items() if other[0] != run}
                reader = FitReader(reading.folder.path / "fits", progress.since)
                self._readers[key] = reader, RunningTrials(progress.metric)
            reader, trials = self._readers[key]
            return trials.explored(reader.read())
