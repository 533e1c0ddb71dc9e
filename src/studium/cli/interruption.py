"""Ctrl-C: the first ends what runs in good order, the second at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from studium.cli.messages import say

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Whether the user wants to stop, instead of an exception in the middle of anything.

    Yields:
        Says whether SIGINT or SIGTERM has come. The second one raises ``KeyboardInterrupt`` at once.
    """
    wanted = threading.Event()

    def heard(_number: int, _frame: FrameType | None) -> None:
        if wanted.is_set():
            raise KeyboardInterrupt
        wanted.set()
        with suppress(RuntimeError):  # of a message that is just being written
            say("note", "stopping at the end of the running epochs, which are kept; once more stops at once")

    before = {number: signal.signal(number, heard) for number in _SIGNALS}
    try:
        yield wanted.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
