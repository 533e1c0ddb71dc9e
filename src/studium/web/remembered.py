"""Values read from files, read again only when a file has changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import Generic, TypeVar

Value = TypeVar("Value")
Signature = tuple[tuple[int, int, int], ...]

_MISSING = (0, 0, 0)


def signature(paths: Sequence[Path]) -> Signature:
    """What tells whether files are the same as before: the inode, size and time of change of each.

    Files of a run are replaced, never written in place, so that a change always shows in the inode, too.
    """
    return tuple(_stamp(path) for path in paths)


class Remembered(Generic[Value]):
    """A few values that are expensive to read.

    Args:
        most: How many are kept; the one that was not asked for the longest goes first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, tuple[Signature, Value]] = OrderedDict()
        self._reading: dict[Hashable, threading.Lock] = {}
        self._lock = threading.Lock()

    def get(self, key: Hashable, paths: Sequence[Path], read: Callable[[], Value]) -> Value:
        """The value of a key.

        Args:
            key: What is asked for.
            paths: The files that it is read from.
            read: Reads it. What it raises is not remembered.
        """
        now = signature(paths)
        with self._lock:
            known = self._kept.get(key)
            if known is not None and known[0] == now:
                self._kept.move_to_end(key)
                return known[1]
            reading = self._reading.setdefault(key, threading.Lock())
        with reading:  # one reads, who asks meanwhile waits for that; other keys are not kept waiting
            with self._lock:
                known = self._kept.get(key)
                if known is not None and known[0] == now:
                    return known[1]
            value = read()
        with self._lock:
            self._reading.pop(key, None)
            self._kept[key] = now, value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return _MISSING
    return found.st_ino, found.st_size, found.st_mtime_ns
