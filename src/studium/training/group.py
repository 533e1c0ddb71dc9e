"""A group: members that train together, and the way they do."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import torch

from studium.data import Dataset, Normalisation, fit_normalisation
from studium.training.loop import Loop
from studium.training.member import Member
from studium.training.population import PopulationProgram
from studium.training.program import Program
from studium.training.single import SingleProgram


@dataclass(frozen=True, eq=False)
class Group:
    """Members that train together.

    Attributes:
        members: Ordered by training rows, most first.
        fused: Whether they train as a population; else there is one, which trains as a module.
        threads: Threads of its arithmetic; the last bits of a result may depend on it.
        device: Where a module trains: ``cpu`` or ``cuda``; populations always train on the CPU.
    """

    members: tuple[Member, ...]
    fused: bool
    threads: int = 1
    device: str = "cpu"

    @property
    def n_epochs(self) -> int:
        """Epochs to train at most, summed over members."""
        return sum(member.config.epochs for member in self.members)


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
    return Loop(program, own)
