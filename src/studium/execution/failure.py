"""Exceptions of a task, told apart by what follows from them."""

from __future__ import annotations

import traceback

from studium.execution.place import Died, Raised

_NO_MEMORY = ("can't allocate memory", "out of memory", "Unable to allocate")


def failure(task: int, error: Exception) -> Died | Raised:
    """What an exception of a task means: out of memory, it may succeed alone; else it would only fail again.

    Args:
        task: Position of the task.
        error: What it raised.
    """
    reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, MemoryError) or any(words in str(error) for words in _NO_MEMORY):
        return Died(task, f"memory did not suffice ({reason})")
    return Raised(task, reason, "".join(traceback.format_exception(error)))
