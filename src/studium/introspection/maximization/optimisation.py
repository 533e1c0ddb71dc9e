"""From targets to optimised inputs: starts, ascent, rounding, and what the rounded inputs reach."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from studium.data import TableSchema
from studium.environment import torch_threads
from studium.introspection.layers import Layer
from studium.introspection.maximization.ascent import Ascent
from studium.introspection.maximization.frequencies import Frequencies
from studium.introspection.maximization.inputs import visible
from studium.introspection.maximization.parameterisation import Parameterisation
from studium.introspection.maximization.pixels import Pixels
from studium.introspection.maximization.real_activations import every_activation
from studium.introspection.maximization.reference import Reference
from studium.introspection.maximization.rows import Rows
from studium.introspection.maximization.sphere import Sphere
from studium.introspection.maximization.targets import Activations, Target
from studium.introspection.maximization.watching import watched
from studium.introspection.maximization_results import OptimisedInput
from studium.introspection.maximization_settings import MaximizationSettings
from studium.seeding import derive_seed
from studium.training.model import Model

_TOGETHER = 256  # inputs that are optimised at a time, so that memory stays small


class _Steps:
    """Counts steps, and tells of each."""

    def __init__(self, total: int, progress: Callable[[int, int], None] | None) -> None:
        self._done, self._total, self._progress = 0, total, progress

    def count(self) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, self._total)


@dataclass(frozen=True, eq=False)
class Optimisation:
    """Optimises inputs for units of one layer.

    Attributes:
        model: The trained model.
        layer: The layer.
        reference: What real inputs are like.
        settings: How to optimise.
        seed: Root of the streams; those of a start are named for layer, unit, position and start, so that an input depends
            on nothing that is optimised beside it.
        progress: Called after each step with how many were done and how many there are.
    """

    model: Model
    layer: Layer
    reference: Reference
    settings: MaximizationSettings
    seed: int
    progress: Callable[[int, int], None] | None = None

    def run(self, targets: tuple[Target, ...]) -> list[tuple[OptimisedInput, ...]]:
        """The optimised inputs of each target, largest activation first."""
        network = self.model.module().double()
        with torch_threads(
            1
        ):  # as fast as several for networks of this size, and the same bits on any number of cores
            return self._run(network, targets)

    def _run(self, network: nn.Module, targets: tuple[Target, ...]) -> list[tuple[OptimisedInput, ...]]:
        most = max(1, _TOGETHER // self.settings.seeds)
        parts = [targets[place : place + most] for place in range(0, len(targets), most)]
        steps = _Steps(len(parts) * self.settings.steps, self.progress)
        return [inputs for part in parts for inputs in self._part(network, part, steps)]

    def _part(
        self, network: nn.Module, targets: tuple[Target, ...], steps: _Steps
    ) -> list[tuple[OptimisedInput, ...]]:
        starts = range(self.settings.seeds)
        tasks = [target for target in targets for _ in starts]
        activations = Activations(self.model, self.layer, tasks, self.settings.objective)
        parameterisation = _parameterisation(self.model, self.reference, self.settings)
        scale = self._scale(network, targets).repeat_interleave(self.settings.seeds)
        with watched(network, self.layer.module) as watch:
            ascent = Ascent(
                watch, activations, scale, parameterisation, self.reference, self.settings, steps.count
            )
            before, after = ascent.climb(
                [self._stream(target, start) for target in targets for start in starts]
            )
            raw = [parameterisation.raw(parameters) for parameters in (before, after)]
            reached = [self._reached(activations.own(watch.run(self._normalised(each)))) for each in raw]
        return self._gather(len(targets), raw[1], *reached)

    def _gather(
        self, n_targets: int, raw: Tensor, before: list[float], after: list[float]
    ) -> list[tuple[OptimisedInput, ...]]:
        n_starts = self.settings.seeds
        found = [
            OptimisedInput(
                start=place % n_starts,
                input=visible(self.model.schema, raw[place]),
                activation=after[place],
                start_activation=before[place],
            )
            for place in range(n_targets * n_starts)
        ]
        units = [found[place : place + n_starts] for place in range(0, len(found), n_starts)]
        return [tuple(sorted(unit, key=lambda each: -each.activation)) for unit in units]

    def _scale(self, network: nn.Module, targets: tuple[Target, ...]) -> Tensor:
        """Spread of the activation of each target over real inputs, ``[U]``; 1 where it is constant."""
        activations = Activations(self.model, self.layer, targets, self.settings.objective)
        found = every_activation(self.model, network, self.layer, activations, self.reference.sample)
        spread = torch.from_numpy(found.std(axis=0))
        return torch.where(spread > 0, spread, torch.ones_like(spread))

    def _stream(self, target: Target, start: int) -> int:
        position = [] if target.position is None else [*target.position]
        return derive_seed(self.seed, "maximization", self.layer.name, target.unit, *position, "start", start)

    def _normalised(self, raw: Tensor) -> Tensor:
        return self.model.normalisation.inputs(raw, torch.float64)

    @staticmethod
    def _reached(activations: Tensor) -> list[float]:
        values: list[float] = activations.tolist()
        return values


def _parameterisation(model: Model, reference: Reference, settings: MaximizationSettings) -> Parameterisation:
    if isinstance(model.schema, TableSchema):
        assert reference.low is not None
        assert reference.high is not None
        return Rows(model.schema, model.normalisation, reference.low, reference.high)
    shape = (model.schema.channels, model.schema.height, model.schema.width)
    if settings.norm is not None:
        return Sphere(shape, model.normalisation, settings.norm)
    if settings.fourier:
        assert reference.spectrum is not None
        return Frequencies(shape, model.normalisation, reference.spectrum)
    return Pixels(shape, model.normalisation)
