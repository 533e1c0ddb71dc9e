"""The trainer: members in, fits out."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Literal

from studium.data import Dataset
from studium.environment import resolve_device
from studium.errors import SettingError
from studium.models import layers
from studium.training.engine import Advanced, Engine, Finished
from studium.training.fit import Fit
from studium.training.flip_averaging import require_images
from studium.training.fusion import fusion_key, groups
from studium.training.group import Group
from studium.training.in_memory import InMemory
from studium.training.losses import loss_name
from studium.training.member import Member
from studium.training.progress import Progress, Tracker
from studium.training.race import Race

Device = Literal["auto", "cpu", "cuda"]


class Trainer:
    """Trains members on one dataset: those that can be fused together, the others one by one.

    Args:
        dataset: The data.
        device: ``auto`` is CUDA when present, else the CPU; populations of small networks always train on the CPU.
        workers: Groups trained at the same time, each by a process of its own; ``None``: one per
            core. Results do not depend on it.
        threads: Threads within one group; ``None``: 1, but all cores for a network that trains alone, outside a race, and is
            not fused (the small operations of a population lose more by threads that wait for each other than they gain).
            The last bits of a result may depend on it.
        engine: Where groups are trained and what becomes of their fits; ``None``: in memory, by ``workers`` processes.
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
        engine: Engine | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self._dataset = dataset
        self._device = resolve_device(device)
        self._threads = threads
        self._fuse = fuse
        self._engine = engine or InMemory(workers)
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
        parts, own = self._arranged(members)
        n_epochs = sum(member.config.epochs for member in members)
        for message in self._run(own, n_epochs):
            position = parts[message.group][message.place]
            yield position, message.outcome.fit(members[position])

    def race(self, members: Sequence[Member] = ()) -> Race:
        """A race: members that train stretch by stretch; who is left behind costs nothing more.

        Args:
            members: Who takes part from the start, at positions from 0; see :meth:`studium.training.Race.enter`.

        Raises:
            SettingError: A member contradicts itself or the data, or stops early.
        """
        race = Race(
            self._dataset,
            engine=self._engine,
            check=self._check_for_race,
            arrange=partial(self._arranged, racing=True),
            run=self._run,
        )
        race.enter(members)
        return race

    def _check_for_race(self, members: Sequence[Member]) -> None:
        patient = next((member for member in members if member.config.patience is not None), None)
        if patient is not None:
            raise SettingError(
                f"patience is {patient.config.patience}, but in a race it is the comparison of all members that stops one: "
                "leave patience out"
            )
        for member in members:
            _check(self._dataset, member)

    def _run(self, parts: Sequence[Group], n_epochs: int) -> Iterator[Finished]:
        tracker = Tracker(n_epochs, self._progress)
        for message in self._engine.run(self._dataset, parts):
            if isinstance(message, Advanced):
                tracker.epochs(*message)
                continue
            group = parts[message.group]
            due = group.due(message.place)
            tracker.spare(due - (message.outcome.epochs - group.begun if message.trained else 0))
            yield message
        tracker.end()

    def _arranged(
        self, members: Sequence[Member], *, racing: bool = False
    ) -> tuple[list[list[int]], list[Group]]:
        # Positions of each group's members, and the groups. In a race the way in which a member trains does not depend on
        # who is left beside it, since it goes on with what another group has left.
        parts = groups(members) if self._fuse else [[position] for position in range(len(members))]
        found = []
        for part in parts:
            own = tuple(members[position] for position in part)
            fused = self._fuse and fusion_key(own[0]) is not None
            fused = fused and (len(own) > 1 or racing or self._device.type == "cpu")
            alone = len(parts) == 1 and not fused and not racing
            threads = self._threads or ((os.cpu_count() or 1) if alone else 1)
            found.append(Group(own, fused, threads, "cpu" if fused else self._device.type))
        return parts, found


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
    require_images(member.config, dataset.input_shape, dataset.name)
    if member.config.augmentation.active and len(dataset.input_shape) != 3:
        raise SettingError(
            f"augmentation needs images, but {dataset.name} is a table: leave augmentation out"
        )
