"""A race: members that train stretch by stretch, so that their beginnings decide who goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol, Self

from studium.data import Dataset
from studium.training.engine import Engine, Finished
from studium.training.fit import Fit
from studium.training.group import Group, Origin
from studium.training.member import Member


class Arrange(Protocol):
    """Arranges members in groups; :meth:`studium.training.Trainer.race` passes its own."""

    def __call__(self, members: Sequence[Member]) -> tuple[list[list[int]], list[Group]]:
        """Positions in ``members`` of each group's members, and the groups."""


class Run(Protocol):
    """Trains groups and gives every member's end; :meth:`studium.training.Trainer.race` passes its own."""

    def __call__(self, parts: Sequence[Group], n_epochs: int) -> Iterator[Finished]:
        """Train.

        Args:
            parts: What to train.
            n_epochs: Epochs to train at most, summed over members.
        """


class Race(AbstractContextManager["Race"]):
    """Members that advance together, stretch by stretch; who is dropped, or left where it is, costs nothing more.

    Before each stretch those that train in it are grouped anew, so that few members left of many groups train as one.
    Leave it with ``with`` or :meth:`close`: what was kept to go on from is then let go. After an exception, Ctrl-C too,
    it stays in a run's folder, for whoever takes up the same race again.

    Args:
        dataset: The data.
        engine: Where groups are trained.
        check: Raises ``SettingError`` for members that cannot take part.
        arrange: Groups members.
        run: Trains groups.

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
        *,
        engine: Engine,
        check: Callable[[Sequence[Member]], None],
        arrange: Arrange,
        run: Run,
    ) -> None:
        self._dataset, self._engine = dataset, engine
        self._check, self._arrange, self._run = check, arrange, run
        self._members: list[Member] = []
        self._fresh: set[int] = set()  # who has not trained yet
        self._stands: dict[int, Origin] = {}  # of those that have paused
        self._ended: dict[int, Fit] = {}
        self._kept: dict[Group, None] = {}  # whose states the engine keeps, in their order

    def __exit__(self, kind: type[BaseException] | None, *raised: object) -> None:
        if kind is None:
            self.close()

    def __enter__(self) -> Self:
        return self

    def enter(self, members: Sequence[Member]) -> range:
        """Let members take part.

        Args:
            members: They have not trained; none stops early, since that looks at the epochs for itself.

        Returns:
            Their positions in the race.

        Raises:
            SettingError: A member contradicts itself or the data, or stops early.
        """
        self._check(members)
        entered = range(len(self._members), len(self._members) + len(members))
        self._members += members
        self._fresh.update(entered)
        return entered

    def advance(self, chosen: Sequence[int], until: int) -> dict[int, Fit]:
        """Train some members on; the others stay where they are.

        Args:
            chosen: Positions of those that train; all of them stand at the same epoch.
            until: Epoch at whose end they pause, counted from the start; above where they stand.

        Returns:
            Their fits by position: ``paused`` where there are epochs left, else ``complete``, ``diverged`` or ``failed``.
        """
        fits = {position: self._ended[position] for position in chosen if position in self._ended}
        going = [position for position in chosen if position not in fits]
        if not going:
            return fits
        parts, groups = self._arrange([self._members[position] for position in going])
        positions = [[going[place] for place in part] for part in parts]
        groups = [
            replace(group, until=until, origins=self._origins(part))
            for group, part in zip(groups, positions, strict=True)
        ]
        n_epochs = sum(group.due(place) for group in groups for place in range(len(group.members)))
        for message in self._run(groups, n_epochs):
            group, position = groups[message.group], positions[message.group][message.place]
            fits[position] = message.outcome.fit(self._members[position])
            if fits[position].status == "paused":
                self._stands[position] = Origin(group, message.place)
                self._kept[group] = None
            else:
                self._ended[position] = fits[position]
                self._stands.pop(position, None)
        self._let_go()
        return fits

    def drop(self, positions: Sequence[int]) -> None:
        """These never train again.

        Args:
            positions: Whose states are let go of.
        """
        self._fresh.difference_update(positions)
        for position in positions:
            self._stands.pop(position, None)
        self._let_go()

    @property
    def paused(self) -> list[int]:
        """Positions of those that can go on, in the order in which they paused."""
        return list(self._stands)

    def close(self) -> None:
        """Let go of what was kept to go on from."""
        self.drop(self.paused)

    def _origins(self, part: Sequence[int]) -> tuple[Origin, ...]:
        if self._fresh.issuperset(part):
            self._fresh.difference_update(part)
            return ()
        begun = tuple(self._stands[position] for position in part if position in self._stands)
        assert len(begun) == len(part), (
            "who was dropped never trains again, and who begins does not train with others"
        )
        assert len({origin.group.until for origin in begun}) == 1, (
            "members that train together stand at one epoch"
        )
        return begun

    def _let_go(self) -> None:
        # States that nobody will go on from.
        needed = {origin.group for origin in self._stands.values()}
        idle = [group for group in self._kept if group not in needed]
        if idle:
            self._engine.release(self._dataset, idle)
        for group in idle:
            del self._kept[group]
