"""Files that are known by their checksum, wherever they come from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class RemoteFile:
    """A file with a known content.

    Attributes:
        name: Its file name.
        sha256: SHA-256 of the file as it was published, hexadecimal.
        size: Its length in bytes, as published.
        repacked: SHA-256 of files with the same content in another compressed wrapping; they are as good.
    """

    name: str
    sha256: str
    size: int
    repacked: tuple[str, ...] = ()

    def accepts(self, content: bytes) -> bool:
        """Whether this content is the file's."""
        return hashlib.sha256(content).hexdigest() in (self.sha256, *self.repacked)


@dataclass(frozen=True)
class Collection:
    """Files that belong together, and where they may be had.

    Attributes:
        name: Name of the dataset and of its folder in the cache.
        files: The files.
        mirrors: Addresses that a file name is appended to, best first.
        installed: Folder where an operating system's package puts the files.
        package: Name of that package for ``apt-get``.
    """

    name: str
    files: tuple[RemoteFile, ...]
    mirrors: tuple[str, ...] = ()
    installed: Path | None = None
    package: str | None = None
