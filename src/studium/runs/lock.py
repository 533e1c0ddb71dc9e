"""One driver a run: a lock that a killed driver cannot leave behind."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from studium.errors import RunFolderError, UnavailableError

_NAME = "driver.lock"
_SECONDS = 5.0  # in which the forks of a driver that was killed notice it, and let go of the lock


@contextmanager
def driving(path: Path) -> Iterator[None]:
    """Be the only driver of a run.

    The system holds the lock for the process, so that it ends with it, however that ends; the file stays, and says who holds
    it or held it last.

    Args:
        path: The run's folder.

    Raises:
        RunFolderError: Somebody else drives the run.
        UnavailableError: The folder cannot be written.
    """
    lock = FileLock(path / _NAME)
    try:
        lock.acquire(timeout=_SECONDS)
    except Timeout as error:
        raise RunFolderError(
            f"{path} is in use by another driver ({_holder(path)}): wait until it ends, or stop it, then try again"
        ) from error
    except OSError as error:
        raise UnavailableError(
            f"cannot write {path / _NAME} ({error.strerror or error}): a run needs a folder that can be written; "
            "mend its permissions, or copy the run to another place"
        ) from error
    try:
        _sign(path)
        yield
    finally:
        lock.release()


def is_driven(path: Path) -> bool:
    """Whether somebody drives a run now."""
    lock = FileLock(path / _NAME)
    if not (path / _NAME).exists():
        return False
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    except OSError:  # a place that cannot be written has no driver
        return False
    lock.release()
    return False


def _sign(path: Path) -> None:
    who = {
        "process": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    try:
        (path / _NAME).write_text(json.dumps(who), encoding="utf-8")
    except OSError as error:
        raise UnavailableError(
            f"cannot write {path / _NAME} ({error.strerror or error}): 100 bytes must fit there; make room"
        ) from error


def _holder(path: Path) -> str:
    try:
        who = json.loads((path / _NAME).read_text(encoding="utf-8"))
        return f"process {who['process']} on {who['host']} since {who['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "which has not said who it is"
