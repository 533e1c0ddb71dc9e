"""Durable, atomic writes: a reader sees the old file or the new one, never half of one."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, TypedDict

from studium.errors import OutputError, UnavailableError

_PARTIAL = ".partial"  # ends the name of what is not whole yet
_LONGEST = 200  # characters of a file's name that its temporary name repeats


def write_atomic(path: Path, content: bytes | str) -> None:
    """Write a file durably: temporary file beside it, flush, fsync, rename, fsync of the folder.

    Args:
        path: Where to write; its folder is created.
        content: Text is written as UTF-8.

    Raises:
        UnavailableError: The disk or the permissions do not allow it; the old file, if any, is intact.
    """
    data = content.encode() if isinstance(content, str) else content
    temporary = path.with_name(f".{path.name[:_LONGEST]}.{secrets.token_hex(8)}{_PARTIAL}")
    try:
        with _created(temporary) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        sync_directory(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise _unwritable(path, error, len(data)) from error


@contextmanager
def atomic_directory(path: Path) -> Iterator[Path]:
    """A new folder that appears whole or not at all, replacing the one that was there.

    Args:
        path: The folder to make.

    Yields:
        A temporary folder beside it; what is written there becomes ``path`` when the block ends without exception.

    Raises:
        UnavailableError: The place cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(**_beside(path)))
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        yield temporary
        _put(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def check_writable(directory: Path) -> None:
    """Make sure, before any work is spent, that a folder can be written.

    Args:
        directory: Folder to be created later, or one that is there.

    Raises:
        OutputError: It cannot be written.
    """
    try:
        nearest = next(parent for parent in (directory, *directory.resolve().parents) if parent.exists())
        with tempfile.TemporaryFile(dir=nearest):
            pass
    except OSError as error:
        raise OutputError(str(_unwritable(directory, error))) from error


def remove_partial(directory: Path) -> int:
    """Remove what writers that were killed have left behind, in a folder and below.

    Nobody may be writing there.

    Args:
        directory: Where to look.

    Returns:
        How many files and folders there were.
    """
    found = list(directory.rglob(f".*{_PARTIAL}"))
    for path in found:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return len(found)


def sync_directory(path: Path) -> None:
    """Make the renames inside a folder survive a power loss."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _created(path: Path) -> BinaryIO:
    try:
        return path.open("xb")
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("xb")


def _put(temporary: Path, path: Path) -> None:
    try:
        temporary.chmod(0o777 & ~_umask())
        sync_directory(temporary)
        _swap(temporary, path)
        sync_directory(path.parent)
    except OSError as error:
        raise _unwritable(path, error) from error


def _swap(new: Path, path: Path) -> None:
    if not path.exists():
        new.replace(path)
        return
    old = Path(tempfile.mkdtemp(**_beside(path)))
    path.replace(old)
    new.replace(path)
    shutil.rmtree(old, ignore_errors=True)


class _Beside(TypedDict):
    dir: Path
    prefix: str
    suffix: str


def _beside(path: Path) -> _Beside:
    return {"dir": path.parent, "prefix": f".{path.name}.", "suffix": _PARTIAL}


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(path: Path, error: OSError, size: int | None = None) -> UnavailableError:
    what = f"{size:,} bytes" if size is not None else "it"
    return UnavailableError(
        f"cannot write {path} ({error.strerror or error}): {what} must fit there and the folder must be writable; "
        "choose another place or make room"
    )
