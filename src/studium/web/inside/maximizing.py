"""Maximizations in the background: a process each, its progress, and its result."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_KEPT = 64  # results
_WORKER = "studium.web.inside.maximize_worker"
_BROKEN = "the maximization ended before it was finished: start it again"


@dataclass(eq=False)
class MaximizationJob:
    """One maximization.

    Attributes:
        process: That computes it.
        done: Steps done.
        total: Steps in all; 0 as long as nobody knows.
        result: The result as JSON; empty before the end.
        error: Why there is none, in a sentence.
    """

    process: subprocess.Popen[bytes]
    done: int = 0
    total: int = 0
    result: str = ""
    error: str = ""
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def runs(self) -> bool:
        """Whether it goes on."""
        return not self.ended.is_set()


Key = tuple[str, str, int]


class Maximizing:
    """All maximizations: one at a time, a new one ends another that runs; results are kept."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[Key, MaximizationJob] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, model: Path, layer: str, unit: int, data: dict[str, Any]) -> None:
        """Begin to maximize a unit, unless that runs or is finished.

        Args:
            model: Folder of the model.
            layer: Name of the layer.
            unit: Index of the unit.
            data: What the run's plan says of the data.
        """
        key = (str(model), layer, unit)
        with self._lock:
            known = self._jobs.get(key)
            if known is not None and (known.runs or known.result):
                return
            for other in self._jobs.values():
                if other.runs:
                    other.process.kill()
            self._jobs[key] = _begun({"model": str(model), "layer": layer, "unit": unit, "data": data})
            while len(self._jobs) > _KEPT:
                self._jobs.popitem(last=False)

    def find(self, model: Path, layer: str, unit: int) -> MaximizationJob | None:
        """The maximization of a unit; ``None`` when it was never begun."""
        with self._lock:
            return self._jobs.get((str(model), layer, unit))

    def close(self) -> None:
        """End all."""
        with self._lock:
            for job in self._jobs.values():
                if job.runs:
                    job.process.kill()
                job.process.wait()


def _begun(request: dict[str, Any]) -> MaximizationJob:
    process = subprocess.Popen(  # noqa: S603 - a list of our own words
        [sys.executable, "-m", _WORKER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    job = MaximizationJob(process)
    threading.Thread(target=_follow, args=(job, json.dumps(request).encode()), daemon=True).start()
    return job


def _follow(job: MaximizationJob, request: bytes) -> None:
    assert job.process.stdin is not None
    assert job.process.stdout is not None
    try:
        with job.process.stdin as into:
            into.write(request)
        for line in job.process.stdout:
            _take(job, json.loads(line))
    except (OSError, ValueError):  # it was ended
        pass
    finally:
        job.process.stdout.close()
        job.process.wait()
        if not job.result and not job.error:
            job.error = _BROKEN
        job.ended.set()


def _take(job: MaximizationJob, said: dict[str, Any]) -> None:
    job.done, job.total = said.get("done", job.done), said.get("total", job.total)
    job.result, job.error = said.get("result", job.result), said.get("error", job.error)
