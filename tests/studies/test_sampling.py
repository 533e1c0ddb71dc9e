from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest

from studium.studies import SamplerName, parse_dimension
from studium.studies.sampling import BATCH, Asker, Values

RATE, MOMENTUM = parse_dimension("lr=1e-5:1:log"), parse_dimension("momentum=0:0.99")
SIZES = parse_dimension("batch-size=4:64:log")


def drawn(sampler: SamplerName, *, seed: int = 0, n: int = 32, best: float = 1e-3) -> list[Values]:
    """Points of a study whose score is the squared distance, in decades, of the learning rate from the best one."""
    asker = Asker([RATE, MOMENTUM], sampler, n, seed=seed, maximise=False)
    points: list[Values] = []
    while batch := asker.ask():
        asker.tell([math.log10(float(values["lr"]) / best) ** 2 for values in batch])
        points += batch
    return points


def test_a_grid_is_every_combination() -> None:
    asker = Asker(
        [parse_dimension("lr=1e-3:1e-1:log"), parse_dimension("optimizer=sgd,adam")],
        "grid",
        3,
        seed=0,
        maximise=False,
    )
    points = asker.ask()
    assert [tuple(each.values()) for each in points] == [
        (rate, name) for rate in (1e-3, 1e-2, 1e-1) for name in ("sgd", "adam")
    ]
    asker.tell([1.0] * 6)
    assert asker.ask() == []


@pytest.mark.parametrize("sampler", ["qmc", "random", "tpe"])
def test_points_are_as_many_as_asked_for_and_inside_the_ranges(sampler: SamplerName) -> None:
    asker = Asker([RATE, MOMENTUM, SIZES], sampler, 25, seed=3, maximise=True)
    points = []
    while batch := asker.ask():
        asker.tell([0.5] * len(batch))
        points += batch
    assert len(points) == 25
    for values in points:
        assert 1e-5 <= float(values["lr"]) <= 1
        assert 0 <= float(values["momentum"]) <= 0.99
        assert values["batch_size"] in range(4, 65)


def test_quasi_random_points_leave_no_gap() -> None:
    rates = np.log10([float(each["lr"]) for each in drawn("qmc", n=65)])[
        1:
    ]  # Optuna draws the first at random
    per_bin = np.histogram(rates, bins=16, range=(-5, 0))[0]
    assert per_bin.min() >= 3
    assert per_bin.max() <= 5


@pytest.mark.parametrize("sampler", get_args(SamplerName))
def test_the_same_seed_draws_the_same_points_and_another_others(sampler: SamplerName) -> None:
    assert drawn(sampler, n=6) == drawn(sampler, n=6)
    assert (drawn(sampler, n=6) == drawn(sampler, n=6, seed=1)) == (sampler == "grid")


def test_the_adaptive_sampler_is_asked_in_batches_and_finds_the_minimum() -> None:
    asker = Asker([RATE], "tpe", 25, seed=0, maximise=False)
    sizes = []
    while batch := asker.ask():
        asker.tell([math.log10(float(values["lr"]) / 1e-3) ** 2 for values in batch])
        sizes.append(len(batch))
    assert sizes == [BATCH, BATCH, 5]

    def distance(points: list[Values]) -> float:
        return float(np.mean([abs(math.log10(float(each["lr"]) / 1e-3)) for each in points]))

    points = drawn("tpe", n=50)
    assert distance(points[-20:]) < 0.5 * distance(points[:10])


def test_a_batch_depends_on_the_scores_before_it_and_on_nothing_else() -> None:
    assert drawn("tpe", n=30)[:BATCH] == drawn("tpe", n=30, best=1e-1)[:BATCH]
    assert drawn("tpe", n=30)[BATCH:] != drawn("tpe", n=30, best=1e-1)[BATCH:]


def test_the_adaptive_sampler_avoids_what_diverged() -> None:
    asker = Asker([RATE], "tpe", 50, seed=0, maximise=True)
    points: list[float] = []
    while batch := asker.ask():
        rates = [float(values["lr"]) for values in batch]
        asker.tell([None if rate > 1e-2 else 0.5 for rate in rates])
        points += rates
    assert sum(rate > 1e-2 for rate in points[-20:]) < sum(rate > 1e-2 for rate in points[:10])
