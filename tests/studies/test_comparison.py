from __future__ import annotations

from typing import Any

import pytest

from studium.data import open_dataset
from studium.errors import SettingError
from studium.models import preset
from studium.seeding import derive_seed
from studium.studies import ComparisonPlan, ComparisonResult, Contender, compare, parse_dimension, refit
from studium.training import Fit, Member, TrainConfig, Trainer
from studium.validation import Replicates, k_fold

CURVE = open_dataset("curve")


class Recorder(Trainer):
    """Remembers what it was asked to train."""

    def __init__(self) -> None:
        super().__init__(CURVE)
        self.calls: list[list[Member]] = []

    def fit(self, members: Any) -> list[Fit]:
        self.calls.append(list(members))
        return super().fit(members)


def contender(name: str, *texts: str, model: str = "net", **settings: Any) -> Contender:
    spec = preset(model, CURVE.input_shape, CURVE.n_outputs)
    config = {"epochs": 40, "optimizer": "momentum", "learning_rate": 0.1} | settings
    return Contender(name, (spec, TrainConfig.model_validate(config)), tuple(map(parse_dimension, texts)))


def rows(seed: int, *, folds: int = 2, seeds: int = 2) -> Replicates:
    return k_fold(CURVE, n_folds=folds, n_seeds=seeds, seed=seed)


def plan(*contenders: Contender, **more: Any) -> ComparisonPlan:
    return ComparisonPlan("comparison", contenders, rows(1), rows(2, folds=3), **{"n_points": 4, **more})


def test_every_contender_gets_the_same_budget_and_fresh_replicates_judge() -> None:
    trainer = Recorder()
    what = plan(
        contender("wide", "lr=1e-2:2e-1:log"),
        contender("deep", "lr=1e-2:1e-1:log", "weight_decay=1e-5:1e-2:log", model="net3"),
    )
    found, winner = compare(CURVE, what, trainer)
    assert [len(each.tuning) for each in found.candidates] == [4, 4]
    tuning, verdict = trainer.calls
    assert (len(tuning), len(verdict)) == (2 * 4 * 4, 2 * 6)
    assert not {member.seed for member in tuning} & {member.seed for member in verdict}
    assert found.n_trainings == len(tuning) + len(verdict)
    assert (found.tuning_resampling, found.resampling) == ("2 folds x 2 seeds", "3 folds x 2 seeds")
    assert [each.score.n for each in found.candidates] == [6, 6]
    assert winner is not None
    assert ComparisonResult.model_validate_json(found.model_dump_json()) == found


def test_the_tuned_values_are_the_best_of_those_tried() -> None:
    found, winner = compare(
        CURVE, plan(contender("a", "lr=1e-6:2e-1:log"), contender("b", "lr=1e-3:1e-2:log")), Trainer(CURVE)
    )
    for candidate in found.candidates:
        chosen = next(trial for trial in candidate.tuning if trial.values == candidate.tuned)
        assert chosen.not_worse
        assert all(trial.validation is None for trial in candidate.tuning)
    assert found.winner is not None
    assert winner is not None
    assert winner.name == found.winner.name == "a"
    assert winner.point[1].learning_rate == found.winner.tuned["lr"]
    assert winner.epochs == found.winner.best_epochs
    assert 1 <= winner.epochs <= 40


def test_a_clear_loser_is_called_worse() -> None:
    what = plan(contender("good"), contender("bad", learning_rate=1e-6))
    found, winner = compare(CURVE, what, Trainer(CURVE))
    assert [each.score.not_worse for each in found.candidates] == [True, False]
    assert [len(each.tuning) for each in found.candidates] == [
        1,
        1,
    ]  # nothing to tune: one point stands for all
    assert winner is not None
    assert winner.name == "good"
    assert found.candidates[0].tuned == {}


def test_a_value_at_the_end_of_its_range_is_told() -> None:
    found, _ = compare(
        CURVE,
        plan(contender("low", "lr=1e-9:1e-1:log", epochs=20), contender("fixed"), n_points=24),
        Trainer(CURVE),
    )
    assert found.candidates[0].at_edge == ("lr",)
    assert found.candidates[1].at_edge == ()


def test_when_all_diverge_there_is_a_result_and_no_winner() -> None:
    what = plan(contender("a", learning_rate=1e20), contender("b", "lr=1e19:1e20"))
    found, winner = compare(CURVE, what, Trainer(CURVE))
    assert (found.best, found.winner, winner) == (None, None, None)
    assert found.advice == "every contender diverged: lower the learning rate, or clip the gradient"
    assert [each.best_epochs for each in found.candidates] == [0, 0]


def test_one_that_diverges_is_worse() -> None:
    found, winner = compare(CURVE, plan(contender("a", learning_rate=1e20), contender("b")), Trainer(CURVE))
    assert winner is not None
    assert winner.name == "b"
    assert found.advice == "1 of 2 contenders diverged and count as worse"


@pytest.mark.parametrize(
    ("names", "more", "sentence"),
    [
        (["a"], {}, "a comparison has 1 contender, but needs at least two"),
        (["a", "b", "a"], {}, "the contenders are a, b, a, but each may stand there once"),
        (["a", "b"], {"n_points": 0}, "the number of points is 0, but at least 1 is needed"),
    ],
)
def test_comparisons_that_cannot_be(names: list[str], more: dict[str, Any], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        plan(*(contender(name) for name in names), **more)


def test_nothing_is_trained_when_a_contender_lacks_a_parameter() -> None:
    trainer = Recorder()
    with pytest.raises(SettingError, match="no dropout layers"):
        compare(CURVE, plan(contender("a"), contender("b", "dropout")), trainer)
    assert trainer.calls == []


def test_retraining_is_plain_training_on_all_rows() -> None:
    spec, config = contender("a").point
    [fit] = refit(CURVE, (spec, config), 7, Trainer(CURVE))
    plain = Member(
        spec, config.model_copy(update={"epochs": 7}), CURVE.training_pool, seed=derive_seed(0, "refit", 0)
    )
    [expected] = Trainer(CURVE).fit([plain])
    assert (fit.epochs, len(fit.member.train)) == (7, len(CURVE.training_pool))
    assert all(bool((fit.weights[name] == weight).all()) for name, weight in expected.weights.items())


def test_retraining_keeps_the_course_of_the_learning_rate_and_has_no_patience() -> None:
    spec, config = contender("a", schedule="cosine", patience=3).point
    first, second = refit(CURVE, (spec, config), 7, Trainer(CURVE), n_seeds=2)
    assert (first.member.config.schedule_epochs, first.member.config.patience) == (40, None)
    assert first.member.seed != second.member.seed
    whole = Member(
        spec, config.model_copy(update={"patience": None}), CURVE.training_pool, seed=first.member.seed
    )
    [longer] = Trainer(CURVE).fit([whole])
    assert longer.history.train_loss[:7].tolist() == first.history.train_loss.tolist()
