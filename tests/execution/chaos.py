"""Runs that are killed, and what must be true of them afterwards.

``python -m tests.execution.chaos [ROUNDS]`` kills drivers and workers at so many random moments each (``make chaos``).
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil

PLAN = """
name = "chaos"

[[steps]]
kind = "study"
name = "rates"
data = "curve"
model = "net"
parameters = ["lr=1e-4:1e-1:log", "momentum=0.1:0.95"]
sampler = "tpe"
points = {points}
folds = 4
seeds = 2
config = {{ epochs = {epochs}, patience = 60, optimizer = "momentum" }}

[[steps]]
kind = "train"
name = "pictures"
data = "digits"
model = "cnn_d"
seeds = 2
config = {{ epochs = 4 }}
"""
FULL = {"points": 40, "epochs": 400}
SHORT = {"points": 20, "epochs": 60}
_WAIT = 60.0  # seconds for processes to end


@dataclass(frozen=True)
class Ended:
    """A run that has come to its end.

    Attributes:
        weights: Hash over all tasks' weights.
        results: Trials, scores and statistics of all steps, without times.
        models: The exported models' weights, by step.
        seconds: From the moment its folder was there.
        computed: Tasks that the last driver computed.
    """

    weights: str
    results: dict[str, Any]
    models: dict[str, bytes]
    seconds: float
    computed: int

    def assert_equal(self, other: Ended) -> None:
        """Everything but times is the same to the last bit."""
        assert self.results == other.results
        assert self.models == other.models
        assert self.weights == other.weights


class Disturbed:
    """One run, started with a number of workers, in a folder of its own.

    Args:
        directory: A new folder.
        workers: As ``--workers``.
        size: Of the study.
    """

    def __init__(self, directory: Path, workers: int, size: dict[str, int]) -> None:
        directory.mkdir(parents=True)
        self.path, self._workers = directory / "run", workers
        (directory / "plan.toml").write_text(PLAN.format(**size))
        self._plan = directory / "plan.toml"
        self._environment = os.environ | {"STUDIUM_CACHE": str(directory.parent / "cache")}

    def start(self) -> subprocess.Popen[str]:
        """Start it, and wait until its folder is there."""
        program = self._program("run", str(self._plan), "--out", str(self.path))
        while program.poll() is None and not (self.path / "run.json").exists():
            time.sleep(0.01)
        return program

    def resume(self) -> subprocess.Popen[str]:
        """Go on with it."""
        return self._program("resume", str(self.path))

    def finish(self, program: subprocess.Popen[str]) -> Ended:
        """Wait for its end, which must be a good one."""
        started = time.perf_counter()
        output, messages = program.communicate(timeout=600)
        assert program.returncode == 0, messages
        seconds = time.perf_counter() - started
        assert [path.name for path in self.path.rglob(".*")] == []
        assert not list(self.path.glob("checkpoints/*"))
        assert {path.name for path in self.path.iterdir()} >= {"ledger.db", "fits", "rows", "run.json"}
        assert not (self.path / "ledger.db-journal").exists()
        studies = sorted(self.path.glob("studies/*/*.json"))
        scores = sorted(self.path.glob("models/*/evaluation.json"))
        tasks = json.loads(output)["tasks"]
        return Ended(
            weights=tasks["weights"],
            results={
                path.parent.name: timeless(json.loads(path.read_text())) for path in (*studies, *scores)
            },
            models={
                path.parent.name: path.read_bytes() for path in self.path.glob("models/*/weights.safetensors")
            },
            seconds=seconds,
            computed=tasks["computed"],
        )

    def n_finished(self) -> int:
        """Tasks whose results are on the disk."""
        return len(list(self.path.glob("fits/[!.]*.safetensors")))

    def is_over(self) -> bool:
        """Whether it has come to its end already."""
        return bool(json.loads((self.path / "run.json").read_text())["status"] == "complete")

    def _program(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "studium", *arguments, "--workers", str(self._workers), "--json"]
        return subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self._environment,
            start_new_session=True,  # a process group of its own, as in a terminal
        )


def undisturbed(directory: Path, workers: int, size: dict[str, int]) -> Ended:
    """A run that nobody disturbs."""
    run = Disturbed(directory, workers, size)
    return run.finish(run.start())


def kill_driver(directory: Path, workers: int, size: dict[str, int], seconds: float, expected: Ended) -> str:
    """Kill a run's driver after some time, go on with it, and compare; says what happened."""
    run = Disturbed(directory, workers, size)
    program = run.start()
    time.sleep(seconds)
    family = _family(program.pid)
    program.kill()
    program.communicate()
    _assert_gone(family)
    kept, over = run.n_finished(), run.is_over()
    ended = run.finish(run.resume())
    ended.assert_equal(expected)
    again = 0 if over else ended.computed
    assert again <= expected.computed - kept, "a finished task was computed again"
    return f"driver killed after {seconds:.2f} s with {kept} tasks finished, {again} computed after it"


