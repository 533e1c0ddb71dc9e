"""Search: what is found is what is there, every trial is accounted for, and nobody but the final test sees the test rows."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats

from studium.data import Dataset, open_dataset
from studium.errors import SettingError
from studium.execution import DurableEngine
from studium.execution.in_process import InProcess
from studium.models import MLPSpec
from studium.studies.finals import Finals, finals
from studium.studies.importance import importances
from studium.studies.search import SearchPlan, search
from studium.studies.search_results import RungScore, SearchResult, SearchTrial
from studium.studies.search_space import Values
from studium.studies.space import parse_dimension
from studium.studies.space_file import ParameterTable, search_space
from studium.training import TrainConfig, Trainer
from studium.training.engine import Engine, Finished, Message
from studium.training.group import Group
from studium.training.in_memory import InMemory
from studium.training.outcome import Outcome
from studium.validation import Point, k_fold

NET = MLPSpec(input_shape=(1,), n_outputs=1, hidden=(8, 8), activation="tanh")
CONFIG = TrainConfig(optimizer="momentum", learning_rate=0.03, epochs=8)
FOLDS = 3
MANY: Any = {"lr": "1e-4:1e-1:log", "units1": "4:32:log", "weight_decay": "1e-5:1e-2:log"}


@cache
def curve() -> Dataset:
    return open_dataset("curve")


def plan(
    parameters: Any, *, config: TrainConfig = CONFIG, most: int | None = None, **changes: Any
) -> SearchPlan:
    data = curve()
    space = search_space("mine", (NET, config), parameters, most_parameters=most)
    chosen, fresh = (k_fold(data, n_folds=FOLDS, seed=seed) for seed in (1, 2))
    settings: dict[str, Any] = {"n_trials": 8, "batch": 8, "keep": 2, "sampler": "random", "n_leading": 3}
    return SearchPlan("mine", space, chosen, fresh, **(settings | changes))


def found(
    parameters: Any, *, engine: Engine | None = None, data: Dataset | None = None, **changes: Any
) -> tuple[SearchResult, Finals]:
    trainer = Trainer(data or curve(), engine=engine or InMemory(1))
    return search(data or curve(), plan(parameters, **changes), trainer)


def without_times(result: SearchResult) -> dict[str, Any]:
    return result.model_dump(exclude={"seconds", "data_checksum"})


@cache
def usual() -> SearchResult:
    """A search of three parameters with every way to win: two batches, three rungs, a hand-made rival."""
    return found(MANY, n_trials=14, sampler="tpe", hand_made=(("usual", (NET, CONFIG)),))[0]


RATES = (1e-6, 3e-6, 1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 5e-2)


def test_the_best_of_a_list_is_found_and_the_accounting_is_that_by_hand() -> None:
    told: list[SearchTrial] = []
    trainer = Trainer(curve(), workers=1)
    result, last = search(curve(), plan({"lr": RATES}, sampler="grid"), trainer, told.append)
    assert result.winner is not None
    assert result.winner.values == {"lr": 5e-2}
    assert result.rungs == (2, 4, 8)
    assert result.counts == {
        "complete": 2,
        "pruned": 6,
        "invalid": 0,
        "duplicate": 0,
        "diverged": 0,
        "failed": 0,
    }
    # 8 trials for 2 epochs, 4 for 2 more, 2 for 4 more, on 3 folds; without a race 8 for 8.
    assert (result.n_epochs, result.n_epochs_without_race) == (3 * (8 * 2 + 4 * 2 + 2 * 4), 3 * 8 * 8)
    assert result.saved == 0.5
    assert sorted(len(trial.rungs) for trial in result.trials) == [1] * 4 + [2] * 2 + [3] * 2
    assert sorted(trial.epochs for trial in result.trials) == [6] * 4 + [12] * 2 + [24] * 2
    known = {trial.number: trial for trial in told}  # one that waited for the last rung was told of before
    assert [known[number] for number in sorted(known)] == list(result.trials)
    assert result.n_trainings == 3 * 8 + last.n_trainings
    assert last.n_trainings == 3 * 2  # only two are complete


def test_the_score_of_a_trial_is_that_of_training_it_to_its_end_at_once() -> None:
    space_plan = plan(MANY, n_trials=14, sampler="tpe")
    complete = [trial for trial in usual().trials if trial.status == "complete"]
    assert len(complete) >= 2
    for trial in complete:
        point = space_plan.space.at(trial.values)
        fits = Trainer(curve(), workers=1).fit([item.member(*point) for item in space_plan.replicates.items])
        scores = [fit.history.validation_metric[-1] for fit in fits]
        np.testing.assert_allclose(np.array(trial.scores, dtype=float), [scores], rtol=1e-4)
        assert trial.mean == pytest.approx(np.mean(scores), rel=1e-4)
        half = stats.t.ppf(0.975, FOLDS - 1) * np.std(scores, ddof=1) * math.sqrt(1 / FOLDS + 34 / 66)
        assert trial.low is not None
        assert trial.mean is not None
        assert trial.mean - trial.low == pytest.approx(half, rel=0.02)


def test_the_winner_is_the_best_on_fresh_rows_whatever_the_search_said() -> None:
    given = plan({"lr": RATES})
    trials = [
        SearchTrial(number=place, batch=0, values={"lr": rate}, status="complete", mean=mean)
        for place, (rate, mean) in enumerate([(1e-6, 0.01), (5e-2, 0.9), (1e-5, 0.02)])
    ]
    rival: Point = (NET, CONFIG.model_copy(update={"learning_rate": 1e-3}))
    worse: Point = (NET, CONFIG.model_copy(update={"learning_rate": 1e-6}))
    last = finals(
        [(trial, given.space.at(trial.values)) for trial in trials],
        [("worse", worse), ("rival", rival)],
        given.fresh,
        curve(),
        Trainer(curve(), workers=1),
    )
    assert last.best == 1
    assert [each.searched for each in last.finalists] == [0.01, 0.9, 0.02, None, None]
    assert last.ranking()[0] == 1
    # The paired test by SciPy, on logarithms, with the variance of overlapping folds.
    assert last.difference is not None
    assert (last.difference.hand_made, last.difference.ratio, last.difference.n) == ("rival", True, FOLDS)
    scores = [np.array(last.finalists[place].score.scores, dtype=float).ravel() for place in (1, 4)]
    logs = np.log(scores[0]) - np.log(scores[1])
    error = logs.std(ddof=1) * math.sqrt(1 / FOLDS + given.fresh.test_to_train)
    assert last.difference.value == pytest.approx(math.exp(logs.mean()))
    assert last.difference.p_value == pytest.approx(2 * stats.t.sf(abs(logs.mean() / error), FOLDS - 1))
    interval = np.exp(stats.t.interval(0.95, FOLDS - 1, logs.mean(), error))
    assert (last.difference.low, last.difference.high) == pytest.approx(interval)


def test_every_finalist_is_its_own_trial_on_fresh_rows() -> None:
    given = plan(MANY, n_trials=14, sampler="tpe")
    leading = [each for each in usual().finalists if each.trial is not None]
    assert len({each.trial for each in leading}) == len(leading) == 3
    for each in leading:
        assert each.trial is not None
        assert each.values == usual().trials[each.trial].values
        assert each.searched == usual().trials[each.trial].mean
        point = given.space.at(each.values)
        fits = Trainer(curve(), workers=1).fit([item.member(*point) for item in given.fresh.items])
        scores = [[fit.history.validation_metric[-1] for fit in fits]]
        np.testing.assert_allclose(np.array(each.score.scores, dtype=float), scores, rtol=1e-4)


def test_fresh_rows_and_seeds_are_others_than_those_of_the_search() -> None:
    given = plan(MANY)
    assert not {item.seed for item in given.replicates.items} & {item.seed for item in given.fresh.items}
    with pytest.raises(AssertionError):
        np.testing.assert_array_equal(given.replicates.items[0].validation, given.fresh.items[0].validation)


def test_the_test_rows_play_no_part() -> None:
    data = curve()
    test = np.setdiff1d(np.arange(len(data)), data.training_pool)
    assert len(test) == 100
    inputs, targets = data.inputs.clone(), data.targets.clone()
    inputs[test], targets[test] = torch.nan, torch.nan
    poisoned = dataclasses.replace(data, inputs=inputs, targets=targets)
    result, _ = found(MANY, n_trials=14, sampler="tpe", hand_made=(("usual", (NET, CONFIG)),), data=poisoned)
    assert without_times(result) == without_times(usual())


@pytest.mark.parametrize("workers", [1, 2])
def test_the_result_does_not_depend_on_where_and_how_often_it_is_computed(
    tmp_path: Path, workers: int
) -> None:
    for n_computed in (True, False):
        engine = DurableEngine(tmp_path, InProcess(tmp_path, workers=workers))
        again, _ = found(
            MANY, n_trials=14, sampler="tpe", hand_made=(("usual", (NET, CONFIG)),), engine=engine
        )
        assert without_times(again) == without_times(usual())
        assert (engine.tally.computed > 0) == n_computed
        assert not list((tmp_path / "checkpoints").glob("*"))
        engine.close()


def test_trials_add_up_and_losers_are_pruned() -> None:
    result = usual()
    assert sum(result.counts.values()) == len(result.trials)
    assert result.counts["complete"] + result.counts["pruned"] == 14
    # Compared with the others of their batch, but before the last rung with all.
    for rung, batches in ((result.rungs[0], {0}), (result.rungs[1], {0, 1, 2})):
        scores = {
            trial.number: {each.epoch: each.mean for each in trial.rungs}
            for trial in result.trials
            if trial.batch in batches
        }
        here = {number: own[rung] for number, own in scores.items() if rung in own}
        further = {number for number, own in scores.items() if any(epoch > rung for epoch in own)}
        assert further == set(sorted(here, key=here.__getitem__)[: math.ceil(len(here) / 2)])


def test_all_diverged_says_what_to_do() -> None:
    result, last = found({"lr": "1e20:1e25:log"}, n_trials=4)
    assert result.counts["diverged"] == 4
    assert (result.winner, result.difference, last.finalists) == (None, None, ())
    assert result.advice.startswith("every trial diverged: lower the learning rates")
    assert (result.saved, result.importance) == (0.0, ())


def test_a_diverging_trial_takes_nobody_along() -> None:
    result, _ = found({"lr": (1e-3, 1e25, 3e-2, 1e-6)}, sampler="grid", n_trials=4)
    ends = {trial.values["lr"]: trial.status for trial in result.trials}
    assert ends == {1e-3: "pruned", 1e25: "diverged", 3e-2: "complete", 1e-6: "pruned"}


class _Breaking(InMemory):
    """Trainings with a learning rate above 0.1 break."""

    def run(self, dataset: Dataset, groups: Sequence[Group]) -> Iterator[Message]:
        for message in super().run(dataset, groups):
            if isinstance(message, Finished):
                member = groups[message.group].members[message.place]
                if member.config.learning_rate > 0.1:
                    broken = Outcome.failed("RuntimeError: no memory")
                    message = message._replace(outcome=broken, trained=False)
            yield message


def test_a_broken_trial_has_failed_and_saved_nothing() -> None:
    result, _ = found({"lr": (1e-3, 0.2, 3e-2, 1e-6)}, sampler="grid", n_trials=4, engine=_Breaking(1))
    failed = result.trials[1]
    assert (failed.status, failed.reason, failed.mean) == ("failed", "RuntimeError: no memory", None)
    assert result.counts["failed"] == 1
    assert result.advice == "1 of 4 trials failed; nothing is known of them"
    # Three trials for 2 epochs, two for 2 more, one for 4 more; the failed one counts nowhere.
    assert result.n_epochs == 3 * (3 * 2 + 2 * 2 + 4)
    assert result.n_epochs_without_race == 3 * 3 * 8


def test_invalid_points_cost_nothing_or_count_as_trials() -> None:
    for way, expected in (("resample", 8), ("prune", None)):
        result, _ = found({"units1": "4:32", "lr": (3e-2,)}, most=12 * 12, on_invalid=way, seed=1)
        counts = result.counts
        assert counts["invalid"] > 0
        trained = counts["complete"] + counts["pruned"]
        assert trained == (expected or 8 - counts["invalid"])
        for trial in result.trials:
            # 1 input, hidden layers of w and 8, 1 output.
            width = int(trial.values["units1"])
            valid = 2 * width + 8 * width + 8 + 9 <= 144
            assert (trial.status == "invalid") == (not valid and trial.status != "duplicate")
            assert bool(trial.reason) == (trial.status == "invalid")
            assert (trial.status == "invalid") <= (trial.epochs == 0 and not trial.rungs)
        said = "the network has … parameters, but … are the most that the space allows"
        assert result.invalid_reasons == {said: counts["invalid"]}
        assert len(result.invalid_reasons) == 1


@pytest.mark.parametrize("sampler", ["random", "tpe", "grid"])
def test_a_space_without_more_points_ends_with_advice(sampler: str) -> None:
    result, _ = found({"lr": (1e-3, 1e-2), "units1": (4, 8)}, n_trials=9, sampler=sampler, n_leading=1)
    trained = [tuple(trial.values.values()) for trial in result.trials if trial.status != "duplicate"]
    assert sorted(trained) == [(1e-3, 4), (1e-3, 8), (1e-2, 4), (1e-2, 8)]
    assert result.advice == "the space has no more points: 4 of 9 trials were to be had"
    assert result.trials[-1].status != "duplicate"  # known as soon as the last point was drawn
    for trial in result.trials:
        if trial.status == "duplicate":
            assert trial.same_as is not None
            assert result.trials[trial.same_as].values == trial.values
            assert result.trials[trial.same_as].status != "duplicate"
            assert (trial.epochs, trial.rungs) == (0, ())


@pytest.mark.parametrize(("first", "given"), [(5e-2, True), (1e-6, False)])
def test_a_space_begins_with_its_first_point_and_the_result_says_whether_that_won(
    first: float, given: bool
) -> None:
    usual_plan = plan({"lr": (1e-6, 5e-2)}, n_trials=2)
    begun = replace(usual_plan, space=replace(usual_plan.space, first=({"lr": first},)))
    result, _ = search(curve(), begun, Trainer(curve(), workers=1))
    assert (result.n_first, result.trials[0].values) == (1, {"lr": first})
    assert result.winner is not None
    assert result.winner.values == {"lr": 5e-2}
    assert result.winner_is_given is given
    grid, _ = search(curve(), replace(begun, sampler="grid"), Trainer(curve(), workers=1))
    assert (grid.n_first, grid.winner_is_given) == (0, False)  # a grid has no point before its own


def test_conditional_parameters_are_searched_where_they_exist() -> None:
    written = {
        "layers": "1:2",
        "lr": "1e-3:1e-1:log",
        "units2": ParameterTable(values="4:16", when={"layers": (2,)}),
    }
    result, _ = found(written, n_trials=12, sampler="tpe")
    assert {len(trial.values) for trial in result.trials} == {2, 3}
    assert all(("units2" in trial.values) == (trial.values["layers"] == 2) for trial in result.trials)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (partial(plan, MANY, n_trials=0), "the number of trials is 0"),
        (partial(plan, MANY, batch=0), "the number of trials of a batch is 0"),
        (partial(plan, MANY, n_leading=0), "the number of leading trials is 0"),
        (
            partial(plan, MANY, config=CONFIG.model_copy(update={"patience": 5})),
            "patience is 5, but in a search",
        ),
        (partial(plan, {"patience": "3:9"}), "the space 'mine' varies patience"),
        (partial(plan, {"epochs": "3:90"}), "the space 'mine' varies epochs"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(make: Any, words: str) -> None:
    with pytest.raises(SettingError, match=words):
        make()


def test_nothing_is_trained_in_a_space_that_cannot_be_searched() -> None:
    class Never(InMemory):
        def run(self, dataset: Dataset, groups: Sequence[Group]) -> Iterator[Message]:
            raise AssertionError("a network was trained")

    with pytest.raises(SettingError, match="no network that can be built"):
        found({"units1": "4:32"}, most=3, engine=Never(1))


def _trials(n: int, *, deciding: str) -> list[SearchTrial]:
    stream = np.random.default_rng(0)
    made = []
    for number in range(n):
        values: Values = {
            "lr": float(10 ** stream.uniform(-5, -1)),
            "l1": float(10 ** stream.uniform(-6, -1)),
        }
        error = abs(math.log10(float(values[deciding])) + 3)
        # The worse half was dropped early, after a score that would look good at the end.
        rungs = (RungScore(epoch=1, mean=error / 100),) if error > 0.9 else (RungScore(epoch=8, mean=error),)
        made.append(SearchTrial(number=number, batch=0, values=values, status="pruned", rungs=rungs))
    return made


@pytest.mark.parametrize("deciding", ["lr", "l1"])
def test_importance_finds_what_decides_and_ignores_what_does_not(deciding: str) -> None:
    dimensions = [parse_dimension("lr=1e-5:1e-1:log"), parse_dimension("l1=1e-6:1e-1:log")]
    first, second = importances(_trials(80, deciding=deciding), dimensions, lower_is_better=True)
    assert first.parameter == deciding
    assert first.mean > 0.75
    assert second.mean < 0.25
    assert first.mean + second.mean == pytest.approx(1)
    for each in (first, second):
        assert 0 <= each.low <= each.mean <= each.high <= 1
    assert first.low > second.high
    assert importances(_trials(9, deciding=deciding), dimensions, lower_is_better=True) == ()
    assert len(importances(_trials(10, deciding=deciding), dimensions, lower_is_better=True)) == 2
