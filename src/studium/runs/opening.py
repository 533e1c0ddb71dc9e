"""Datasets of a plan: opened once, with a test set, and with the replacement where one cannot be had."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from studium.data import Dataset, open_dataset, split
from studium.errors import UnavailableError
from studium.runs.step_base import DataStep

Step = TypeVar("Step", bound=DataStep)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class OpenedData:
    """A dataset, and the rows of it that a step must not learn from.

    Attributes:
        dataset: As it was read.
        pool: The same, in which the test rows are the official test set: no split or fold touches them.
        asked: What the plan named.
        notice: What the reader must know, when a replacement is used.
    """

    dataset: Dataset
    pool: Dataset
    asked: str
    notice: str = ""

    @property
    def test_rows(self) -> np.ndarray:
        """The test rows, ``[N_test]``."""
        assert self.pool.test_rows is not None
        return self.pool.test_rows

    @property
    def notices(self) -> tuple[str, ...]:
        """What the reader must know, as a sequence."""
        return (self.notice,) if self.notice else ()

    @property
    def checksums(self) -> dict[str, str]:
        """SHA-256 of the data, by name."""
        return {self.dataset.name: self.dataset.checksum}

    def written(self, step: Step) -> Step:
        """The step as it ran: where a replacement was used, it names that, and nobody's numbers beside it."""
        if not self.notice:
            return step
        changes = {"data": self.dataset.name, "fallback": None, "reference": None}
        known = type(step).model_fields
        return step.model_copy(update={key: value for key, value in changes.items() if key in known})


class DataOpener:
    """Opens the data of steps; equal data are read once.

    Args:
        offline: Never touch the network.
        progress: Called with what is being opened, in words.
    """

    def __init__(self, *, offline: bool = False, progress: Callable[[str], None] | None = None) -> None:
        self._offline, self._progress = offline, progress
        self._known: dict[tuple[str | None, ...], Dataset | UnavailableError] = {}

    def open(self, step: DataStep) -> OpenedData:
        """The data of a step.

        Raises:
            InputError: The data break a rule.
            UnavailableError: They cannot be had, and the step names no replacement.
        """
        found = self._read(step.data, step.target, step.task, step.test)
        if isinstance(found, Dataset):
            return OpenedData(found, _with_test_rows(found, step), step.data)
        if step.fallback is None:
            raise found
        replacement = self._read(step.fallback)
        if isinstance(replacement, UnavailableError):
            raise replacement
        notice = _notice(step)
        _log.warning("%s", notice)
        return OpenedData(replacement, _with_test_rows(replacement, step), step.data, notice)

    def _read(
        self, name: str, target: str | None = None, task: str | None = None, test: str | None = None
    ) -> Dataset | UnavailableError:
        key = (name, target, task, test)
        if key not in self._known:
            if self._progress is not None:
                self._progress(f"opening {name}")
            try:
                self._known[key] = open_dataset(
                    name, target=target, task=task, test=test, offline=self._offline
                )
            except UnavailableError as error:
                self._known[key] = error
        return self._known[key]


def _with_test_rows(dataset: Dataset, step: DataStep) -> Dataset:
    if dataset.test_rows is not None:
        return dataset
    return replace(dataset, test_rows=split(dataset, validation=0, test=step.test_share, seed=step.seed).test)


def _notice(step: DataStep) -> str:
    return (
        f"{step.data} could not be had, so {step.fallback} was used in its place; put the files of {step.data} into "
        "the cache with `studium data add FILE...` and run again"
    )
