"""A group: members that train together, and the way they do."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch

from studium.data import Dataset, Normalisation, fit_normalisation
from studium.environment import torch_threads
from studium.training.concurrency import StoppedError, never
from studium.training.loop import Loop
from studium.training.member import Member
from studium.training.population import PopulationProgram
from studium.training.products import product_threads
from studium.training.program import Program
from studium.training.single import SingleProgram
from studium.training.state import State, StateError


class Origin(NamedTuple):
    """Where a member stands: paused, with others, in the group that trained it so far.

    Attributes:
        group: That group.
        place: The member's place in it.
    """

    group: Group
    place: int


@dataclass(frozen=True, eq=False)
class Group:
    """Members that train together.

    Attributes:
        members: Ordered by training rows, most first.
        fused: Whether they train as a population; else there is one, which trains as a module.
        threads: Threads of its arithmetic; the last bits of a result may depend on it.
        device: Where a module trains: ``cpu`` or ``cuda``; populations always train on the CPU.
        until: Epoch at whose end it pauses, counted from the start of the training; ``None``: it trains to the end.
        origins: Where each member goes on from, all at the same epoch; none: they begin.
    """

    members: tuple[Member, ...]
    fused: bool
    threads: int = 1
    device: str = "cpu"
    until: int | None = None
    origins: tuple[Origin, ...] = ()

    @property
    def before(self) -> tuple[Group, ...]:
        """The groups that its members come from, each once, in the order of the members."""
        return tuple(dict.fromkeys(origin.group for origin in self.origins))

    @property
    def begun(self) -> int:
        """Epochs that its members have behind them when it begins."""
        return (self.origins[0].group.until or 0) if self.origins else 0

    def due(self, place: int) -> int:
        """Epochs that a member trains here, at most."""
        epochs = self.members[place].config.epochs
        return min(epochs, self.until or epochs) - self.begun


class Normalisations:
    """Normalisations of sets of training rows, each computed once: members of a study share folds.

    Args:
        dataset: Where the rows are.
    """

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._known: dict[bytes, Normalisation] = {}

    def of(self, rows: np.ndarray) -> Normalisation:
        """Normalisation from these rows; the very same object for equal rows."""
        key = hashlib.sha256(rows.tobytes()).digest()
        if key not in self._known:
            self._known[key] = fit_normalisation(self._dataset, rows)
        return self._known[key]


def group_loop(group: Group, dataset: Dataset, normalisations: Normalisations) -> Loop:
    """The training of a group from its start, ready to begin.

    Args:
        group: What to train.
        dataset: Where the rows are.
        normalisations: Of that dataset.
    """
    own = [normalisations.of(member.train) for member in group.members]
    program: Program
    if group.fused:
        program = PopulationProgram(dataset, group.members, own)
    else:
        program = SingleProgram(dataset, group.members[0], own[0], torch.device(group.device))
    return Loop(program, own, group.until)


Kept = Callable[[Group], Mapping[int, State] | None]
"""Gives the states of the members that paused in a group, by place; ``None`` when they are not to be had."""


def begun_loop(
    group: Group,
    dataset: Dataset,
    normalisations: Normalisations,
    kept: Kept,
    unwanted: Callable[[], bool] = never,
) -> Loop:
    """The training of a group, ready to go on from where its members stand.

    The groups that they come from are trained again where nothing is kept of them, to the very same bits.

    Args:
        group: What to train.
        dataset: Where the rows are.
        normalisations: Of that dataset.
        kept: What is kept of the groups before.
        unwanted: Whether to end early, while a group before is trained again; asked after every epoch.

    Raises:
        StoppedError: It ended early.
    """
    try:
        return _Ancestry(dataset, normalisations, kept, unwanted).loop(group)
    except StateError:  # written by another version
        return _Ancestry(dataset, normalisations, lambda _: None, unwanted).loop(group)


class _Ancestry:
    """The groups that a group comes from, each looked up or trained once."""

    def __init__(
        self,
        dataset: Dataset,
        normalisations: Normalisations,
        kept: Kept,
        unwanted: Callable[[], bool],
    ) -> None:
        self._dataset, self._normalisations = dataset, normalisations
        self._kept, self._unwanted = kept, unwanted
        self._known: dict[Group, Mapping[int, State]] = {}

    def loop(self, group: Group) -> Loop:
        """The training of a group, ready to go on."""
        states = {
            place: self._states(origin.group)[origin.place] for place, origin in enumerate(group.origins)
        }
        loop = group_loop(group, self._dataset, self._normalisations)
        if states:
            loop.restore(states)
        return loop

    def _states(self, group: Group) -> Mapping[int, State]:
        if group not in self._known:
            states = self._kept(group)
            whole = states is not None and all(
                state.fact("epoch") == group.until for state in states.values()
            )
            # What is not whole is of a training that was stopped on its way there.
            self._known[group] = states if states is not None and whole else self._trained(group)
        return self._known[group]

    def _trained(self, group: Group) -> Mapping[int, State]:
        with torch_threads(group.threads), product_threads(group.threads):
            loop = self.loop(group)
            for _ in loop.run():
                if self._unwanted():
                    raise StoppedError
            return loop.states()
