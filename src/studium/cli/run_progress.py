"""How far a run is, on standard error: a bar on a terminal, else a line per step."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from studium.cli.messages import plain, say

if TYPE_CHECKING:
    from studium.runs import RunProgress


@contextmanager
def run_progress(plan: str) -> Iterator[Callable[[RunProgress], None]]:
    """Shows which step runs, how far it is, and the time left for the whole run.

    Args:
        plan: Name of the plan.

    Yields:
        What to give to the run.
    """
    if not sys.stderr.isatty():
        yield _Lines(plan)
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, TaskProgressColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[left]}"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task(escape(plain(plan)), total=1.0, left="")

        def report(progress: RunProgress) -> None:
            bar.update(
                line,
                description=escape(plain(title_of(plan, progress))),
                completed=progress.share,
                left=left_of(progress),
            )

        yield report


def title_of(plan: str, progress: RunProgress) -> str:
    """Plan and step, in words."""
    if not progress.step:
        return f"{plan}: {progress.message}"
    return f"{plan}: {progress.step} ({progress.position} of {progress.n_steps})"


def left_of(progress: RunProgress) -> str:
    """Time left for the whole run, in words."""
    if progress.seconds_left is None:
        return ""
    minutes, seconds = divmod(round(progress.seconds_left), 60)
    return f"about {minutes}:{seconds:02d} left"


class _Lines:
    """One line whenever something else begins."""

    def __init__(self, plan: str) -> None:
        self._plan, self._last = plan, ""

    def __call__(self, progress: RunProgress) -> None:
        title = title_of(self._plan, progress)
        if title != self._last:
            self._last = title
            say("run", title)
