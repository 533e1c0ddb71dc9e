"""Gradient ascent on many inputs at once, none of which knows of the others but those of its own unit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from studium.introspection.maximization.parameterisation import Parameterisation
from studium.introspection.maximization.penalties import similarity, squared_distance, total_variation
from studium.introspection.maximization.reference import Reference
from studium.introspection.maximization.targets import Activations
from studium.introspection.maximization.transforms import draws, moves, transform
from studium.introspection.maximization.watching import Watch
from studium.introspection.maximization_settings import MaximizationSettings


def _nothing() -> None:
    pass


@dataclass(frozen=True, eq=False)
class Ascent:
    """Everything that determines the optimised inputs but their starts.

    Attributes:
        watch: The frozen network, and what its layer gives.
        activations: Of the N inputs, each of its own target; those of a unit follow each other.
        scale: Spread of each target's activation over real inputs, ``[N]``, which activations are divided by, so that the
            weights of the penalties mean the same for every unit of every network.
        parameterisation: What is optimised in place of the inputs.
        reference: What real inputs are like.
        settings: Steps, rate and penalties.
        report: Called after each step.
    """

    watch: Watch
    activations: Activations
    scale: Tensor
    parameterisation: Parameterisation
    reference: Reference
    settings: MaximizationSettings
    report: Callable[[], None] = _nothing

    def climb(self, seeds: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Optimise inputs.

        Args:
            seeds: Root of the streams of each input, ``[N]``.

        Returns:
            Parameters before and after, ``[N, ...]``.
        """
        start = torch.stack([self.parameterisation.start(seed) for seed in seeds])
        parameters = start.clone().requires_grad_()
        optimizer = torch.optim.Adam([parameters], lr=self.settings.learning_rate)
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, self.settings.steps)
        for draw in self._draws(seeds):
            (parameters.grad,) = torch.autograd.grad(self._loss(parameters, draw).sum(), parameters)
            optimizer.step()
            schedule.step()
            with torch.no_grad():
                self.parameterisation.project(parameters)
            self.report()
        return start, parameters.detach()

    def _draws(self, seeds: Sequence[int]) -> Sequence[Tensor | None]:
        """The random numbers of each step, ``[N, 4]``; ``None`` when nothing is moved."""
        if not moves(self.settings):
            return [None] * self.settings.steps
        return list(torch.stack([draws(seed, self.settings.steps) for seed in seeds], dim=1))

    def _loss(self, parameters: Tensor, draw: Tensor | None) -> Tensor:
        """What is made small, one number for each input, ``[N]``."""
        inputs = self.parameterisation.inputs(parameters)
        seen = inputs if draw is None else transform(inputs, draw, self.settings)
        loss = -self.activations.own(self.watch.run(seen)) / self.scale
        if self.settings.l2:
            loss = loss + self.settings.l2 * squared_distance(inputs, self.reference.mean)
        if self.settings.total_variation:
            loss = loss + self.settings.total_variation * total_variation(inputs) / self.reference.variation
        if self.settings.diversity and self.settings.seeds > 1:
            loss = loss + self.settings.diversity * similarity(self.watch.received, self.settings.seeds)
        return loss
