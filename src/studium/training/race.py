"""A race: members that train stage by stage, so that their beginnings decide who goes on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol, Self

from studium.data import Dataset
from studium.training.engine import Engine, Finished
from studium.training.fit import Fit
from studium.training.group import Group
from studium.training.member import Member
from studium.training.stages import Stage


class Run(Protocol):
    """Trains groups and gives every member's end; :meth:`studium.training.Trainer.race` passes its own."""

    def __call__(self, parts: Sequence[Group], n_epochs: int) -> Iterator[Finished]:
        """Train.

        Args:
            parts: What to train.
            n_epochs: Epochs to train at most, summed over members.
        """


class Race(AbstractContextManager["Race"]):
    """Members of a training that advance together, epoch by epoch; who is left behind costs nothing more.

    A member trains as it would have trained to its end at once. Leave it with ``with`` or :meth:`close`: what was kept to
    go on from is then let go. After an exception, Ctrl-C too, it stays, for whoever takes up the same race again.

    Args:
        dataset: The data.
        members: Who takes part.
        groups: The same, as they train together.
        parts: Positions in ``members`` of each group's members.
        engine: Where groups are trained.
        run: Trains them.

    Example:
        >>> from studium.data import open_dataset, split
        >>> from studium.models import preset
        >>> from studium.training import Trainer, TrainConfig
        >>> data = open_dataset("curve")
        >>> rows, net = split(data), preset("net", data.input_shape, data.n_outputs)
        >>> rates = [TrainConfig(learning_rate=rate, epochs=20) for rate in (1e-5, 1e-3)]
        >>> members = [Member(net, config, rows.train, rows.validation) for config in rates]
        >>> with Trainer(data).race(members) as race:
        ...     first = race.advance([0, 1], until=5)
        ...     last = race.advance([1], until=20)
        >>> first[0].status, first[1].epochs, last[1].status
        ('paused', 5, 'complete')
    """

    def __init__(
        self,
        dataset: Dataset,
        members: Sequence[Member],
        groups: Sequence[Group],
        parts: Sequence[Sequence[int]],
        *,
        engine: Engine,
        run: Run,
    ) -> None:
        self._dataset, self._members, self._engine, self._run = dataset, tuple(members), engine, run
        self._groups, self._parts = list(groups), [tuple(part) for part in parts]
        self._epochs = [0] * len(members)

    def __exit__(self, kind: type[BaseException] | None, *raised: object) -> None:
        if kind is None:
            self.close()

    def __enter__(self) -> Self:
        return self

    def advance(self, kept: Sequence[int], until: int) -> dict[int, Fit]:
        """Train some members on.

        Args:
            kept: Positions of those that train on; who is not among them never trains again.
            until: Epoch at whose end they pause, counted from the start; above that of the last call.

        Returns:
            Their fits by position: ``paused`` where there are epochs left, else ``complete``, ``diverged`` or ``failed``.
        """
        going = set(kept)
        places = [index for index, part in enumerate(self._parts) if going.intersection(part)]
        for index in places:
            part = self._parts[index]
            own = tuple(place for place, position in enumerate(part) if position in going)
            group = self._groups[index]
            self._groups[index] = replace(group, stages=(*group.stages, Stage(own, until)))
        n_epochs = sum(self._left(position, until) for position in going)
        fits = {}
        for message in self._run([self._groups[index] for index in places], n_epochs):
            position = self._parts[places[message.group]][message.place]
            if position in going:
                fits[position] = message.outcome.fit(self._members[position])
                self._epochs[position] = fits[position].epochs
        return fits

    def close(self) -> None:
        """Let go of what was kept to go on from."""
        self._engine.release(self._dataset, [group for group in self._groups if group.stages])

    def _left(self, position: int, until: int) -> int:
        return max(min(until, self._members[position].config.epochs) - self._epochs[position], 0)
