"""The library: all runs in one folder, each known by an id; nobody outside ever names a path."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from studium.errors import RunFolderError, UnavailableError
from studium.runs import RunFolder
from studium.runs.state import RunState
from studium.web.remembered import Remembered, Signature, signature

_ID_DIGITS = 16
_STATE = "run.json"


@dataclass(frozen=True)
class ListedRun:
    """A run in the list.

    Attributes:
        id: Made from the name.
        name: The folder's.
        state: How far it is; ``None`` when it cannot be read.
        damage: Why it cannot be read; else empty.
    """

    id: str
    name: str
    state: RunState | None
    damage: str = ""


class Library:
    """The runs in a folder.

    Args:
        root: The folder.

    Raises:
        RunFolderError: There is no such folder, or it is itself a run.
    """

    def __init__(self, root: Path) -> None:
        if (root / _STATE).is_file():
            raise RunFolderError(
                f"{root} is one run, but the page shows the runs of a folder: give the folder that holds it, {root.parent}"
            )
        if not root.is_dir():
            raise RunFolderError(
                f"there is no folder {root}, but the page shows the runs of one: make a run with `studium run`, or give "
                "the folder that holds your runs"
            )
        self.root = root
        self._states: Remembered[ListedRun] = Remembered(10_000)

    def runs(self) -> list[ListedRun]:
        """All runs, the newest first, damaged ones at the end."""
        found = [self._listed(path) for path in self._paths().values()]
        return sorted(found, key=lambda run: run.state.started if run.state else "", reverse=True)

    def path(self, run_id: str) -> Path | None:
        """The folder of a run; ``None`` when there is no run of this id."""
        return self._paths().get(run_id)

    def folder(self, run_id: str) -> RunFolder:
        """A run, to be read.

        Raises:
            RunFolderError: There is none of this id, or it is damaged.
        """
        path = self.path(run_id)
        if path is None:
            raise RunFolderError("there is no such run here: go back to the list of runs")
        return RunFolder(path)

    def signature(self) -> Signature:
        """Changes whenever the list does."""
        return signature([path / _STATE for path in self._paths().values()])

    def _paths(self) -> dict[str, Path]:
        try:
            with os.scandir(self.root) as entries:
                names = sorted(entry.name for entry in entries if _holds_run(entry))
        except OSError as error:
            raise UnavailableError(
                f"the folder of runs {self.root} cannot be read any more ({error.strerror}): put it back"
            ) from error
        return {run_id(name): self.root / name for name in names}

    def _listed(self, path: Path) -> ListedRun:
        return self._states.get(path.name, [path / _STATE], lambda: _read(path))


def run_id(name: str) -> str:
    """The id of a run.

    Example:
        >>> run_id("regression-1")
        '695e622a98a39fc9'
    """
    return hashlib.sha256(os.fsencode(name)).hexdigest()[:_ID_DIGITS]


def run_signature(path: Path) -> Signature:
    """Changes whenever something of a run does that the page shows."""
    return signature([path / name for name in (_STATE, "progress.json", "comparisons.json", "fits")])


def _holds_run(entry: os.DirEntry[str]) -> bool:
    try:
        return not entry.name.startswith(".") and entry.is_dir() and os.path.lexists(Path(entry) / _STATE)
    except OSError:
        return False


def _read(path: Path) -> ListedRun:
    name = path.name.encode("utf-8", "replace").decode()
    try:
        return ListedRun(run_id(path.name), name, RunFolder(path).state)
    except RunFolderError as error:
        return ListedRun(run_id(path.name), name, None, str(error))
