"""Learning-rate schedules as closed forms: the factor of the peak rate at each step."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from studium.training.config import TrainConfig

_ONE_CYCLE_START = 1 / 25  # of the peak; PyTorch's div_factor
_ONE_CYCLE_END = _ONE_CYCLE_START / 1e4  # PyTorch's final_div_factor


class LearningRates:
    """Learning rate of every step, for members that share the kind of schedule.

    ``constant``; ``step``: times ``step_factor`` every ``step_epochs`` epochs; ``cosine``: half a cosine over all steps
    down to 0 (Loshchilov and Hutter 2017, without restarts); ``one_cycle``: cosine from peak/25 up to the peak in the
    first ``warmup_share`` of all steps, then cosine down to peak/250,000 (Smith and Topin 2019; arithmetic of
    ``torch.optim.lr_scheduler.OneCycleLR`` without momentum cycling).

    Args:
        configs: One per member, P in all.
        n_steps: Steps in an epoch of each member, ``[P]``.

    Example:
        >>> LearningRates([TrainConfig(learning_rate=0.1, schedule="cosine", epochs=2)], np.array([2])).epoch(2)
        array([[0.05      , 0.01464466]])
    """

    def __init__(self, configs: Sequence[TrainConfig], n_steps: np.ndarray) -> None:
        self._schedule = configs[0].schedule
        self._peak = _column([config.learning_rate for config in configs])
        self._epochs = _column([config.schedule_epochs or config.epochs for config in configs])
        self._step_epochs = _column([config.step_epochs for config in configs])
        self._step_factor = _column([config.step_factor for config in configs])
        self._warmup = _column([config.warmup_share for config in configs])
        self._n_steps = n_steps[:, None].astype(np.float64)

    def epoch(self, epoch: int) -> np.ndarray:
        """Rates of one epoch (from 1), ``[P, S]``; S is the largest number of steps, of others the tail is unused."""
        step = np.arange(int(self._n_steps.max())) + (epoch - 1) * self._n_steps  # [P, S]
        return np.asarray(self._peak * self._factors(step, epoch))

    def compact(self, kept: np.ndarray) -> None:
        """Go on with the members at these positions, in order."""
        for name in ("_peak", "_epochs", "_step_epochs", "_step_factor", "_warmup", "_n_steps"):
            setattr(self, name, getattr(self, name)[kept])

    def _factors(self, step: np.ndarray, epoch: int) -> np.ndarray:
        total = self._n_steps * self._epochs
        if self._schedule == "cosine":
            return np.asarray(0.5 * (1 + np.cos(math.pi * step / total)))
        if self._schedule == "one_cycle":
            return _one_cycle(step, total, self._warmup)
        factor = np.ones(step.shape)
        if self._schedule == "step":
            factor *= self._step_factor ** ((epoch - 1) // self._step_epochs)
        return factor


def _one_cycle(step: np.ndarray, total: np.ndarray, warmup_share: np.ndarray) -> np.ndarray:
    top = warmup_share * total - 1  # the step at the peak; below 0 there is no rise
    last = total - 1
    rising = np.clip(step / np.maximum(top, 1e-12), 0, 1)
    falling = np.clip((step - top) / np.maximum(last - top, 1e-12), 0, 1)
    up = 1 + (_ONE_CYCLE_START - 1) / 2 * (1 + np.cos(math.pi * rising))
    down = _ONE_CYCLE_END + (1 - _ONE_CYCLE_END) / 2 * (1 + np.cos(math.pi * falling))
    return np.asarray(np.where(step <= top, up, down))


def _column(values: Sequence[float]) -> np.ndarray:
    return np.array(values, dtype=np.float64)[:, None]
