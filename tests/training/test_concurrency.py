"""Workers: what they give, and how they end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest

from studium.training.concurrency import Message, WorkerError, run_groups

GROUPS = [[0], [1], [2], [3], [4]]


def squares(group: list[int], unwanted: Callable[[], bool]) -> Iterator[Message]:
    yield "square", (group[0], group[0] ** 2, os.getpid())


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_every_group_is_trained_once(workers: int) -> None:
    messages = list(run_groups(GROUPS, squares, workers=workers, threads=1))
    assert sorted(content[:2] for _, content in messages) == [(number, number**2) for number in range(5)]
    own = {content[2] for _, content in messages}
    assert (os.getpid() in own) == (workers == 1)
    assert multiprocessing.active_children() == []


def test_a_worker_that_dies_is_an_error_in_words_and_the_others_end() -> None:
    def die(group: list[int], unwanted: Callable[[], bool]) -> Iterator[Message]:
        if group == [3]:
            os.kill(os.getpid(), signal.SIGKILL)
        yield "alive", group

    with pytest.raises(WorkerError, match="a training process died"):
        list(run_groups(GROUPS, die, workers=2, threads=1))
    assert multiprocessing.active_children() == []


def test_an_exception_travels_or_is_told_with_its_traceback() -> None:
    class LocalError(Exception):
        pass

    def fail(group: list[int], unwanted: Callable[[], bool]) -> Iterator[Message]:
        raise KeyError("told") if group == [0] else LocalError("only here")
        yield

    with pytest.raises(KeyError, match="told"):
        list(run_groups([[0], [0]], fail, workers=2, threads=1))
    with pytest.raises(WorkerError, match="only here"):
        list(run_groups([[1], [1]], fail, workers=2, threads=1))


def test_a_worker_that_does_not_listen_is_ended() -> None:
    def forever(group: list[int], unwanted: Callable[[], bool]) -> Iterator[Message]:
        yield "started", os.getpid()
        signal.pause()

    messages = run_groups(GROUPS, forever, workers=2, threads=1)
    _, process = next(messages)
    messages.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


ORPHANS = """
import os, signal, sys, time
from studium.training.concurrency import run_groups

def endless(group, unwanted):
    while True:
        yield "alive", os.getpid()
        time.sleep(0.01)

seen = set()
for _, process in run_groups([[0], [1]], endless, workers=2, threads=1):
    seen.add(process)
    if len(seen) == 2:
        print(*seen, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_workers_end_when_their_parent_is_killed() -> None:
    done = subprocess.run([sys.executable, "-c", ORPHANS], capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL
    processes = [int(number) for number in done.stdout.split()]
    assert len(processes) == 2
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and any(map(_runs, processes)):
        time.sleep(0.05)
    assert not any(map(_runs, processes))


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    # A process that ended stays in the table until somebody asks for its exit code.
    status = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True).stdout
    return not status.startswith("Z") and bool(status.strip())


THREADED = """
import torch
from studium.training import Trainer
from tests.training.test_single import DATA, convolutional

torch.set_num_threads(2)
torch.randn(500, 500) @ torch.randn(500, 500)
torch.randn(2_000_000).sigmoid()
members = [convolutional(seed, epochs=2) for seed in range(2)]
print(*(fit.status for fit in Trainer(DATA, workers=2, threads=2).fit(members)))
"""


def test_groups_of_several_threads_do_not_hang_after_pytorch_has_used_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", THREADED], capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["complete", "complete"], done.stderr
