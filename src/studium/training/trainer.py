"""The trainer: members in, fits out."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

import torch

from studium.data import Dataset, Normalisation, fit_normalisation
from studium.environment import resolve_device
from studium.errors import SettingError
from studium.models import layers
from studium.training.concurrency import Message, StoppedError, run_groups
from studium.training.fit import Fit
from studium.training.fusion import fusion_key, groups
from studium.training.loop import Epoch, Loop
from studium.training.losses import loss_name
from studium.training.member import Member
from studium.training.population import PopulationProgram
from studium.training.program import Program
from studium.training.progress import Progress, Tracker
from studium.training.single import SingleProgram

Device = Literal["auto", "cpu", "cuda"]
_SECONDS = 0.1  # between two messages about progress


class Trainer:
    """Trains members on one dataset: those that can be fused together, the others one by one.

    Args:
        dataset: The data.
        device: ``auto`` is CUDA when present, else the CPU; populations of small networks always train on the CPU.
        workers: Groups trained at the same time, each by a process of its own; ``None``: one per
            core. Results do not depend on it.
        threads: Threads within one group; ``None``: 1, but all cores for a network that trains alone and is not fused (the
            small operations of a population lose more by threads that wait for each other than they gain). The last
            bits of a result may depend on it.
        fuse: Whether to train together what can be; without it every member trains alone.
        progress: Called now and then with how far the training is.

    Example:
        >>> from studium.data import open_dataset, split
        >>> from studium.models import preset
        >>> from studium.training import Member, TrainConfig
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
        self._device = resolve_device(device)
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
        normalisations = _normalisations(self._dataset, members)

        def train(part: list[int], unwanted: Callable[[], bool]) -> Iterator[Message]:
            return self._train(part, members, normalisations, unwanted)

        for kind, content in run_groups(
            parts, train, workers=self._workers, threads=self._threads_for(parts, members)
        ):
            if kind == "epochs":
                tracker.epochs(*content)
                continue
            position, outcome = content
            member = members[position]
            tracker.spare(member.config.epochs - outcome["epochs"])
            yield position, _fit(member, normalisations[position], outcome)

    def _train(
        self,
        positions: list[int],
        members: Sequence[Member],
        normalisations: list[Normalisation],
        unwanted: Callable[[], bool],
    ) -> Iterator[Message]:
        own = [normalisations[position] for position in positions]
        program = self._program([members[position] for position in positions], own)
        counted, loss, said = 0, 0.0, time.perf_counter()
        for event in Loop(program, own).run():
            if unwanted():
                raise StoppedError
            if isinstance(event, Epoch):
                counted, loss = counted + event.n_members, event.loss
            else:
                yield "fit", (positions[event.position], _outcome(event.fit))
            if time.perf_counter() - said > _SECONDS:
                yield "epochs", (counted, loss)
                counted, said = 0, time.perf_counter()
        yield "epochs", (counted, loss)

    def _threads_for(self, parts: list[list[int]], members: Sequence[Member]) -> int:
        alone = len(parts) == 1 and not self._fuses(members[parts[0][0]])
        return self._threads or (self._workers if alone else 1)

    def _fuses(self, member: Member) -> bool:
        return self._fuse and fusion_key(member) is not None

    def _program(self, members: list[Member], normalisations: list[Normalisation]) -> Program:
        if self._fuses(members[0]) and (len(members) > 1 or self._device.type == "cpu"):
            return PopulationProgram(self._dataset, members, normalisations)
        return SingleProgram(self._dataset, members[0], normalisations[0], self._device)


def _normalisations(dataset: Dataset, members: Sequence[Member]) -> list[Normalisation]:
    # Members of a study share folds: each set of training rows is measured once.
    keys = [hashlib.sha256(member.train.tobytes()).digest() for member in members]
    rows = {key: member.train for key, member in zip(keys, members, strict=True)}
    found = {key: fit_normalisation(dataset, each) for key, each in rows.items()}
    return [found[key] for key in keys]


def _outcome(fit: Fit) -> dict[str, Any]:
    # What the parent does not know yet. Arrays travel between processes as bytes; tensors would take file handles.
    fields = {field.name: getattr(fit, field.name) for field in dataclasses.fields(fit)}
    del fields["member"], fields["normalisation"]
    return {**fields, "weights": {name: tensor.numpy() for name, tensor in fit.weights.items()}}


def _fit(member: Member, normalisation: Normalisation, outcome: dict[str, Any]) -> Fit:
    weights = {name: torch.from_numpy(array) for name, array in outcome["weights"].items()}
    return Fit(member=member, normalisation=normalisation, **{**outcome, "weights": weights})


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
