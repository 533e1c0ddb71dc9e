"""Workers: what they give, and how they end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from studium.training.concurrency import Died, StoppedError, WorkerError, run_items

GROUPS = [[0], [1], [2], [3], [4]]


def squares(group: list[int], unwanted: Callable[[], bool]) -> Iterator[Any]:
    yield "square", (group[0], group[0] ** 2, os.getpid())


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_every_group_is_trained_once(workers: int) -> None:
    messages = list(run_items(GROUPS, squares, workers=workers, threads=1))
    assert sorted(content[:2] for _, content in messages) == [(number, number**2) for number in range(5)]
    own = {content[2] for _, content in messages}
    assert (os.getpid() in own) == (workers == 1)
    assert multiprocessing.active_children() == []


def test_a_process_that_dies_is_told_and_the_others_go_on() -> None:
    def die(group: list[int], unwanted: Callable[[], bool]) -> Iterator[Any]:
        if group == [3]:
            os.kill(os.getpid(), signal.SIGKILL)
        yield "alive", group

    messages = list(run_items(GROUPS, die, workers=2, threads=1))
    assert [message for message in messages if isinstance(message, Died)] == [
        Died(3, "the training process was ended by SIGKILL; its memory may not have sufficed")
    ]
    assert sorted(message[1] for message in messages if not isinstance(message, Died)) == [[0], [1], [2], [4]]
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize("workers", [1, 2])
def test_items_that_run_are_told_to_stop_and_no_others_begin(workers: int) -> None:
    stopping = threading.Event()

    def endless(group: list[int], unwanted: Callable[[], bool]) -> Iterator[Any]:
        yield "began", group
        while not unwanted():
            time.sleep(0.01)
        yield "saved", group
        raise StoppedError

    messages = []
    for message in run_items(GROUPS, endless, workers=workers, threads=1, stop=stopping.is_set):
        messages.append(message)
        if len(messages) == workers:
            stopping.set()
    assert sorted(messages) == sorted([(word, [n]) for word in ("began", "saved") for n in range(workers)])
    assert multiprocessing.active_children() == []


def test_an_exception_travels_or_is_told_with_its_traceback() -> None:
    class LocalError(Exception):
        pass

    def fail(group: list[int], unwanted: Callable[[], bool]) -> Iterator[Any]:
        raise KeyError("told") if group == [0] else LocalError("only here")
        yield

    with pytest.raises(KeyError, match="told"):
        list(run_items([[0], [0]], fail, workers=2, threads=1))
    with pytest.raises(WorkerError, match="only here"):
        list(run_items([[1], [1]], fail, workers=2, threads=1))


def test_a_worker_that_does_not_listen_is_ended() -> None:
    def forever(group: list[int], unwanted: Callable[[], bool]) -> Iterator[Any]:
        yield "started", os.getpid()
        signal.pause()

    messages = run_items(GROUPS, forever, workers=2, threads=1)
    _, process = next(messages)
    messages.close()  # type: ignore[attr-defined]
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


ORPHANS = """
import os, signal, sys, time
from studium.training.concurrency import run_items

def endless(group, unwanted):
    while True:
        yield "alive", os.getpid()
        time.sleep(0.01)

seen = set()
for _, process in run_items([[0], [1]], endless, workers=2, threads=1):
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
