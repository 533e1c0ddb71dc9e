"""The page, really served: the program in a process of its own, and raw requests to it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Answer:
    """What the server answered: status, headers by small name, body."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class Served:
    """A page that is served.

    Attributes:
        port: Where.
        entrance: Path and query that open it, once.
        process: The program.
        log: Everything it printed, on both outputs.
        cookie: Of the session, once entered.
    """

    port: int
    entrance: str
    process: subprocess.Popen[bytes]
    log: Path
    cookie: str = field(default="")

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def enter(self) -> None:
        """Exchange the token for the session."""
        answer = self.send(f"GET {self.entrance} HTTP/1.1\r\nHost: {self.host}\r\n\r\n")
        assert answer.status == 303, answer
        self.cookie = answer.headers["set-cookie"].partition(";")[0]

    def send(self, head: str, body: bytes = b"") -> Answer:
        """Send bytes as they are, and read one answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as wire:
            wire.sendall(head.encode("latin-1") + body)
            return read_answer(wire)

    def ask(
        self, method: str, path: str, headers: dict[str, str | None] | None = None, body: bytes = b""
    ) -> Answer:
        """A request of the page itself, with the session; headers that are given replace ours, ``None`` leaves one out."""
        own: dict[str, str | None] = {"Host": self.host, "Cookie": self.cookie}
        if method == "POST":
            own |= {
                "Origin": self.url,
                "Sec-Fetch-Site": "same-origin",
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
            }
        lines = [f"{name}: {value}" for name, value in (own | (headers or {})).items() if value is not None]
        return self.send("\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]), body)

    def memory(self) -> int:
        """Bytes that the program holds."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def stop(self) -> int:
        """Ctrl-C; returns the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(120)


def read_answer(wire: socket.socket) -> Answer:
    """One answer from a connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = wire.recv(65536)
        if not more:
            break
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    if "content-length" in headers:
        while len(body) < int(headers["content-length"]):
            more = wire.recv(65536)
            if not more:
                break
            body += more
    return Answer(int(first.split()[1]), headers, body)


@contextmanager
def serving(
    runs: Path, *options: str, plans: Path | None = None, cwd: Path | None = None
) -> Iterator[Served]:
    """Serve a folder of runs on a free port."""
    with tempfile.TemporaryDirectory(prefix="studium-page-") as folder:
        log = Path(folder) / "log"
        command = [
            sys.executable,
            "-m",
            "studium",
            "serve",
            str(runs),
            "--port",
            "0",
            "--no-browser",
            *options,
        ]
        command += ["--plans", str(plans)] if plans is not None else []
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=cwd)
        try:
            yield _begun(process, log)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                process.wait(120)


def _begun(process: subprocess.Popen[bytes], log: Path) -> Served:
    for _ in range(600):
        found = re.search(r"page: http://[^:]+:(\d+)(\S+)\n", log.read_text())
        if found:
            return Served(int(found[1]), found[2], process, log)
        assert process.poll() is None, log.read_text()
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError(log.read_text())
