import contextlib
import hashlib
import logging
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from studium.data.cache import add_to_cache
from studium.data.remote import Collection, RemoteFile
from studium.data.sources import fetch
from studium.errors import UnavailableError

from .sentences import refused

CONTENT = {"a.bin": b"the first file", "b.bin": b"the second file"}
NOWHERE = Path("/nonexistent")


def known(name: str) -> RemoteFile:
    return RemoteFile(name, hashlib.sha256(CONTENT[name]).hexdigest(), len(CONTENT[name]))


FILES = Collection("letters", tuple(known(name) for name in CONTENT), installed=NOWHERE)


def fill(folder: Path, **changes: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in (CONTENT | {f"{key}.bin": value for key, value in changes.items()}).items():
        (folder / name).write_bytes(content)
    return folder


class Mirror(ThreadingHTTPServer):
    """Serves files from memory over loopback, and remembers what was asked for."""

    def __init__(self, content: dict[str, bytes], delay: float = 0) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.content, self.delay, self.asked = content, delay, list[str]()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/"


class Answer(BaseHTTPRequestHandler):
    server: Mirror

    def do_GET(self) -> None:
        name = self.path.removeprefix("/")
        self.server.asked.append(name)
        time.sleep(self.server.delay)
        content = self.server.content.get(name)
        self.send_response(404 if content is None else 200)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def log_message(self, *_: object) -> None:
        pass


@contextlib.contextmanager
def mirror(content: dict[str, bytes], delay: float = 0) -> Iterator[Mirror]:
    with Mirror(content, delay) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def closed() -> str:
    """An address where nobody listens."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}/"


def test_the_cache_comes_first(cache: Path, tmp_path: Path) -> None:
    fill(cache / "letters")
    assert fetch(FILES, directory=fill(tmp_path / "own", a=b"wrong")) == CONTENT


def test_then_a_folder_of_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache: Path) -> None:
    assert fetch(FILES, directory=fill(tmp_path / "own")) == CONTENT
    assert fetch(FILES, directory=fill(tmp_path / "all" / "letters").parent) == CONTENT
    monkeypatch.setenv("STUDIUM_DATA", str(tmp_path / "own"))
    assert fetch(FILES) == CONTENT
    assert not any(path.is_file() for path in cache.rglob("*"))  # local files are used where they are


def test_then_the_installed_package(tmp_path: Path, closed: str) -> None:
    installed = replace(FILES, installed=fill(tmp_path / "usr"), mirrors=(closed,))
    assert fetch(installed, offline=True) == CONTENT
    assert fetch(installed) == CONTENT


def test_then_the_mirrors_in_turn(cache: Path, closed: str) -> None:
    wrong = CONTENT | {"a.bin": b"wrong"}
    with mirror({"b.bin": b""}) as useless, mirror(wrong) as partly, mirror(CONTENT) as right:
        addresses = (closed, useless.address, partly.address, right.address)
        assert fetch(replace(FILES, mirrors=addresses)) == CONTENT
        assert useless.asked == ["a.bin"]  # a mirror that lacks one file is passed over
        assert partly.asked == ["a.bin", "b.bin"]
        assert right.asked == ["a.bin"]
        assert fetch(replace(FILES, mirrors=addresses)) == CONTENT  # from the cache
        assert len(right.asked) == 1
    assert (cache / "letters" / "a.bin").read_bytes() == CONTENT["a.bin"]
    assert (cache / "letters" / "a.bin.bad").read_bytes() == b"wrong"


def test_a_file_cut_off_on_the_way_is_not_used(cache: Path) -> None:
    half = {name: content[:5] for name, content in CONTENT.items()}
    with mirror(half) as cut, refused("a.bin has the wrong checksum", error=UnavailableError):
        fetch(replace(FILES, mirrors=(cut.address,)))
    assert not (cache / "letters" / "a.bin").exists()


def test_sources_can_complete_each_other(tmp_path: Path, cache: Path) -> None:
    (fill(cache / "letters") / "b.bin").unlink()
    (fill(tmp_path / "own") / "a.bin").unlink()
    assert fetch(FILES, directory=tmp_path / "own", offline=True) == CONTENT


def test_a_wrong_file_in_the_cache_is_set_aside(
    cache: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill(cache / "letters", a=b"wrong")
    with caplog.at_level(logging.WARNING):
        assert fetch(FILES, directory=fill(tmp_path / "own")) == CONTENT
    assert "a.bin.bad" in caplog.text
    fill(cache / "letters", a=b"wrong")
    with refused("the cache: a.bin has the wrong checksum", error=UnavailableError):
        fetch(FILES, offline=True)
    assert (cache / "letters" / "a.bin.bad").read_bytes() == b"wrong"
    assert not (cache / "letters" / "a.bin").exists()


def test_a_wrong_file_that_is_not_ours_is_passed_over(tmp_path: Path, cache: Path) -> None:
    own, installed = fill(tmp_path / "own", a=b"wrong"), fill(tmp_path / "usr")
    assert fetch(replace(FILES, installed=installed), directory=own) == CONTENT
    assert sorted(path.name for path in own.iterdir()) == ["a.bin", "b.bin"]
    assert (own / "a.bin").read_bytes() == b"wrong"


def test_the_same_content_in_another_wrapping_is_right(tmp_path: Path) -> None:
    repacked = hashlib.sha256(b"rewrapped").hexdigest()
    files = replace(FILES, files=(replace(FILES.files[0], repacked=(repacked,)),))
    own = fill(tmp_path / "own", a=b"rewrapped")
    assert fetch(files, directory=own, offline=True) == {"a.bin": b"rewrapped"}


def test_offline_never_touches_the_network(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: pytest.fail("a program was run"))
    with mirror(CONTENT) as server:
        files = replace(FILES, mirrors=(server.address,), package="letters")
        with refused("without the network", error=UnavailableError):
            fetch(files, offline=True)
        assert server.asked == []


def test_when_nothing_works_one_sentence_says_what_to_do(closed: str, tmp_path: Path) -> None:
    files = replace(FILES, mirrors=(closed, closed))
    own = fill(tmp_path / "own", a=b"wrong")
    (own / "b.bin").unlink()
    started = time.monotonic()
    sums = [file.sha256 for file in FILES.files]
    words = ("a.bin", "b.bin", *sums, closed, "refused", "wrong checksum", "`studium data add FILE...`")
    with refused(*words, error=UnavailableError):
        fetch(files, directory=own)
    assert time.monotonic() - started < 3


def test_a_folder_that_is_not_there_is_the_users_mistake() -> None:
    with refused("/nonexistent", "not a folder"):
        fetch(FILES, directory=NOWHERE)


def test_a_cache_that_cannot_be_written_does_not_stop_the_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("STUDIUM_CACHE", str(tmp_path / "file"))
    with mirror(CONTENT) as server:
        assert fetch(replace(FILES, mirrors=(server.address,))) == CONTENT


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Collection:
    """An ``apt-get`` that fetches a package of the letters, which the real ``dpkg-deb`` unpacks."""
    dpkg_deb = shutil.which("dpkg-deb")
    if dpkg_deb is None:
        pytest.skip("needs dpkg-deb, which only Debian and its relatives have")
    tree, programs = tmp_path / "tree", tmp_path / "programs"
    fill(tree / "usr" / "share" / "letters")
    (tree / "DEBIAN").mkdir()
    control = "Package: letters\nVersion: 1\nArchitecture: all\nMaintainer: nobody\nDescription: letters\n"
    (tree / "DEBIAN" / "control").write_text(control)
    subprocess.run([dpkg_deb, "--build", tree, tmp_path / "letters.deb"], check=True, capture_output=True)
    programs.mkdir()
    script = f'#!/bin/sh\n[ "$1" = download ] || exit 1\ncp {tmp_path}/letters.deb letters_1_all.deb\n'
    (programs / "apt-get").write_text(script)
    (programs / "apt-get").chmod(0o755)
    (programs / "dpkg-deb").symlink_to(dpkg_deb)
    monkeypatch.setenv("PATH", f"{programs}:/usr/bin:/bin")
    return replace(FILES, installed=Path("/usr/share/letters"), package="letters")


def test_at_last_the_package_is_unpacked_into_the_cache(
    package: Collection, closed: str, cache: Path
) -> None:
    assert fetch(replace(package, mirrors=(closed,))) == CONTENT
    assert (cache / "letters" / "b.bin").read_bytes() == CONTENT["b.bin"]


def test_a_wrong_file_in_a_package_is_set_aside(package: Collection, cache: Path) -> None:
    other = replace(package.files[0], sha256="0" * 64)
    with refused("apt-get: a.bin has the wrong checksum", "0" * 64, error=UnavailableError):
        fetch(replace(package, files=(other, package.files[1])))
    assert sorted(path.name for path in (cache / "letters").glob("*.b*")) == ["a.bin.bad", "b.bin"]


@pytest.mark.parametrize(
    ("script", "word"),
    [("echo E: no such package >&2; exit 100", "no such package"), ("exit 100", "apt-get failed")],
)
def test_a_failing_package_manager_is_named(
    package: Collection, tmp_path: Path, script: str, word: str
) -> None:
    (tmp_path / "programs" / "apt-get").write_text(f"#!/bin/sh\n{script}\n")
    with refused(word, error=UnavailableError):
        fetch(package)


def test_without_a_package_manager(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with refused("no local source", error=UnavailableError):
        fetch(replace(FILES, package="letters"))


FETCH = """
import sys
from dataclasses import replace
from tests.data.test_sources import CONTENT, FILES
from studium.data.sources import fetch
assert fetch(replace(FILES, mirrors=(sys.argv[1],))) == CONTENT
"""


def test_processes_that_fetch_at_the_same_time_do_not_clash(cache: Path) -> None:
    fill(cache / "letters", a=b"wrong", b=b"wrong too")
    with mirror(CONTENT, delay=0.3) as server:
        command = [sys.executable, "-c", FETCH, server.address]
        processes = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        errors = [process.communicate(timeout=60)[1] for process in processes]
        assert [process.returncode for process in processes] == [0, 0], errors
        assert server.asked == ["a.bin", "b.bin"]  # the second process waited for the first
    assert {path.name for path in (cache / "letters").glob("*.b*")} == {*CONTENT, "a.bin.bad", "b.bin.bad"}


def test_threads_that_fetch_at_the_same_time_do_not_clash() -> None:
    results = []
    with mirror(CONTENT, delay=0.05) as server:
        files = replace(FILES, mirrors=(server.address,))
        threads = [threading.Thread(target=lambda: results.append(fetch(files))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.asked == ["a.bin", "b.bin"]
    assert results == [CONTENT] * 6


def test_files_of_the_users_are_added_by_their_content(tmp_path: Path, cache: Path) -> None:
    renamed = tmp_path / "download (1)"
    renamed.write_bytes(CONTENT["b.bin"])
    assert add_to_cache([renamed], [FILES]) == [cache / "letters" / "b.bin"]
    assert (cache / "letters" / "b.bin").read_bytes() == CONTENT["b.bin"]


def test_an_unknown_file_is_not_added_and_no_other_with_it(tmp_path: Path, cache: Path) -> None:
    own = fill(tmp_path / "own", b=b"wrong")
    with refused("b.bin", "no known file", FILES.files[1].sha256):
        add_to_cache([own / "a.bin", own / "b.bin"], [FILES])
    with refused("gone.bin", "cannot be read"):
        add_to_cache([own / "a.bin", own / "gone.bin"], [FILES])
    assert not (cache / "letters").exists()
