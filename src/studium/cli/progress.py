"""How far a training or another computation is, on standard error, when that is a terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from studium.cli.messages import plain

if TYPE_CHECKING:
    from studium.training import Progress


@contextmanager
def training_progress(title: str) -> Iterator[Callable[[Progress], None] | None]:
    """A bar with epochs, loss and time left.

    Args:
        title: What is being trained.

    Yields:
        What to give to the trainer; ``None`` when standard error is not a terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[state]}"))
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task(escape(plain(title)), total=None, state="")

        def report(progress: Progress) -> None:
            bar.update(line, completed=progress.done, total=progress.total, state=state_of(progress))

        yield report


@contextmanager
def step_progress(title: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar with steps.

    Args:
        title: What is being computed.

    Yields:
        What to call with the steps done and all steps; ``None`` when standard error is not a terminal.
    """
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress as Bar

    with Bar(console=Console(stderr=True), transient=True) as bar:
        line = bar.add_task(escape(plain(title)), total=None)
        yield lambda done, total: bar.update(line, completed=done, total=total)


def state_of(progress: Progress) -> str:
    """Epochs, loss and time left, in words."""
    minutes, seconds = divmod(round(progress.seconds_left), 60)
    return (
        f"epoch {progress.done:,}/{progress.total:,}  loss {progress.loss:.4g}  {minutes}:{seconds:02d} left"
    )
