"""Where a step writes what it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class StepFolders:
    """Empty folders, which become part of the run when the step is finished; those that stay empty do not.

    Attributes:
        model: Becomes ``models/<step>``: an exported model with its evaluation and history.
        study: Becomes ``studies/<step>``: trials and statistics, or what an inspection found.
        run: The run's folder, to read what earlier steps have left.
    """

    model: Path
    study: Path
    run: Path
