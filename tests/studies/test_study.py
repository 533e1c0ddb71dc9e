from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from studium.data import Dataset, open_dataset
from studium.errors import SettingError
from studium.models import preset
from studium.studies import StudyPlan, StudyResult, parse_dimension, run_study
from studium.training import Progress, TrainConfig, Trainer
from studium.validation import cross_validate, hold_out, k_fold

CURVE = open_dataset("curve")


def plan(*texts: str, model: str = "net", more: dict[str, Any] | None = None, **settings: Any) -> StudyPlan:
    spec = preset(model, CURVE.input_shape, CURVE.n_outputs)
    config = TrainConfig.model_validate(
        {"epochs": 40, "optimizer": "momentum", "learning_rate": 0.1} | settings
    )
    return StudyPlan("study", model, (spec, config), tuple(map(parse_dimension, texts)), **(more or {}))


def run(what: StudyPlan, *, folds: int = 2, seeds: int = 2, dataset: Dataset = CURVE) -> StudyResult:
    return run_study(dataset, what, k_fold(dataset, n_folds=folds, n_seeds=seeds), Trainer(dataset))


def test_a_study_of_learning_rates() -> None:
    found = run(plan("lr=1e-6,0.03,0.05", epochs=80), folds=5)
    assert (found.parameters, found.labels, found.log) == (("lr",), ("learning rate",), (True,))
    assert (found.metric, found.lower_is_better, found.sampler) == ("mse", True, "grid")
    assert (found.resampling, found.n_replicates, found.n_trainings) == ("5 folds x 2 seeds", 10, 30)
    assert [trial.not_worse for trial in found.trials] == [False, True, True]
    assert [trial.values["lr"] for trial in found.trials] == [1e-6, 0.03, 0.05]
    good = found.ranges[0]
    assert good.text.startswith("learning rate: [3e-2, 5e-2], best ")
    assert (good.low, good.high, good.reaches_lowest, good.reaches_highest) == (0.03, 0.05, False, True)
    assert found.best_trial is not None
    assert found.best_trial.values["lr"] == good.best
    assert "Nadeau and Bengio 2003" in found.test
    assert "Holm over 3 values" in found.test
    assert (found.advice, found.watched) == ("", "")


def test_scores_are_those_of_cross_validation() -> None:
    what = plan("lr=0.01,0.1")
    points = [
        (what.point[0], what.point[1].model_copy(update={"learning_rate": rate})) for rate in (0.01, 0.1)
    ]
    direct = cross_validate(points, k_fold(CURVE, n_folds=2, n_seeds=2), Trainer(CURVE))
    for trial, expected in zip(run(what).trials, direct, strict=True):
        assert np.array(trial.scores) == pytest.approx(expected.metrics, rel=1e-4)


def test_the_same_study_gives_the_same_result() -> None:
    first, second = (
        run(plan("lr=1e-3:1e-1:log", more={"sampler": "tpe", "n_points": 12}, epochs=4)) for _ in range(2)
    )
    assert first.model_copy(update={"seconds": 0.0}) == second.model_copy(update={"seconds": 0.0})
    assert len(first.trials) == 12
    assert [trial.number for trial in first.trials] == list(range(12))


def test_when_every_value_diverges_there_is_a_result_with_advice() -> None:
    found = run(plan("lr=1e18,1e20"))
    assert (found.best, found.best_trial) == (None, None)
    assert [trial.status for trial in found.trials] == ["diverged", "diverged"]
    assert found.advice == "every value diverged: lower the learning rate, or clip the gradient"
    assert found.ranges[0].text == "learning rate: no good value, all diverged"
    assert found.test == "nothing to compare: all 2 values diverged"
    assert StudyResult.model_validate_json(found.model_dump_json()) == found


def test_when_some_values_diverge_they_are_worse() -> None:
    found = run(plan("lr=0.1,1e20"))
    assert found.best == 0
    assert found.advice == "1 of 2 values diverged and count as worse"
    assert "1 more diverged, worse by definition" in found.test


