"""How long a training may take: a rough guess that serves the display of the time left, and nothing else."""

from __future__ import annotations

import math

from studium.models import CNNSpec, MLPSpec, n_multiplications
from studium.training import TrainConfig

_SECONDS_PER_STEP = 3e-4  # of the optimiser and of Python
_SECONDS_PER_MULTIPLICATION = 1.5e-10  # forward and backward
_FUSED = 10  # times as fast in a population


def training_seconds(spec: MLPSpec | CNNSpec, config: TrainConfig, n_rows: int) -> float:
    """Seconds that one training may take on a small machine.

    Args:
        spec: The network.
        config: The training.
        n_rows: Training rows.
    """
    steps = math.ceil(n_rows / (config.batch_size or n_rows))
    work = n_multiplications(spec)
    return config.epochs * (steps * _SECONDS_PER_STEP + n_rows * work * _SECONDS_PER_MULTIPLICATION)


def members_seconds(spec: MLPSpec | CNNSpec, config: TrainConfig, n_rows: int, n_members: int) -> float:
    """Seconds that many trainings of alike networks may take; fully connected ones share the cost of their steps.

    Args:
        spec: The network.
        config: The training.
        n_rows: Training rows.
        n_members: Trainings.
    """
    alone = training_seconds(spec, config, n_rows)
    return n_members * (alone / _FUSED if isinstance(spec, MLPSpec) else alone)