def kill_worker(
    directory: Path,
    workers: int,
    size: dict[str, int],
    seconds: float,
    expected: Ended,
    stream: np.random.Generator,
) -> str:
    """Kill one of a run's workers after some time, and compare what the run comes to by itself."""
    run = Disturbed(directory, workers, size)
    program = run.start()
    time.sleep(seconds)
    found = _workers(program.pid)
    if found:
        victim = found[int(stream.integers(len(found)))]
        victim.kill()
    ended = run.finish(program)
    ended.assert_equal(expected)
    return f"{'a worker' if found else 'nobody'} killed after {seconds:.2f} s"


def interrupt(directory: Path, workers: int, size: dict[str, int], seconds: float, expected: Ended) -> None:
    """Press Ctrl-C, which reaches all processes, after some time; then go on with the run, and compare."""
    run = Disturbed(directory, workers, size)
    program = run.start()
    time.sleep(seconds)
    family = _family(program.pid)
    os.killpg(program.pid, signal.SIGINT)
    output, messages = program.communicate(timeout=120)
    assert (program.returncode, output) == (130, ""), messages
    assert "Traceback" not in messages
    assert f"to go on: studium resume {run.path}" in messages
    assert json.loads((run.path / "run.json").read_text())["status"] == "interrupted"
    _assert_gone(family)
    run.finish(run.resume()).assert_equal(expected)


def timeless(record: Any) -> Any:
    """A record without the times that it took."""
    if isinstance(record, dict):
        return {key: timeless(value) for key, value in record.items() if "seconds" not in key}
    return [timeless(value) for value in record] if isinstance(record, list) else record


def _family(process: int) -> list[psutil.Process]:
    try:
        return psutil.Process(process).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _workers(process: int) -> list[psutil.Process]:
    # Forks of the driver, or children of Dask's nannies; not multiprocessing's own helpers.
    family = [each for each in _family(process) if "resource_tracker" not in _command(each)]
    return [each for each in family if "spawn_main" in _command(each) or "studium" in _command(each)]


def _command(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _assert_gone(family: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(family, timeout=_WAIT)
    alive = [each for each in alive if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
    assert not alive, f"orphans: {[_command(each) for each in alive]}"


def main(rounds: int) -> None:
    """Kill drivers and workers at so many random moments each, in process and with two workers."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    directory = Path(tempfile.mkdtemp())
    stream = np.random.default_rng(0)
    try:
        expected = {
            workers: undisturbed(directory / f"undisturbed-{workers}" / "alone", workers, FULL)
            for workers in (0, 2)
        }
        expected[2].assert_equal(expected[0])
        for workers, ended in expected.items():
            print(
                f"--workers {workers}: {ended.seconds:.1f} s, {ended.computed} tasks, weights {ended.weights[:16]}",
                flush=True,
            )
        for number in range(2 * rounds):
            workers, place = (0, 2)[number % 2], directory / f"{number}" / "alone"
            seconds = float(stream.uniform(0, expected[workers].seconds))
            if number < rounds:
                words = kill_driver(place, workers, FULL, seconds, expected[workers])
            else:
                words = kill_worker(place, workers, FULL, seconds, expected[workers], stream)
            print(f"{number + 1:2d} --workers {workers}: {words}", flush=True)
            shutil.rmtree(place.parent)
        print(f"{2 * rounds} disturbed runs are equal to the undisturbed ones, to the last bit")
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
