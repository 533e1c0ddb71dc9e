"""How far a run is, on standard error: bars on a terminal, else a line per step."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from studium.cli.messages import plain, say

if TYPE_CHECKING:
    from rich.progress import Progress as Bars

    from studium.runs import RunFolder, RunProgress


@contextmanager
def run_progress(plan: str) -> Iterator[Callable[[RunProgress], None]]:
    """Shows what runs, how far it is, the time left for the whole run, what was found, and the best network so far.

    Args:
        plan: Name of the plan.

    Yields:
        What to give to the run.
    """
    if not sys.stderr.isatty():
        yield _Lines(plan)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[behind]}"),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        yield _Bars(plan, bars)


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


class _Bars:
    """One bar for the run and one for its step; what finished steps found stays above them."""

    def __init__(self, plan: str, bars: Bars) -> None:
        self._plan, self._bars = _shown(plan), bars
        self._run = bars.add_task(self._plan, total=1.0, behind="")
        self._step = bars.add_task("", total=1.0, behind="", visible=False)

    def __call__(self, progress: RunProgress) -> None:
        if not progress.step:
            self._bars.update(self._run, description=_shown(title_of(self._plan, progress)))
            return
        count = f"{self._plan} ({progress.position} of {progress.n_steps})"
        self._bars.update(self._run, description=count, completed=progress.overall, behind=left_of(progress))
        self._bars.update(
            self._step, description=_shown(progress.step), completed=progress.share, visible=True
        )
        if progress.finished is not None:
            self._finished(progress.step, progress.finished)

    def _finished(self, name: str, folder: RunFolder) -> None:
        from studium.cli.run_findings import best_so_far, found_by

        step = next(each for each in folder.state.steps if each.name == name)
        line = f"{name} ({step.seconds:.0f} s): {found_by(folder, step)}"
        self._bars.console.print(_shown(line), highlight=False)
        best = best_so_far(folder)
        if best:
            self._bars.update(self._step, behind=f"best so far: {_shown('; '.join(best))}")


def _shown(text: str) -> str:
    """Text that a terminal shows as it is."""
    from rich.markup import escape

    return escape(plain(text))