def test_two_parameters() -> None:
    found = run(plan("momentum=0:0.9", "lr=1e-6:0.2:log", more={"n_points": 8}, epochs=20))
    assert (found.sampler, len(found.trials), found.log) == ("qmc", 8, (False, True))
    good = [trial for trial in found.trials if trial.not_worse]
    assert found.ranges[1].low == min(trial.values["lr"] for trial in good)
    assert found.ranges[1].high == max(trial.values["lr"] for trial in good)
    assert [each.parameter for each in found.ranges] == ["momentum", "lr"]


def test_a_list_and_a_range_make_a_grid() -> None:
    what = plan("optimizer=sgd,adam", "lr=1e-3:1e-1:log", more={"n_points": 3}, epochs=5)
    found = run(what)
    assert (found.sampler, what.n_trials, len(found.trials)) == ("grid", 6, 6)
    names = [trial.values["optimizer"] for trial in found.trials if trial.not_worse]
    assert found.ranges[0].values == tuple(dict.fromkeys(names))
    assert found.ranges[0].low is None


def test_names_can_be_studied() -> None:
    found = run(plan("activation=tanh,relu", epochs=5))
    assert {trial.values["activation"] for trial in found.trials} == {"tanh", "relu"}
    assert found.ranges[0].text.startswith("activation: {")


def test_patience_is_scored_on_rows_that_it_does_not_watch() -> None:
    what = plan("patience=1,20,none", optimizer="adam", learning_rate=0.05, epochs=60)
    found = run(what)
    short, long, never = found.trials
    assert short.epochs.mean < long.epochs.mean <= never.epochs.mean == 60
    assert short.best_epoch.mean <= short.epochs.mean
    assert "watches a fifth of each training's own rows" in found.watched
    whole = cross_validate([what.point], k_fold(CURVE, n_folds=2, n_seeds=2), Trainer(CURVE))[0]
    assert np.array(never.scores) == pytest.approx(whole.metrics, rel=1e-3)


def test_ranges_of_whole_numbers() -> None:
    found = run(plan("patience=2:8", more={"n_points": 3}, epochs=10))
    assert [trial.values["patience"] for trial in found.trials] == [2, 5, 8]
    assert found.ranges[0].text.startswith("patience: [")


def test_data_with_a_single_split_a_seed() -> None:
    replicates = hold_out(CURVE, n_seeds=3)
    found = run_study(CURVE, plan("lr=1e-2,1e-1", epochs=5), replicates, Trainer(CURVE))
    assert found.resampling == "80 training and 20 validation rows x 3 seeds"
    assert len(found.trials[0].scores) == 3


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (lambda: plan("momentum", optimizer="adam"), "the optimizer adam has no momentum"),
        (lambda: plan("dropout"), "no dropout layers; choose one that has, such as net_d"),
        (lambda: plan("lr=0:1"), "lr is 0.0, but it must be greater than 0"),
    ],
)
def test_what_cannot_be_studied_is_said_before_anything_is_trained(what: Any, sentence: str) -> None:
    seen: list[Progress] = []
    with pytest.raises(SettingError, match=sentence):
        run_study(CURVE, what(), k_fold(CURVE, n_folds=2), Trainer(CURVE, progress=seen.append))
    assert seen == []


@pytest.mark.parametrize(
    ("texts", "more", "sentence"),
    [
        ((), {}, "a study varies 0 parameters, but it can vary one or two"),
        (("lr", "momentum", "l1"), {}, "a study varies 3 parameters"),
        (("lr=0.1", "lr=0.2"), {}, "lr is given twice"),
        (("lr",), {"n_points": 1}, "the number of points is 1, but values along a range need at least 2"),
    ],
)
def test_plans_that_cannot_be(texts: tuple[str, ...], more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        plan(*texts, more=more)


def test_a_spread_needs_two_trainings() -> None:
    with pytest.raises(SettingError, match="a spread needs two trainings: use more folds or seeds"):
        run_study(CURVE, plan("lr=0.1,0.2"), hold_out(CURVE, n_seeds=1), Trainer(CURVE))
    with pytest.raises(SettingError, match="the number of folds is 1, but cross-validation needs at least 2"):
        k_fold(CURVE, n_folds=1)
