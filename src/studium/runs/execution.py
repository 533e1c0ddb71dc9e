"""Where the tasks of a run are computed."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from studium.errors import SettingError
from studium.execution.cluster import Certificates, Connected, connect
from studium.execution.in_process import InProcess
from studium.execution.place import Place
from studium.execution.workers import Workers

_WORTH_WORKERS = 120.0  # seconds of work; below, the seconds that workers need to start are not worth it


@dataclass(frozen=True)
class Execution:
    """Where the tasks of a run are computed; results never depend on it.

    Attributes:
        workers: ``auto``: in process for small work, else one worker per core; 0: in process, which is this process and
            forks of it on the other cores; N: so many worker processes on this machine.
        cluster: Address of a Dask scheduler, ``tls://host:port``, in place of workers on this machine.
        certificates: Who we are to the cluster; by default what Dask's own configuration says.
    """

    workers: int | Literal["auto"] = "auto"
    cluster: str | None = None
    certificates: Certificates | None = None

    def __post_init__(self) -> None:
        if self.workers != "auto" and self.workers < 0:
            raise SettingError(
                f"the number of workers is {self.workers}, but it must be 0 or more: choose 0 to compute in process"
            )
        if self.cluster is not None and self.workers != "auto":
            raise SettingError(
                f"there are {self.workers} workers and a cluster, but tasks are computed in one place: leave one of them out"
            )
        if self.certificates is not None and self.cluster is None:
            raise SettingError(
                "there are certificates, but no cluster that asks for them: name it, or leave them out"
            )

    def reach(self) -> Connected | None:
        """Connect to the cluster, when there is one, so that a wrong address is known before anything is written.

        Raises:
            ClusterError: It cannot be used.
        """
        return None if self.cluster is None else connect(self.cluster, self.certificates)

    def place(self, directory: Path, seconds: float, connected: Connected | None) -> Place:
        """The place.

        Args:
            directory: The run's folder.
            seconds: A guess of the work.
            connected: What :meth:`reach` gave.
        """
        if connected is not None:
            return Workers.cluster(directory, connected)
        if self.workers == "auto":
            cores = os.cpu_count() or 1
            return Workers.local(directory, cores) if seconds > _WORTH_WORKERS else InProcess(directory)
        return InProcess(directory) if self.workers == 0 else Workers.local(directory, self.workers)
