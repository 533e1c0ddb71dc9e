"""``studium serve``: bad input, one sentence each, exit code 2; and its end."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.program import complaint


def test_a_folder_that_is_not_there(own_place: Path) -> None:
    assert complaint("serve", "nowhere") == (
        "error: there is no folder nowhere, but the page shows the runs of one: make a run with `studium run`, or give the "
        "folder that holds your runs"
    )


def test_a_single_run(own_place: Path) -> None:
    (own_place / "runs" / "one").mkdir(parents=True)
    (own_place / "runs" / "one" / "run.json").write_text("{}")
    assert "give the folder that holds it, runs" in complaint("serve", "runs/one")


def test_a_port_that_is_in_use(own_place: Path) -> None:
    (own_place / "runs").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert complaint("serve", "--port", str(port), "--no-browser") == (
            f"error: port {port} of 127.0.0.1 is in use, but a port serves one page: stop the other server, or choose "
            "another port with --port"
        )


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--host", "192.0.2.1"), "add --allow-remote if that is meant"),
        (("--host", "example.org"), "add --allow-remote if that is meant"),
        (("--host", "0.0.0.0"), "the page is served at one address"),
        (("--host", "0.0.0.0", "--allow-remote"), "the page is served at one address"),
        (("--host", "::", "--allow-remote"), "the page is served at one address"),
        (("--host", "192.0.2.1", "--allow-remote"), "this machine cannot listen there"),
        (("--port", "99999"), "--port"),
    ],
)
def test_places_that_cannot_be(own_place: Path, options: tuple[str, ...], words: str) -> None:
    (own_place / "runs").mkdir()
    assert words in complaint("serve", *options, "--no-browser")


def test_sigint_ends_it_also_when_a_shell_started_it_in_the_background(own_place: Path) -> None:
    (own_place / "runs").mkdir()
    command = (
        "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); "
        "os.execv(sys.executable, [sys.executable, '-m', 'studium', 'serve', '--port', '0', '--no-browser'])"
    )
    with subprocess.Popen([sys.executable, "-c", command], stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        said = [server.stderr.readline(), server.stderr.readline()]  # then it serves, or is about to
        assert said[0].startswith("page: http://127.0.0.1:")
        for _ in range(100):
            server.send_signal(signal.SIGINT)
            try:
                assert server.wait(0.6) == 0
                return
            except subprocess.TimeoutExpired:
                continue
        server.kill()
        raise AssertionError("it did not end")
