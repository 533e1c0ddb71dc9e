"""Workers: what they give, and how they end."""

from __future__ import annotations

import multiprocessing
import os
import signal
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
