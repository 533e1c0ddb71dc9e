"""A member: one network to be trained."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from studium.models import CNNSpec, MLPSpec
from studium.training.config import TrainConfig

_NO_ROWS = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Member:
    """One network to be trained: model spec, train config, rows and seed.

    Attributes:
        spec: The network.
        config: The training.
        train: Row indices that weights are fitted to, ``[N]``; normalisation comes from these rows alone.
        validation: Row indices that early stopping looks at, ``[M]``; may be empty.
        seed: Root of its streams: ``initialisation``, ``shuffle``, ``dropout``, ``augmentation``.
    """

    spec: MLPSpec | CNNSpec
    config: TrainConfig
    train: np.ndarray
    validation: np.ndarray = field(default_factory=lambda: _NO_ROWS)
    seed: int = 0

    @cached_property
    def identity(self) -> str:
        """SHA-256 of all that it is, hexadecimal; members that are equal share it."""
        rows = [hashlib.sha256(each.tobytes()).hexdigest() for each in (self.train, self.validation)]
        words = [self.spec.canonical(), self.config.canonical(), *rows, int(self.seed)]
        return hashlib.sha256(json.dumps(words).encode()).hexdigest()
