"""Networks in their parts: which images are made for, and which judge them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from benchmarks.maximization.measures import Judge, Measured, Measures, logits
from benchmarks.maximization.networks import Network, network
from studium.data import Dataset
from studium.introspection.layers import OUTPUT, find_layer
from studium.introspection.maximization import MaximizationSettings
from studium.introspection.maximization.optimisation import Optimisation
from studium.introspection.maximization.reference import Reference, reference_of
from studium.introspection.maximization.targets import find_targets

KINDS = ("cnn", "fc")  # images are made for these


@dataclass(frozen=True)
class Cast:
    """Which networks take part.

    Attributes:
        subjects: Seeds of the networks that images are made for, of each kind.
        peers: Seeds of the networks of the same kind that judge them; an image is never judged by its own.
        stranger: Seed of the network of a third architecture that judges, too, and in whose features images are compared.
    """

    subjects: tuple[int, ...]
    peers: tuple[int, ...]
    stranger: int


TUNING = Cast(subjects=(0,), peers=(1,), stranger=0)
EVALUATION = Cast(subjects=(2, 3, 4), peers=(2, 3, 4), stranger=1)
"""No network of the tuning takes part, so that what is reported was not chosen for it."""


class Bench:
    """Makes images for the subjects of a cast and measures them.

    Args:
        data: The data of all networks.
        cast: Which networks take part.
    """

    def __init__(self, data: Dataset, cast: Cast) -> None:
        self.data, self.cast = data, cast
        wanted = {(kind, seed) for kind in KINDS for seed in (*cast.subjects, *cast.peers)}
        self._judges = {each: Judge.of(network(Network(*each), data), data) for each in sorted(wanted)}
        self._stranger = Judge.of(network(Network("strided", cast.stranger), data), data)
        self._measures = Measures(data, self._stranger.model)
        self._references: dict[tuple[str, int], Reference] = {}

    def make(self, kind: str, seed: int, settings: MaximizationSettings, root: int) -> Tensor:
        """Optimised images of all classes for one network, ``[U * S, C, H, W]`` uint8, those of a class together."""
        model = self._judges[kind, seed].model
        if (kind, seed) not in self._references:
            self._references[kind, seed] = reference_of(model, self.data)
        layer = find_layer(model.spec, OUTPUT)
        found = Optimisation(model, layer, self._references[kind, seed], settings, root).run(
            find_targets(model, layer, None)
        )
        return torch.from_numpy(np.stack([each.input.image() for unit in found for each in unit]))

    def strongest(self, kind: str, seed: int, n: int) -> Tensor:
        """The real test images with the largest logits of each class, ``[U * n, C, H, W]``."""
        rows, found = self._test_logits(kind, seed)
        order = found.argsort(dim=0, descending=True)[:n].T.flatten()
        return self.data.inputs[rows[order]]

    def usual(self, n: int) -> Tensor:
        """The first real test images of each class, ``[U * n, C, H, W]``."""
        assert self.data.test_rows is not None
        rows = torch.from_numpy(self.data.test_rows)
        chosen = [rows[self.data.targets[rows] == unit][:n] for unit in range(self.data.n_outputs)]
        return self.data.inputs[torch.cat(chosen)]

    def measure(self, kind: str, seed: int, images: Tensor) -> Measured:
        """Measure images of all classes that belong to one network."""
        units = torch.arange(self.data.n_outputs).repeat_interleave(len(images) // self.data.n_outputs)
        peers = [self._judges[kind, other] for other in self.cast.peers if other != seed]
        others = [self._judges[other, each] for other in KINDS if other != kind for each in self.cast.peers]
        return self._measures(images, units, self._judges[kind, seed], peers, [self._stranger, *others])

    def _test_logits(self, kind: str, seed: int) -> tuple[Tensor, Tensor]:
        assert self.data.test_rows is not None
        rows = torch.from_numpy(self.data.test_rows)
        return rows, logits(self._judges[kind, seed].model, self.data.inputs[rows])
