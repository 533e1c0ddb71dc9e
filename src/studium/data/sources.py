"""Where the files of a built-in dataset come from, tried in turn; each file is checked before use.

The order: the cache; a folder given by the user; the folder of an installed operating-system package; https
mirrors; the package itself, fetched and unpacked without being installed.
"""

from __future__ import annotations

import logging
import os
import shutil
import subprocess  # for apt-get and dpkg-deb, with fixed arguments
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from studium.data.cache import cache_path, keep, locked, read_cached, read_if_there
from studium.data.remote import Collection, RemoteFile
from studium.errors import DataError, UnavailableError

DIRECTORY_VARIABLE = "STUDIUM_DATA"
"""Environment variable that names a folder with data files."""

_CONNECT_SECONDS, _READ_SECONDS = 5, 30  # a mirror that is slower is passed over
_PACKAGE_SECONDS = 300

_log = logging.getLogger(__name__)


def fetch(
    collection: Collection, *, directory: Path | None = None, offline: bool = False
) -> dict[str, bytes]:
    """The files of a collection, each with the right checksum.

    Args:
        collection: What to fetch.
        directory: A folder of the user's that may hold the files, itself or in a sub-folder named as the
            collection; by default the folder that the environment variable ``STUDIUM_DATA`` names.
        offline: Never touch the network.

    Returns:
        Content by file name. What came over the network is in the cache from then on.

    Raises:
        DataError: ``directory`` is not a folder.
        UnavailableError: A file could not be had from any source.
    """
    search = _Search(collection)
    search.try_each("the cache", partial(read_cached, collection))
    for folder in _local_folders(collection, directory):
        search.try_each(str(folder), partial(_read_from, folder))
    if search.missing and not offline:
        _fetch_remote(search)
    if search.missing:
        raise search.failure(offline)
    return search.found


@dataclass
class _Search:
    """Files found so far, and why the others were not."""

    collection: Collection
    found: dict[str, bytes] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def missing(self) -> list[RemoteFile]:
        return [file for file in self.collection.files if file.name not in self.found]

    def try_each(self, source: str, read: Callable[[RemoteFile], bytes | None]) -> None:
        """Look for each missing file in one source."""
        for file in self.missing:
            content = read(file)
            if content is not None and file.accepts(content):
                self.found[file.name] = content
            elif content is not None:
                self.note(source, f"{file.name} has the wrong checksum")

    def note(self, source: str, reason: str) -> None:
        self.notes.append(f"{source}: {reason}")
        _log.info("%s: %s", source, reason)

    def failure(self, offline: bool) -> UnavailableError:
        files = ", ".join(
            f"{file.name} ({file.size:,} bytes, SHA-256 {file.sha256})" for file in self.missing
        )
        tried = "; ".join(self.notes) or "no local source has them"
        network = "without the network " if offline else ""
        return UnavailableError(
            f"{self.collection.name} cannot be had {network}({tried}): get {files} elsewhere and put them "
            "into the cache with `studium data add FILE...`"
        )


def _local_folders(collection: Collection, directory: Path | None) -> list[Path]:
    if directory is not None and not directory.is_dir():
        raise DataError(f"{directory} is not a folder, but data files are looked for in it: correct the path")
    named = directory or (
        Path(os.environ[DIRECTORY_VARIABLE]) if os.environ.get(DIRECTORY_VARIABLE) else None
    )
    own = [] if named is None else [named, named / collection.name]
    return own if collection.installed is None else [*own, collection.installed]


def _fetch_remote(search: _Search) -> None:
    collection = search.collection
    with locked(collection):
        # Another process may have fetched them while this one waited.
        search.try_each("the cache", lambda file: read_if_there(cache_path(collection, file)))
        for mirror in collection.mirrors:
            if search.missing:
                _try(search, mirror, partial(_download, search, mirror))
        if search.missing and collection.package is not None:
            _try(search, "apt-get", partial(_unpack_package, search))


def _try(search: _Search, source: str, action: Callable[[], None]) -> None:
    try:
        action()
    except (OSError, subprocess.SubprocessError) as error:  # requests' errors are OSErrors
        search.note(source, _reason(error))


def _keep_each(search: _Search, source: str, read: Callable[[RemoteFile], bytes | None]) -> None:
    """Like ``try_each``, for a source whose files go into the cache, right or wrong."""

    def read_and_keep(file: RemoteFile) -> bytes | None:
        content = read(file)
        if content is not None:
            keep(search.collection, file, content)
        return content

    search.try_each(source, read_and_keep)


def _download(search: _Search, mirror: str) -> None:
    import pooch  # here, because it is slow to import and seldom needed

    get = pooch.HTTPDownloader(
        timeout=(_CONNECT_SECONDS, _READ_SECONDS), headers={"Accept-Encoding": "identity"}
    )
    with tempfile.TemporaryDirectory() as folder:

        def read(file: RemoteFile) -> bytes:
            _log.info("fetching %s%s", mirror, file.name)
            get(f"{mirror}{file.name}", str(Path(folder) / file.name), None)
            return (Path(folder) / file.name).read_bytes()

        _keep_each(search, mirror, read)


def _unpack_package(search: _Search) -> None:
    collection = search.collection
    apt_get, dpkg_deb = shutil.which("apt-get"), shutil.which("dpkg-deb")
    if not (apt_get and dpkg_deb and collection.package and collection.installed):
        return
    with tempfile.TemporaryDirectory() as folder:
        options = ["-o", "Acquire::Retries=0", "-o", f"Acquire::http::Timeout={_READ_SECONDS}"]
        _run([apt_get, "download", "--quiet", *options, collection.package], folder)
        for package in Path(folder).glob("*.deb"):
            _run([dpkg_deb, "-x", package.name, "unpacked"], folder)
        unpacked = Path(folder) / "unpacked" / collection.installed.relative_to("/")
        _keep_each(search, "apt-get", partial(_read_from, unpacked))


def _read_from(folder: Path, file: RemoteFile) -> bytes | None:
    return read_if_there(folder / file.name)


def _run(command: list[str], folder: str) -> None:
    subprocess.run(  # noqa: S603 - a program of the system, with fixed arguments
        command,
        cwd=folder,
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_PACKAGE_SECONDS,
    )


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        lines = error.stderr.decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"{error.cmd[0]} failed"
    root: BaseException = error
    while root.__context__ is not None:
        root = root.__context__
    return str(root).strip().splitlines()[0] if str(root).strip() else type(root).__name__
