"""Proposals: the same for the same seed and batch, learning from what they are told, and refusing what they cannot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, get_args

import pytest

from studium.errors import SettingError
from studium.models import MLPSpec
from studium.studies.proposing import Proposal, Proposer, SearchSampler, grid_points
from studium.studies.search_space import SearchSpace, Values
from studium.studies.space import parse_dimension
from studium.studies.space_file import ParameterTable, search_space
from studium.training import TrainConfig

NET = MLPSpec(input_shape=(1,), n_outputs=1, hidden=(8, 8))


def flat() -> SearchSpace:
    return search_space("flat", (NET, TrainConfig()), {"lr": "1e-5:1:log", "units1": "4:64"})


def conditional() -> SearchSpace:
    written: Any = {
        "layers": "1:2",
        "lr": "1e-5:1:log",
        "units2": ParameterTable(values="4:64", when={"layers": (2,)}),
    }
    return search_space("mine", (NET, TrainConfig()), written)


def asked(proposer: Proposer) -> Proposal:
    found = proposer.ask()
    assert found is not None
    return found


def batches(
    sampler: SearchSampler, *, seed: int = 0, sizes: Sequence[int] = (26, 6, 6), best: float = 1e-3
) -> list[list[Values]]:
    """Points of a search whose score is the squared distance, in decades, of the learning rate from the best one."""
    proposer = Proposer(flat(), sampler, 25, seed=seed, lower_is_better=True)
    found = []
    for size in sizes:
        proposer.begin_batch()
        batch = [each for each in (proposer.ask() for _ in range(size)) if each is not None]
        for place, (number, values) in enumerate(batch):
            score = math.log10(float(values["lr"]) / best) ** 2
            way = place % 6
            if way == 2:
                proposer.tell_dropped(number, {1: score + 1, 4: score})
            elif way == 3:
                proposer.tell_failed(number)
            elif way > 3:
                proposer.tell_hopeless(number, invalid=way == 4)
            else:
                proposer.tell_score(number, score)
        found.append([values for _, values in batch])
    return found


@pytest.mark.parametrize("sampler", get_args(SearchSampler))
def test_every_sampler_repeats_itself_and_takes_every_way_in_which_a_trial_ends(
    sampler: SearchSampler,
) -> None:
    sizes = (26, 2) if sampler == "gp" else (26, 6, 6)  # which takes its time
    found = batches(sampler, sizes=sizes)
    assert batches(sampler, sizes=sizes) == found
    if sampler != "gp":
        assert (batches(sampler, seed=1) == found) == (sampler == "grid")
    points = [tuple(values.values()) for batch in found for values in batch]
    assert len(set(points)) == len(points)
    for rate, units in points:
        assert 1e-5 <= float(rate) <= 1
        assert units in range(4, 65)


def test_a_batch_depends_on_the_scores_before_it_and_on_nothing_else() -> None:
    assert batches("tpe")[0] == batches("tpe", best=1e-1)[0]
    assert batches("tpe")[1] != batches("tpe", best=1e-1)[1]
    for sampler in ("random", "qmc"):
        assert batches(sampler) == batches(sampler, best=1e-1)


@pytest.mark.parametrize("lower", [True, False])
def test_tpe_finds_the_good_rates(lower: bool) -> None:
    proposer = Proposer(flat(), "tpe", 60, seed=0, lower_is_better=lower)
    distances = []
    for _ in range(6):
        proposer.begin_batch()
        for number, values in [asked(proposer) for _ in range(10)]:
            distances.append(abs(math.log10(float(values["lr"]) / 1e-3)))
            proposer.tell_score(number, distances[-1] if lower else -distances[-1])
    assert sum(distances[-20:]) / 20 < 0.5 * sum(distances[:10]) / 10


@pytest.mark.parametrize("invalid", [True, False], ids=["invalid", "diverged"])
def test_what_cannot_be_is_avoided(invalid: bool) -> None:
    proposer = Proposer(flat(), "tpe", 60, seed=1, lower_is_better=True)
    hopeless = []
    for _ in range(4):
        proposer.begin_batch()
        for number, values in [asked(proposer) for _ in range(10)]:
            hopeless.append(float(values["lr"]) > 1e-3)
            if hopeless[-1]:
                proposer.tell_hopeless(number, invalid=invalid)
            else:
                proposer.tell_score(number, 1.0 + 0.01 * len(hopeless) % 3)
    assert sum(hopeless[:10]) >= 4  # three of five decades are hopeless
    assert sum(hopeless[-10:]) <= 0.5 * sum(hopeless[:10])


def test_dropped_trials_are_learned_from() -> None:
    # Nobody is ever trained to the end; where trials are dropped late is better than where they are dropped early.
    proposer = Proposer(flat(), "tpe", 60, seed=0, lower_is_better=True)
    rates = []
    for _ in range(6):
        proposer.begin_batch()
        for number, values in [asked(proposer) for _ in range(10)]:
            rates.append(math.log10(float(values["lr"])))
            distance = abs(rates[-1] + 3)
            proposer.tell_dropped(number, {1: distance, 4: distance} if distance < 1 else {1: distance})
    near = [abs(rate + 3) < 1 for rate in rates]
    assert sum(near[-20:]) > 1.3 * 2 * sum(near[:10])


@pytest.mark.parametrize("sampler", ["gp", "qmc", "grid"])
def test_samplers_that_need_every_parameter_refuse_a_conditional_space(sampler: SearchSampler) -> None:
    with pytest.raises(
        SettingError, match="units2 of the space 'mine' exists in some only: choose tpe or random"
    ):
        Proposer(conditional(), sampler, 1000, seed=0, lower_is_better=True)


@pytest.mark.parametrize("sampler", ["tpe", "random"])
def test_the_others_draw_from_it(sampler: SearchSampler) -> None:
    def drawn() -> list[Values]:
        proposer, found = Proposer(conditional(), sampler, 40, seed=0, lower_is_better=True), []
        for _ in range(3):
            proposer.begin_batch()
            for number, values in [asked(proposer) for _ in range(8)]:
                assert ("units2" in values) == (values["layers"] == 2)
                proposer.tell_score(number, float(values["lr"]))
                found.append(values)
        return found

    points = drawn()
    assert {values["layers"] for values in points} == {1, 2}
    assert drawn() == points


@pytest.mark.parametrize(
    ("texts", "n_trials", "n_points"),
    [
        (["lr=0.1:1"], 2, 2),
        (["lr=0.1:1"], 9, 9),
        (["lr=0.1:1", "l1=0:1"], 10, 3 * 3),
        (["lr=0.1:1", "l1=0:1", "optimizer=adam,sgd"], 20, 2 * 3 * 3),
        (["optimizer=adam,sgd", "activation=relu,tanh,elu"], 6, 6),
        (["optimizer=adam,sgd"], 50, 2),
        (["units1=4:6"], 50, 3),  # there are no more whole numbers
    ],
)
def test_a_grid_is_as_fine_as_the_trials_allow(texts: list[str], n_trials: int, n_points: int) -> None:
    points = grid_points([parse_dimension(text) for text in texts], n_trials)
    assert len(points) == n_points
    assert len({tuple(point.values()) for point in points}) == n_points


@pytest.mark.parametrize(("n_trials", "texts"), [(7, ["lr=0.1:1", "l1=0:1"]), (1, [])])
def test_a_grid_that_does_not_fit_is_refused(n_trials: int, texts: list[str]) -> None:
    dimensions = [parse_dimension(text) for text in (*texts, "optimizer=adam,sgd")]
    n = 2 * 2 ** len(texts)
    with pytest.raises(
        SettingError, match=f"the number of trials is {n_trials}, but the smallest grid .* has {n} points"
    ):
        grid_points(dimensions, n_trials)
