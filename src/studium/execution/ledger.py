"""The ledger: what became of every task, kept by the driver alone.

The files of results are the truth about what is finished; the ledger knows what they cannot say: attempts, failures with
their reasons, and events. A result whose file is there and whose line is not was finished just before the driver was killed;
it is entered when it is met.
"""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from studium.errors import UnavailableError
from studium.execution.fit_files import Result
from studium.execution.task import Task

TaskState = Literal["waiting", "complete", "failed"]

_FORMAT = 1
_COMMITS = 0.2  # seconds between two commits: a lost line is found again, a synchronisation with the disk costs milliseconds
_SCHEMA = """
create table tasks (
    id text primary key,
    spec text not null,
    n_members integer not null,
    state text not null default 'waiting',
    attempts integer not null default 0,
    weights text not null default '',
    seconds real not null default 0,
    reason text not null default '',
    traceback text not null default ''
) strict, without rowid;
create table events (
    number integer primary key,
    time text not null,
    task text not null,
    kind text not null,
    words text not null
) strict;
"""


class TaskLine(NamedTuple):
    """What the ledger says of a task.

    Attributes:
        id: The task's id.
        spec: Its canonical description.
        n_members: Members trained together.
        state: ``waiting``, ``complete`` or ``failed``.
        attempts: How often it was begun and did not end by the driver's own end.
        weights: Hash of the weights of all its members.
        seconds: Time of the training.
        reason: Why it failed.
        traceback: Where, for an exception.
    """

    id: str
    spec: str
    n_members: int
    state: TaskState
    attempts: int
    weights: str
    seconds: float
    reason: str
    traceback: str


class Event(NamedTuple):
    """Something worth remembering: ``died``, ``failed``, ``damaged``, ``rebuilt``, ``stopped``, ``resumed``."""

    time: str
    task: str
    kind: str
    words: str


class Ledger:
    """The ledger of one run: SQLite, one connection, one writer.

    Args:
        path: The file; made when it is not there, set aside when it is damaged.

    Attributes:
        replaced: Where a damaged ledger was put; ``None`` when all was well.

    Raises:
        UnavailableError: It cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.replaced: Path | None = None
        self._committed = time.monotonic()
        try:
            self._connection = _opened(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError) and not _is_damage(error):
                raise _unwritable(path, error) from error
            self.replaced = _set_aside(path)
            self._connection = _opened(path)
            self.event(
                "rebuilt", f"the ledger could not be read ({error}) and was set aside as {self.replaced.name}"
            )

    def enter(self, tasks: list[Task]) -> None:
        """Enter tasks that are to be done; those that are known stay as they are."""
        self._enter([(task.id, task.spec, len(task.group.members)) for task in tasks])

    def complete(self, result: Result) -> None:
        """A task's result is durable."""
        reference = result.reference
        self._write(
            "insert into tasks (id, spec, n_members, state, attempts, weights, seconds) "
            "values (?, ?, ?, 'complete', 1, ?, ?) "
            "on conflict (id) do update set state = 'complete', attempts = attempts + 1, weights = excluded.weights, "
            "seconds = excluded.seconds, reason = '', traceback = '' where state <> 'complete'",
            [(reference.task, result.spec, len(result.outcomes), reference.weights, reference.seconds)],
        )

    def died(self, task: str, reason: str) -> None:
        """The process that trained a task died."""
        self._write("update tasks set attempts = attempts + 1 where id = ?", [(task,)])
        self.event("died", reason, task)

    def failed(self, task: str, reason: str, traceback: str = "") -> None:
        """A task is given up, until the run is resumed."""
        self._write(
            "update tasks set state = 'failed', reason = ?, traceback = ?, attempts = attempts + 1 where id = ?",
            [(reason, traceback, task)],
        )
        self.event("failed", reason, task)

    def event(self, kind: str, words: str, task: str = "") -> None:
        """Remember something."""
        self._write(
            "insert into events (time, task, kind, words) values (?, ?, ?, ?)", [(_now(), task, kind, words)]
        )

    def tasks(self) -> Iterator[TaskLine]:
        """All tasks, by id."""
        yield from (TaskLine(*line) for line in self._connection.execute("select * from tasks order by id"))

    def events(self) -> list[Event]:
        """All events, oldest first."""
        lines = self._connection.execute("select time, task, kind, words from events order by number")
        return [Event(*line) for line in lines]

    def commit(self) -> None:
        """Make everything that was said durable.

        Raises:
            UnavailableError: The disk is full.
        """
        with self._writing():
            self._connection.commit()
        self._committed = time.monotonic()

    def close(self) -> None:
        """Commit and close."""
        try:
            self.commit()
        finally:
            self._connection.close()

    def weights(self) -> str:
        """SHA-256 over ids and weights of all finished tasks, hexadecimal.

        Equal for equal results, whoever computed them and in whichever order.
        """
        digest = hashlib.sha256()
        for task in self.tasks():
            if task.state == "complete":
                digest.update(f"{task.id} {task.weights}\n".encode())
        return digest.hexdigest()

    def _enter(self, lines: list[tuple[object, ...]]) -> None:
        self._write("insert or ignore into tasks (id, spec, n_members) values (?, ?, ?)", lines)

    def _write(self, statement: str, lines: list[tuple[object, ...]]) -> None:
        with self._writing():
            self._connection.executemany(statement, lines)
        if time.monotonic() - self._committed > _COMMITS:
            self.commit()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise _unwritable(self._path, error) from error


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, check_same_thread=False)
    try:
        # A rollback journal, not a write-ahead log: a run that is over is one file that can be read from a read-only place.
        connection.execute("pragma journal_mode = delete")
        connection.execute("pragma synchronous = full")
        if connection.execute("pragma quick_check").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("its pages contradict each other")
        if connection.execute("pragma user_version").fetchone() == (0,):
            connection.executescript(f"begin; {_SCHEMA}pragma user_version = {_FORMAT}; commit;")
        columns = [column for column, *_ in connection.execute("select * from tasks limit 1").description]
        if columns != list(TaskLine._fields):
            raise sqlite3.DatabaseError(f"its tasks have {', '.join(columns)}")
    except BaseException:
        connection.close()
        raise
    return connection


def _is_damage(error: sqlite3.OperationalError) -> bool:
    return "no such" in str(error) or "already exists" in str(error)


def _set_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    path.replace(aside)
    path.with_name(f"{path.name}-journal").unlink(missing_ok=True)
    return aside


def _unwritable(path: Path, error: sqlite3.Error) -> UnavailableError:
    size = f"{path.stat().st_size:,} bytes and more" if path.exists() else "the ledger"
    return UnavailableError(
        f"cannot write {path} ({error}): {size} must fit there and the folder must be writable; make room, then "
        "resume the run"
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
