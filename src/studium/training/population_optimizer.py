"""Optimisers of a population: one flat row of parameters a member, every setting its own."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from studium.training.config import Optimizer, TrainConfig

_N_MOMENTS: dict[Optimizer, int] = {
    "sgd": 0,
    "momentum": 1,
    "nesterov": 1,
    "rmsprop": 2,
    "adam": 2,
    "adamw": 2,
}


class _Step(NamedTuple):
    # What an update works on, for the k members that take part.
    parameters: Tensor  # [k, D]
    gradients: Tensor  # [k, D]
    scratch: Tensor  # [k, D]
    moments: list[Tensor]  # [k, D] each
    rates: np.ndarray  # [k]

    @property
    def k(self) -> int:
        return len(self.rates)


class PopulationOptimizer:
    """Updates the first k rows of flat parameters in place, with the arithmetic of ``torch.optim``.

    The family of the optimiser is shared; every value is each member's own. A parameter that is 0 and whose gradient is
    always 0 stays exactly 0 under each of them, which is what keeps padded units out. Letters: P members, D parameters.

    Args:
        configs: One per member.
        parameters: ``[P, D]``.
        gradients: ``[P, D]``, read at each step and overwritten.
        penalised: ``[D]``, 1 where the L1 penalty applies (weights), 0 elsewhere (biases).

    Attributes:
        times: Steps that each member has behind it, ``[P]``.
    """

    def __init__(
        self, configs: Sequence[TrainConfig], parameters: Tensor, gradients: Tensor, penalised: Tensor
    ) -> None:
        self._family = configs[0].optimizer
        self._parameters, self._gradients, self._penalised = parameters, gradients, penalised
        self._scratch = torch.empty_like(parameters)
        self._moments = [torch.zeros_like(parameters) for _ in range(_N_MOMENTS[self._family])]
        self.times = np.zeros(len(configs))
        self._settings = {
            "momentum": np.array([config.effective_momentum for config in configs]),
            "alpha": np.array([config.alpha for config in configs]),
            "beta1": np.array([config.beta1 for config in configs]),
            "beta2": np.array([config.beta2 for config in configs]),
            "epsilon": np.array([config.epsilon for config in configs]),
            "weight_decay": np.array([config.weight_decay for config in configs]),
            "l1": np.array([config.l1 for config in configs]),
            "clip": np.array([config.gradient_clip or np.inf for config in configs]),
        }
        self._columns: dict[tuple[str, int], float | Tensor] = {}
        self._update = {
            "sgd": self._sgd,
            "momentum": self._momentum,
            "nesterov": self._nesterov,
            "rmsprop": self._rmsprop,
            "adam": self._adam,
            "adamw": self._adamw,
        }[self._family]

    def step(self, rates: np.ndarray) -> None:
        """One update of the first k members.

        Args:
            rates: Learning rates, ``[k]``.
        """
        k = len(rates)
        self.times[:k] += 1
        parameters, gradients, scratch = self._parameters[:k], self._gradients[:k], self._scratch[:k]
        if self._settings["l1"].any():
            torch.sign(parameters, out=scratch)
            gradients.addcmul_(scratch.mul_(self._penalised), self._tensor(self._settings["l1"][:k]))
        if np.isfinite(self._settings["clip"]).any():
            norms = torch.linalg.vector_norm(gradients, dim=1, keepdim=True)
            gradients.mul_((self._tensor(self._settings["clip"][:k]) / (norms + 1e-6)).clamp_(max=1))
        if self._family != "adamw" and self._settings["weight_decay"].any():
            gradients.addcmul_(parameters, self._tensor(self._settings["weight_decay"][:k]))
        self._update(_Step(parameters, gradients, scratch, [moment[:k] for moment in self._moments], rates))

    def compact(self, kept: np.ndarray, parameters: Tensor, gradients: Tensor) -> None:
        """Go on with the members at these positions, whose parameters and gradients now live elsewhere."""
        self._parameters, self._gradients = parameters, gradients
        self._scratch = torch.empty_like(parameters)
        self._moments = [moment[kept] for moment in self._moments]
        self.times = self.times[kept]
        self._settings = {name: values[kept] for name, values in self._settings.items()}
        self._columns.clear()

    def moments(self, position: int) -> dict[str, Tensor]:
        """A member's moments by name, as views ``[D]``: reading and writing them is keeping and restoring."""
        return {f"moment{number}": moment[position] for number, moment in enumerate(self._moments, 1)}

    def _sgd(self, now: _Step) -> None:
        now.parameters.addcmul_(now.gradients, self._tensor(now.rates), value=-1)

    def _momentum(self, now: _Step) -> None:
        velocity = now.moments[0].mul_(self._value("momentum", now.k)).add_(now.gradients)
        now.parameters.addcmul_(velocity, self._tensor(now.rates), value=-1)

    def _nesterov(self, now: _Step) -> None:
        momentum = self._value("momentum", now.k)
        velocity = now.moments[0].mul_(momentum).add_(now.gradients)
        torch.mul(velocity, momentum, out=now.scratch)
        now.parameters.addcmul_(now.scratch.add_(now.gradients), self._tensor(now.rates), value=-1)

    def _rmsprop(self, now: _Step) -> None:
        squares, velocity = now.moments
        change = now.scratch
        torch.mul(now.gradients, now.gradients, out=change)
        _decay(squares, change, self._value("alpha", now.k))
        torch.sqrt(squares, out=change).add_(self._value("epsilon", now.k))
        torch.div(now.gradients, change, out=change)
        if self._settings["momentum"].any():
            change = velocity.mul_(self._value("momentum", now.k)).add_(change)
        now.parameters.addcmul_(change, self._tensor(now.rates), value=-1)

    def _adam(self, now: _Step) -> None:
        # PyTorch's fused kernel takes one learning rate, so it steps from 0 with rate 1; each member's own rate scales that.
        if not all(self._same(name) for name in ("beta1", "beta2", "epsilon")):
            self._adam_of_own_values(now)
            return
        change = now.scratch.zero_()
        parts = self._parts_of_equal_time(now.k)
        torch._fused_adam_(
            [change[part] for part in parts],
            [now.gradients[part] for part in parts],
            [now.moments[0][part] for part in parts],
            [now.moments[1][part] for part in parts],
            [],
            [torch.tensor(self.times[part.start], dtype=torch.float32) for part in parts],
            lr=1.0,
            beta1=float(self._settings["beta1"][0]),
            beta2=float(self._settings["beta2"][0]),
            weight_decay=0.0,
            eps=float(self._settings["epsilon"][0]),
            amsgrad=False,
            maximize=False,
        )
        now.parameters.addcmul_(change, self._tensor(now.rates))

    def _adam_of_own_values(self, now: _Step) -> None:
        k, (mean, squares), change = now.k, now.moments, now.scratch
        _decay(mean, now.gradients, self._value("beta1", k))
        torch.mul(now.gradients, now.gradients, out=change)
        _decay(squares, change, self._value("beta2", k))
        # m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + eps), with the corrections gathered into two columns
        time = self.times[:k]
        first = 1 - self._settings["beta1"][:k] ** time
        second = np.sqrt(1 - self._settings["beta2"][:k] ** time)
        torch.sqrt(squares, out=change).add_(self._tensor(self._settings["epsilon"][:k] * second))
        torch.div(mean, change, out=change)
        now.parameters.addcmul_(change, self._tensor(now.rates * second / first), value=-1)

    def _adamw(self, now: _Step) -> None:
        if self._settings["weight_decay"].any():
            now.parameters.mul_(self._tensor(1 - now.rates * self._settings["weight_decay"][: now.k]))
        self._adam(now)

    def _parts_of_equal_time(self, k: int) -> list[slice]:
        # Members with fewer steps an epoch are behind; members are ordered by steps, so equal times are neighbours.
        edges = [0, *(np.flatnonzero(np.diff(self.times[:k])) + 1).tolist(), k]
        return [slice(start, stop) for start, stop in pairwise(edges)]

    def _same(self, name: str) -> bool:
        values = self._settings[name]
        return bool((values == values[0]).all())

    def _value(self, name: str, k: int) -> float | Tensor:
        # A number where all members agree, which is faster than a column.
        if (name, k) not in self._columns:
            values = self._settings[name]
            self._columns[name, k] = float(values[0]) if self._same(name) else self._tensor(values[:k])
        return self._columns[name, k]

    def _tensor(self, values: np.ndarray) -> Tensor:
        return (
            torch.from_numpy(values).to(self._parameters.device, self._parameters.dtype).unsqueeze(1)
        )  # [k, 1]


def _decay(average: Tensor, value: Tensor, keep: float | Tensor) -> None:
    # average <- keep * average + (1 - keep) * value
    average.lerp_(value, 1 - keep)
