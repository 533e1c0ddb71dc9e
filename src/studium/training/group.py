"""A group: members that train together, and the way they do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import torch

from studium.data import Dataset, Normalisation, fit_normalisation
from studium.training.loop import Loop
from studium.training.member import Member
from studium.training.population import PopulationProgram
from studium.training.program import Program
from studium.training.single import SingleProgram
from studium.training.stages import Stage


@dataclass(frozen=True, eq=False)
class Group:
    """Members that train together.

    Attributes:
        members: Ordered by training rows, most first.
        fused: Whether they train as a population; else there is one, which trains as a module.
        threads: Threads of its arithmetic; the last bits of a result may depend on it.
        device: Where a module trains: ``cpu`` or ``cuda``; populations always train on the CPU.
        stages: From the start to where it pauses, each keeping fewer members; none: it trains to the end.
    """

    members: tuple[Member, ...]
    fused: bool
    threads: int = 1
    device: str = "cpu"
    stages: tuple[Stage, ...] = ()

    @property
    def before(self) -> Group | None:
        """The same group up to the stage before its last; ``None`` when there is none to go on from."""
        return replace(self, stages=self.stages[:-1]) if len(self.stages) > 1 else None

    def begun(self, place: int) -> int:
        """Epochs that a member has behind it when the last stage begins."""
        stages = [stage.until for stage in self.stages[:-1] if place in stage.kept]
        return min(stages[-1] if stages else 0, self.members[place].config.epochs)

    def due(self, place: int) -> int:
        """Epochs that a member trains in the last stage, at most; in all, when there are no stages."""
        epochs = self.members[place].config.epochs
        if not self.stages:
            return epochs
        last = self.stages[-1]
        return min(last.until, epochs) - self.begun(place) if place in last.kept else 0


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
    """The training of a group, ready to begin.

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
    return Loop(program, own, group.stages)
