"""Small tasks on a small dataset, for all tests of the execution."""

from __future__ import annotations

from functools import cache

from studium.data import Dataset, open_dataset
from studium.execution import Task
from studium.models import preset
from studium.training import Member, TrainConfig
from studium.training.group import Group


@cache
def data() -> Dataset:
    return open_dataset("curve")


def member(seed: int = 0, **config: object) -> Member:
    rows = data().training_pool
    chosen = TrainConfig(**{"epochs": 6, "learning_rate": 0.01, **config})  # type: ignore[arg-type]
    return Member(preset("net", data().input_shape, data().n_outputs), chosen, rows[:60], rows[60:], seed)


def group(*seeds: int, **config: object) -> Group:
    return Group(tuple(member(seed, **config) for seed in seeds), fused=True)


def alone(seed: int = 0, **config: object) -> Group:
    return Group((member(seed, **config),), fused=False)


def task(chosen: Group | None = None) -> Task:
    return Task.of(chosen or group(0, 1), data().checksum)
