"""The engine: what durability costs a task, how fast workers start and a study resumes, and what a second worker gives."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.timing import Timing, in_turn
from studium.data import Dataset, open_dataset
from studium.execution import DurableEngine
from studium.execution.in_process import InProcess
from studium.execution.place import Place
from studium.execution.workers import Workers
from studium.files import write_atomic
from studium.models import preset
from studium.training import Member, TrainConfig
from studium.training.defaults import default_config
from studium.training.engine import Engine
from studium.training.group import Group
from studium.training.in_memory import InMemory

TASKS = 300
FINISHED = 10_000
ROUNDS = 3
N_TRIALS = 6
TRIAL_ROWS = 12_000
CORES = os.cpu_count() or 1


def main() -> None:
    _overhead()
    _start()
    _resume()
    _second_worker()


def _overhead() -> None:
    data = open_dataset("curve")
    with _run_folder() as one, _local(2) as two:
        works: dict[str, Callable[[], object]] = {
            "memory": lambda: _train(InMemory(1), data, _small(data, TASKS)),
            "floor": lambda: _write_files(one, TASKS),
            "in process": lambda: _fresh(
                one, lambda path: InProcess(path, workers=1), data, _small(data, TASKS)
            ),
            "with forks": lambda: _fresh(one, InProcess, data, _small(data, TASKS)),
            "two workers": lambda: _again(two, data, _small(data, TASKS)),
        }
        found = in_turn(works, rounds=ROUNDS)
    memory, floor, process, forks, workers = (found[name].median * 1000 / TASKS for name in works)
    print(
        f"a task of one epoch of one small network, n={ROUNDS} rounds of {TASKS}: training in memory {memory:.2f} ms; one "
        f"durable file of 30 kB {floor:.2f} ms. In process, one at a time {process:.2f} ms, "
        f"overhead {process - memory:.2f}; with a fork per core {forks:.2f} ms, overhead {forks - memory / CORES:.2f} "
        f"(below 1). On two local workers {workers:.2f} ms, overhead {workers - memory / 2:.2f} (below 5)"
    )


def _start() -> None:
    data = open_dataset("curve")
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        with _local(2) as workers:
            _again(workers, data, _small(data, 2))
            seconds.append(time.perf_counter() - began)
    print(f"two local workers started and two tasks done: {Timing(tuple(seconds))} (below 4)")


def _resume() -> None:
    data = open_dataset("curve")
    groups = _small(data, FINISHED)
    with _run_folder() as path:
        _fresh(path, InProcess, data, groups)
        seconds = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            engine = DurableEngine(path, InProcess(path))
            n_ends = _train(engine, data, groups)
            seconds.append(time.perf_counter() - began)
            tally = engine.tally
            engine.close()
            assert (n_ends, tally.computed, tally.reused) == (FINISHED, 0, FINISHED)
    print(
        f"{FINISHED:,} finished tasks checked and answered from the disk: {Timing(tuple(seconds))} (below 5)"
    )


def _second_worker() -> None:
    data = open_dataset("fashion-mnist")
    spec = preset("cnn", data.input_shape, data.n_outputs)
    config = default_config(spec, data).model_copy(update={"epochs": 1})
    rows = data.training_pool[:TRIAL_ROWS]
    groups = [
        Group((Member(spec, config, rows[:-2000], rows[-2000:], seed),), fused=False)
        for seed in range(N_TRIALS)
    ]
    with _local(1) as one, _local(2) as two:
        works: dict[str, Callable[[], object]] = {
            "one": lambda: _again(one, data, groups),
            "two": lambda: _again(two, data, groups),
        }
        found = in_turn(works, rounds=ROUNDS)
    ratio = found["one"].median / found["two"].median
    print(
        f"{N_TRIALS} trials of cnn on {TRIAL_ROWS - 2000:,} images: one worker {found['one']}, two workers {found['two']}: "
        f"{ratio:.2f} times the throughput (at least 1.6)"
    )


def _small(data: Dataset, number: int) -> list[Group]:
    spec, config = preset("net", data.input_shape, data.n_outputs), TrainConfig(epochs=1, learning_rate=0.01)
    rows = data.training_pool
    return [Group((Member(spec, config, rows[:80], rows[80:], seed),), fused=True) for seed in range(number)]


def _train(engine: Engine, data: Dataset, groups: Sequence[Group]) -> int:
    return sum(hasattr(message, "outcome") for message in engine.run(data, groups))


def _fresh(path: Path, place: Callable[[Path], Place], data: Dataset, groups: Sequence[Group]) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as directory:
        target = path if not any(path.iterdir()) and len(groups) == FINISHED else Path(directory)
        engine = DurableEngine(target, place(target))
        _train(engine, data, groups)
        engine.close()


class _Kept:
    """A place that outlives the engines that use it, as it does for the studies of one run."""

    def __init__(self, path: Path, place: Workers) -> None:
        self.path, self.place = path, place


def _again(kept: _Kept, data: Dataset, groups: Sequence[Group]) -> None:
    for file in kept.path.glob("fits/*"):
        file.unlink()
    engine = DurableEngine(kept.path, kept.place)
    _train(engine, data, groups)
    engine._ledger.close()


@contextmanager
def _local(n_workers: int) -> Iterator[_Kept]:
    with _run_folder() as path:
        place = Workers.local(path, n_workers)
        try:
            yield _Kept(path, place)
        finally:
            place.close()


@contextmanager
def _run_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as directory:
        os.environ.setdefault("STUDIUM_CACHE", directory)
        path = Path(directory) / "runs" / "run"
        path.mkdir(parents=True)
        yield path


def _write_files(path: Path, number: int) -> None:
    with tempfile.TemporaryDirectory(dir=path.parent) as directory:
        for place in range(number):
            write_atomic(Path(directory) / str(place), b"x" * 30_000)
