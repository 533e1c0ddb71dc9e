"""Results of other runs in the same folder: equal tasks are computed once."""

from __future__ import annotations

import os
import shutil
from functools import cached_property
from pathlib import Path

from studium.execution.fit_files import FitFiles
from studium.execution.record_file import DamagedRecordError
from studium.files import sync_directory


class Neighbours:
    """The runs beside a run.

    Args:
        directory: The run's own folder.
    """

    def __init__(self, directory: Path) -> None:
        self._own = directory.resolve()

    def bring(self, task: str, to: FitFiles) -> bool:
        """Bring a neighbour's result of a task here, when there is a whole one.

        The file is shared where the disk can, so that it costs nothing; results are never changed once they are written.

        Args:
            task: Its id.
            to: Where the result belongs.

        Returns:
            Whether it is here now.
        """
        for fits in self._known.get(task, ()):
            try:
                if fits.read(task) is None:
                    continue
                to.directory.mkdir(parents=True, exist_ok=True)
                _share(fits.path(task), to.path(task))
            except (DamagedRecordError, OSError):
                continue
            return True
        return False

    @cached_property
    def _known(self) -> dict[str, list[FitFiles]]:
        found: dict[str, list[FitFiles]] = {}
        for directory in sorted(self._own.parent.glob("*/fits")):
            fits = FitFiles(directory)
            if directory.parent != self._own and (directory.parent / "run.json").is_file():
                for task in fits.tasks():
                    found.setdefault(task, []).append(fits)
        return found


def _share(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    sync_directory(target.parent)
