"""Sets of row indices on the disk, each once, so that every task can be computed again from what the run's folder holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from studium.execution.record_file import DamagedRecordError, decode, encode
from studium.execution.task import RowIds, Task, rows_id
from studium.files import write_atomic

_ROWS = "rows"


class RowFiles:
    """The folder of row indices, named by their SHA-256.

    Args:
        directory: The folder.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._kept: set[str] = set()

    def keep(self, tasks: Iterable[Task], ids: RowIds) -> None:
        """Write the rows of tasks, those that are not there.

        Args:
            tasks: Whose rows.
            ids: Of the rows, as far as they are known.

        Raises:
            UnavailableError: The disk is full, or the folder cannot be written.
        """
        for task in tasks:
            for name, rows in task.rows(ids).items():
                if name not in self._kept and not self._path(name).exists():
                    write_atomic(self._path(name), encode({}, {_ROWS: rows.astype(np.int64)}))
                self._kept.add(name)

    def read(self, name: str) -> np.ndarray:
        """Row indices with this id, ``[N]``.

        Raises:
            DamagedRecordError: They are not there, or not what was written.
        """
        try:
            rows = decode(self._path(name).read_bytes())[1][_ROWS]
        except (OSError, KeyError) as error:
            raise DamagedRecordError(str(error)) from error
        if rows_id(rows) != name:
            raise DamagedRecordError("the rows are not those that the task names")
        return rows.copy()

    def _path(self, name: str) -> Path:
        return self._directory / f"{name}.safetensors"
