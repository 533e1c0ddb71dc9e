"""How far a running step is: a small file that its driver rewrites, for whoever watches the run from outside."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

from pydantic import ValidationError

from studium.config import Frozen
from studium.runs.results import MetricName

NAME = "progress.json"
_EVERY = 0.5  # seconds between two versions of the file


class StepProgress(Frozen):
    """How far the running step is.

    Attributes:
        step: Name of the step.
        share: Share of the step that is done, in [0, 1].
        seconds_left: Estimate for the rest of the run; ``None`` as long as nothing has been measured.
        since: When the step began, in seconds since 1970.
        metric: What its networks are scored by.
    """

    step: str
    metric: MetricName
    share: float
    seconds_left: float | None = None
    since: float


class ProgressFile:
    """Writes the progress of a run into its folder.

    It is no result, so it is not made durable, and a disk that is full does not end the run.

    Args:
        folder: The run's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._step, self._since, self._written = "", 0.0, 0.0

    def tell(self, step: str, metric: MetricName, share: float, seconds_left: float | None) -> None:
        """Take the progress of a step; most calls write nothing."""
        now = time.time()
        if step == self._step and now - self._written < _EVERY:
            return
        if step != self._step:
            self._step, self._since = step, now
        self._written = now
        record = StepProgress(
            step=step, metric=metric, share=share, seconds_left=seconds_left, since=self._since
        )
        temporary = self._path.with_name(f".{NAME}.partial")
        with suppress(OSError):
            temporary.write_text(record.model_dump_json(), encoding="utf-8")
            temporary.replace(self._path)

    def remove(self) -> None:
        """Remove the file: nothing runs any more."""
        with suppress(OSError):
            self._path.unlink(missing_ok=True)


def read_progress(folder: Path) -> StepProgress | None:
    """The progress of the running step; ``None`` where no driver has told any."""
    try:
        return StepProgress.model_validate_json((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError):
        return None
