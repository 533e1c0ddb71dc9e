from __future__ import annotations

import math
from typing import Literal

import pytest
from scipy import stats

from studium.runs.comparisons import compare_steps
from studium.runs.ranking import ranked, same_data
from studium.runs.results import DataFacts, Folds, NetworkFacts, Score, Training, TrainResult
from tests.runs.tiny import tiny_run


def result(
    validation: list[float | None],
    *,
    task: Literal["regression", "classification"] = "regression",
    checksum: str = "c",
    folds: list[float | None] | None = None,
    seed: int = 0,
    exported: int | None = 0,
) -> TrainResult:
    data = DataFacts(
        name="d",
        asked="d",
        task=task,
        origin="o",
        checksum=checksum,
        n_train=80,
        n_validation=20,
        n_test=10,
        inputs="x",
        targets=("y",),
    )
    trainings = tuple(
        Training(
            seed=place,
            status="complete",
            epochs=1,
            best_epoch=1,
            seconds=1,
            validation=None if value is None else Score(loss=value, metric=value, n=20),
        )
        for place, value in enumerate(validation)
    )
    row = tuple(folds or ())
    scored = Folds(losses=(row,), metrics=(row,), best_epochs=1, test_to_train=0.5) if folds else None
    return TrainResult(
        data=data,
        network=NetworkFacts(name="n", n_parameters=1, layers=()),
        config={},
        seed=seed,
        refit=False,
        folds=scored,
        trainings=trainings,
        exported=exported,
        seconds=1,
    )


def test_the_difference_has_the_corrected_interval() -> None:
    (found,) = compare_steps({"a": result([1.0, 2.0, 3.0]), "b": result([0.5, 1.0, 3.0])}).items
    # b - a: -0.5, -1, 0; mean -0.5, s 0.5; standard error 0.5 sqrt(1/3 + 20/80)
    reach = stats.t.ppf(0.975, 2) * 0.5 * math.sqrt(1 / 3 + 1 / 4)
    assert (found.better, found.worse, found.n, found.pairs) == ("b", "a", 3, "trainings")
    assert found.difference == pytest.approx(-0.5)
    assert (found.low, found.high) == pytest.approx((-0.5 - reach, -0.5 + reach))
    assert not found.settled


def test_folds_are_paired_before_trainings() -> None:
    steps = {
        "a": result([9.0, 9.0], folds=[1.0, 2.0, 3.0, 4.0]),
        "b": result([1.0], folds=[2.0, 3.0, 4.0, 5.1]),
    }
    (found,) = compare_steps(steps).items
    assert (found.better, found.n, found.pairs) == ("a", 4, "folds")
    assert found.settled


def test_accuracy_ranks_the_other_way_and_each_is_compared_with_the_next() -> None:
    steps = {
        name: result([value, value + 0.01], task="classification")
        for name, value in (("a", 0.7), ("b", 0.9), ("c", 0.8))
    }
    assert ranked(steps) == ["b", "c", "a"]
    assert [(each.better, each.worse) for each in compare_steps(steps).items] == [("b", "c"), ("c", "a")]


@pytest.mark.parametrize(
    "other",
    [
        result([1.0, 2.0]),
        result([1.0, 2.0, 3.0], seed=1),
        result([1.0, 2.0, None]),
        result([1.0, 2.0, 3.0], checksum="other"),
        result([1.0, 2.0, 3.0], folds=[1.0, 2.0, 3.0]),
        result([1.0, 2.0, 3.0], exported=None),
    ],
    ids=["fewer", "other rows", "diverged", "other data", "folds", "no model"],
)
def test_what_is_not_paired_is_not_compared(other: TrainResult) -> None:
    assert compare_steps({"a": result([1.0, 2.0, 3.0]), "b": other}).items == ()


def test_one_pair_says_nothing() -> None:
    assert compare_steps({"a": result([1.0]), "b": result([2.0])}).items == ()


def test_results_are_grouped_by_data() -> None:
    steps = {"a": result([1.0]), "b": result([1.0], checksum="other"), "c": result([1.0])}
    assert [list(group) for group in same_data(steps)] == [["a", "c"], ["b"]]


def test_a_run_compares_its_networks_over_their_folds() -> None:
    (found,) = tiny_run().comparisons
    assert {found.better, found.worse} == {"net", "net3"}
    assert (found.n, found.pairs) == (3, "folds")
