"""What every executor gives: a step that is checked and ready to run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from studium.data import Dataset
from studium.errors import InputError
from studium.runs.opening import DataOpener, OpenedData
from studium.runs.resolution import StepError
from studium.runs.step_base import DataStep, Step
from studium.runs.step_folders import StepFolders
from studium.training.engine import Engine

ShareDone = Callable[[float], None]
"""Called with the share of a step that is done, in [0, 1]."""


class PreparedStep(Protocol):
    """A step whose data are open and whose settings are checked; nothing has been trained."""

    @property
    def step(self) -> Step:
        """The step, every default written out."""

    @property
    def notices(self) -> tuple[str, ...]:
        """What the reader must know."""

    @property
    def seconds(self) -> float:
        """A rough guess of the time it takes."""

    @property
    def pool(self) -> Dataset:
        """What its networks are trained on."""

    @property
    def checksums(self) -> dict[str, str]:
        """SHA-256 of the data, by name."""

    def run(self, folders: StepFolders, engine: Engine, progress: ShareDone) -> None:
        """Do it and write what it gives.

        Args:
            folders: Where to write.
            engine: Trains.
            progress: Called with the share that is done.
        """


def opened_data(step: DataStep, opener: DataOpener) -> OpenedData:
    """The data of a step.

    Raises:
        StepError: They break a rule.
        UnavailableError: They cannot be had.
    """
    try:
        return opener.open(step)
    except InputError as error:
        raise StepError(("data",), str(error)) from error
