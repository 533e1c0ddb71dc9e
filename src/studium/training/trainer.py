"""The trainer: members in, fits out."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import numpy as np
import torch

from studium.data import Dataset, Normalisation, fit_normalisation
from studium.errors import SettingError
from studium.models import layers
from studium.training.concurrency import StoppedError, run_groups
from studium.training.fit import Fit
from studium.training.fusion import fusion_key, groups
from studium.training.loop import Loop
from studium.training.losses import loss_name
from studium.training.member import Member
from studium.training.population import PopulationProgram
from studium.training.program import Program
from studium.training.progress import Progress, Tracker
from studium.training.single import SingleProgram

Device = Literal["auto", "cpu", "cuda"]


class Trainer:
    """Trains members on one dataset: those that can be fused together, the others one by one.

    Args:
        dataset: The data.
        device: ``auto`` is CUDA when present, else the CPU.
        workers: Groups trained at the same time, each by one thread; ``None``: one per core. Results do not depend on it.
        threads: Threads within one group; ``None``: all cores when there is a single group, else 1. The last bits of a
            result may depend on it.
        fuse: Whether to train together what can be; without it every member trains alone.
        progress: Called now and then, from any thread, with how far the training is.

    Example:
        >>> from studium.data import open_dataset, split
        >>> from studium.models import preset
        >>> data = open_dataset("curve")
        >>> rows = split(data)
        >>> net = preset("net", data.input_shape, data.n_outputs)
        >>> member = Member(net, TrainConfig(epochs=20), rows.train, rows.validation)
        >>> Trainer(data).fit([member])[0].status
        'complete'
    """

    def __init__(
        self,
        dataset: Dataset,
        *,
        device: Device = "auto",
        workers: int | None = None,
        threads: int | None = None,
        fuse: bool = True,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self._dataset = dataset
        self._device = _device(device)
        self._workers = workers or os.cpu_count() or 1
        self._threads = threads
        self._fuse = fuse
        self._progress = progress

    def fit(self, members: Sequence[Member]) -> list[Fit]:
        """Train all members.

        Args:
            members: What to train; any mixture.

        Returns:
            One fit per member, in order.

        Raises:
            SettingError: A member contradicts itself or the data; nothing has been trained then.
        """
        fits = dict(self.iterate(members))
        return [fits[position] for position in range(len(members))]

    def iterate(self, members: Sequence[Member]) -> Iterator[tuple[int, Fit]]:
        """Train all members, giving each fit as soon as it is there.

        Args:
            members: What to train.

        Yields:
            Position in ``members`` and fit, in the order in which they end. Leaving the iteration early, by Ctrl-C too,
            stops the training; what was given is complete.

        Raises:
            SettingError: A member contradicts itself or the data; nothing has been trained then.
        """
        for member in members:
            _check(self._dataset, member)
        parts = groups(members) if self._fuse else [[position] for position in range(len(members))]
        tracker = Tracker(sum(member.config.epochs for member in members), self._progress)
        normalise = _Normalisations(self._dataset)

        def train(part: list[int], stop: threading.Event) -> Iterator[tuple[int, Fit]]:
            return self._train(part, [members[position] for position in part], normalise, tracker, stop)

        yield from run_groups(parts, train, workers=self._workers, threads=self._threads)

    def _train(
        self,
        positions: list[int],
        members: list[Member],
        normalise: _Normalisations,
        tracker: Tracker,
        stop: threading.Event,
    ) -> Iterator[tuple[int, Fit]]:
        def observe(n_members: int, loss: float) -> None:
            if stop.is_set():
                raise StoppedError
            tracker.epochs(n_members, loss)

        normalisations = [normalise(member.train) for member in members]
        program = self._program(members, normalisations)
        for place, fit in Loop(program, normalisations, observe).run():
            tracker.spare(fit.member.config.epochs - fit.epochs)
            yield positions[place], fit

    def _program(self, members: list[Member], normalisations: list[Normalisation]) -> Program:
        fused = fusion_key(members[0]) is not None and self._fuse
        if fused and (len(members) > 1 or self._device.type == "cpu"):
            return PopulationProgram(self._dataset, members, normalisations)
        return SingleProgram(self._dataset, members[0], normalisations[0], self._device)


class _Normalisations:
    # Members of a study share folds: each set of training rows is measured once.

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._known: dict[bytes, Normalisation] = {}
        self._lock = threading.Lock()

    def __call__(self, rows: np.ndarray) -> Normalisation:
        key = hashlib.sha256(rows.tobytes()).digest()
        with self._lock:
            if key not in self._known:
                self._known[key] = fit_normalisation(self._dataset, rows)
            return self._known[key]


def _check(dataset: Dataset, member: Member) -> None:
    if member.spec.input_shape != dataset.input_shape or member.spec.n_outputs != dataset.n_outputs:
        raise SettingError(
            f"the network maps {member.spec.input_shape} to {member.spec.n_outputs} outputs, but {dataset.name} has inputs "
            f"{dataset.input_shape} and needs {dataset.n_outputs}: build the spec from the dataset's shapes"
        )
    layers(member.spec)
    loss_name(member.config, dataset.task)
    if len(member.train) == 0:
        raise SettingError("a member has 0 training rows, but needs at least one: choose other rows")
    if member.config.patience is not None and len(member.validation) == 0:
        raise SettingError(
            f"patience is {member.config.patience}, but there are no validation rows to watch: "
            "give some, or leave patience out"
        )
    if member.config.augmentation.active and len(dataset.input_shape) != 3:
        raise SettingError(
            f"augmentation needs images, but {dataset.name} is a table: leave augmentation out"
        )


def _device(name: Device) -> torch.device:
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise SettingError("device is 'cuda', but no CUDA device is present: choose auto or cpu")
    return torch.device(name)
