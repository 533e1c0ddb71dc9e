"""Reading a file that the user named."""

from __future__ import annotations

from pathlib import Path

from studium.errors import DataError


def read_bytes(path: Path) -> bytes:
    """The content of a file.

    Raises:
        DataError: It cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> DataError:
    """The sentence for a file or folder that the system does not let us read."""
    reason = error.strerror or str(error)
    return DataError(f"{path} cannot be read ({reason}): check the path and its permissions")
