"""The cache of verified files: what is in it is checked each time, and what is wrong is set aside."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import filelock

from studium.config import cache_directory
from studium.data.reading import read_bytes
from studium.data.remote import Collection, RemoteFile
from studium.errors import DataError, UnavailableError
from studium.files import write_atomic

_log = logging.getLogger(__name__)


def cache_path(collection: Collection, file: RemoteFile) -> Path:
    """Where the cache keeps a file."""
    return cache_directory() / collection.name / file.name


def read_cached(collection: Collection, file: RemoteFile) -> bytes | None:
    """A file's content from the cache, right or wrong, or ``None``; a wrong file is renamed to ``.bad``."""
    path = cache_path(collection, file)
    content = read_if_there(path)
    if content is None or file.accepts(content):
        return content
    with locked(collection):  # another process may just have put the right file there
        content = read_if_there(path)
        if content is not None and not file.accepts(content):
            _set_aside(path)
    return content


def keep(collection: Collection, file: RemoteFile, content: bytes) -> None:
    """Put a fetched file into the cache; a wrong one is put beside it as ``.bad``.

    When the cache cannot be written there is a warning, and no more: the content can be used all the same.
    """
    path = cache_path(collection, file)
    if not file.accepts(content):
        path = _bad(path)
        _log.warning("%s was fetched with the wrong checksum and is kept as %s", file.name, path)
    try:
        write_atomic(path, content)
    except UnavailableError as error:
        _log.warning("%s", error)


def add_to_cache(paths: Sequence[Path], collections: Iterable[Collection]) -> list[Path]:
    """Put files that the user has into the cache; they are known by their content, whatever they are called.

    Args:
        paths: The files.
        collections: What is known.

    Returns:
        Where each is now, in the order of ``paths``.

    Raises:
        DataError: A file cannot be read or is not known; nothing is added then.
        UnavailableError: The cache cannot be written.
    """
    known = [(collection, file) for collection in collections for file in collection.files]
    found = [
        (*_recognise(path, content, known), content)
        for path, content in ((path, read_bytes(path)) for path in paths)
    ]
    for collection, file, content in found:
        with locked(collection):
            write_atomic(cache_path(collection, file), content)
    return [cache_path(collection, file) for collection, file, _ in found]


@contextmanager
def locked(collection: Collection) -> Iterator[None]:
    """Hold the collection's folder in the cache against other processes.

    The system frees it when this process dies.
    """
    folder = cache_directory() / collection.name
    lock = filelock.FileLock(folder / ".lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except (OSError, NotImplementedError) as error:  # nobody can write there, so nobody can clash
        _log.warning("%s cannot be locked (%s)", folder, error)
    try:
        yield
    finally:
        lock.release()


def read_if_there(path: Path) -> bytes | None:
    """A file's content, or ``None`` when there is no such file or it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def _recognise(
    path: Path, content: bytes, known: list[tuple[Collection, RemoteFile]]
) -> tuple[Collection, RemoteFile]:
    for collection, file in known:
        if file.accepts(content):
            return collection, file
    names = ", ".join(f"{file.name} (SHA-256 {file.sha256})" for _, file in known)
    raise DataError(f"{path} has the content of no known file: give one of {names}")


def _set_aside(path: Path) -> None:
    try:
        path.replace(_bad(path))
        _log.warning("%s has the wrong checksum and was renamed to %s", path, _bad(path).name)
    except OSError as error:
        _log.warning("%s has the wrong checksum and cannot be renamed (%s)", path, error.strerror)


def _bad(path: Path) -> Path:
    return path.with_name(f"{path.name}.bad")
