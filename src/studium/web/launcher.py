"""Runs that are started and stopped from the page: child processes, begun with a list of arguments, never by a shell."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO

from studium.errors import OutputError, SettingError
from studium.web.plans import OfferedPlan

_SAID = 4000  # last bytes of what a process said
_GRACE = 60.0  # seconds in which a run may end in good order


@dataclass(frozen=True)
class Started:
    """A process that was started here.

    Attributes:
        folder: Of its run.
        process: The process.
        said: What it says on standard error.
    """

    folder: Path
    process: subprocess.Popen[bytes]
    said: IO[bytes]

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self.process.poll() is None

    def last_words(self) -> str:
        """The end of what it said."""
        self.said.seek(0, 2)
        self.said.seek(max(0, self.said.tell() - _SAID))
        return self.said.read().decode("utf-8", "replace").strip()

    def complaint(self) -> str:
        """Why it failed, in its own sentence; empty while it runs and when it did not."""
        if self.runs or self.process.returncode in (0, 130):
            return ""
        lines = [line for line in self.last_words().splitlines() if line.startswith("error: ")]
        return lines[-1].removeprefix("error: ") if lines else f"it ended with {self.process.returncode}"


class Launcher:
    """Starts and stops runs.

    Args:
        root: The folder of runs.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()
        self._started: list[Started] = []
        self._lock = threading.Lock()

    def start(self, plan: OfferedPlan, budget: str) -> Started:
        """Start a plan in a new folder.

        Args:
            plan: Which.
            budget: One of the plan's budgets; empty for its own.

        Raises:
            SettingError: The plan does not offer this budget.
            OutputError: The folder cannot be made.
        """
        if budget and budget not in plan.budgets:
            raise SettingError(
                f"{plan.name} has no budget {budget!r}: choose one of {', '.join(plan.budgets) or 'none'}"
            )
        folder = self._new_folder(plan.name)
        chosen = ["--budget", budget] if budget else []
        return self._begin(folder, ["run", plan.argument, *chosen, "--out", str(folder)])

    def resume(self, folder: Path) -> Started:
        """Go on with a run.

        Args:
            folder: From the library.
        """
        return self._begin(folder.resolve(), ["resume", str(folder.resolve())])

    def stop(self, folder: Path) -> bool:
        """Ask a run that was started here to stop in good order; returns whether there was one."""
        found = self.running(folder)
        if found is None:
            return False
        with suppress(ProcessLookupError):
            found.process.send_signal(signal.SIGINT)
        return True

    def running(self, folder: Path) -> Started | None:
        """The process that drives a run; ``None`` when none that was started here does."""
        return next((each for each in self.all() if each.folder == folder.resolve() and each.runs), None)

    def all(self) -> list[Started]:
        """All processes that were started here, the latest first."""
        with self._lock:
            return self._started[::-1]

    def close(self) -> None:
        """Stop all in good order, and wait until they have ended: what they did is kept."""
        running = [each for each in self.all() if each.runs]
        for each in running:
            with suppress(ProcessLookupError):
                each.process.send_signal(signal.SIGINT)
        until = time.monotonic() + _GRACE
        for each in running:
            try:
                each.process.wait(max(0.0, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                each.process.kill()
                each.process.wait()
        for each in self.all():
            each.said.close()

    def _begin(self, folder: Path, arguments: list[str]) -> Started:
        said = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the launcher
        process = subprocess.Popen(  # noqa: S603 - a list of our own words and of paths from our own listings
            [sys.executable, "-m", "studium", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=said,
            start_new_session=True,  # Ctrl-C in the terminal is for the server, which then stops its runs
        )
        started = Started(folder, process, said)
        with self._lock:
            self._started.append(started)
        return started

    def _new_folder(self, name: str) -> Path:
        stem = re.sub(r"[^a-z0-9_-]+", "-", name.removesuffix(".toml").lower()).strip("-") or "run"
        for number in count(1):
            path = self._root / f"{stem}-{number}"
            try:
                path.mkdir()
            except FileExistsError:
                continue
            except OSError as error:
                raise OutputError(
                    f"cannot make a folder in {self._root} ({error.strerror}): mend its permissions or make room"
                ) from error
            return path
        raise AssertionError
