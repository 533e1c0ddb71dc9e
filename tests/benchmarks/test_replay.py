from dataclasses import replace

import numpy as np
import pytest
from benchmarks.search.curves import CurveTable, curve_table, random_points
from benchmarks.search.problem import regression
from benchmarks.search.replay import Setting, replay

from studium.studies.raced import Raced, Racing
from studium.studies.rungs import Ladder, most_finalists
from studium.training import Trainer


def table(curves: list[list[float]], worth: list[float] | None = None) -> CurveTable:
    values = np.array(curves)
    return CurveTable("made", values, (values[:, -1] if worth is None else np.array(worth))[:, None], True)


def test_a_late_bloomer_is_lost_and_what_that_costs_is_counted() -> None:
    # Of four, two go on from epoch 2 of 4: the points 1 and 2; point 0 would have been best at the end.
    known = table([[9, 9, 9, 1], [8, 7, 6, 5], [7, 6, 5, 3], [9, 8, 8, 7]], worth=[1.5, 5, 4, 7])
    found = replay(known, Setting(2, 2, 4), np.arange(4))
    assert found.lost
    assert found.regret == 3 - 1
    assert found.worth_regret == 4 - 1.5
    assert found.saved == 1 - (4 * 2 + 2 * 2) / 16


def test_without_rungs_nothing_is_lost_or_saved() -> None:
    known = table([[9, 9, 9, 1], [8, 7, 6, 5]])
    assert replay(known, Setting(1, 2, 2), np.arange(2)) == (False, 0.0, 0.0, 0.0)


def test_what_diverges_is_out_and_pays_until_then() -> None:
    known = table([[2, np.nan, np.nan, np.nan], [8, 7, 6, 5], [9, 8, 7, 6]])
    found = replay(known, Setting(2, 2, 3), np.arange(3))
    # Rung at epoch 2: the first has one epoch; of the other two the better goes on.
    assert found.saved == pytest.approx(1 - (1 + 2 + 2 + 2) / (1 + 4 + 4))
    assert not found.lost


def test_accuracies_are_better_when_larger_and_equals_are_as_good() -> None:
    known = replace(table([[0.5, 0.9], [0.6, 0.9], [0.7, 0.8]]), lower_is_better=False)
    found = replay(known, Setting(2, 2, 3), np.arange(3))
    assert found.regret == 0
    assert not found.lost


def test_a_replay_is_the_race_that_training_gives() -> None:
    prepared = regression(12, 16)
    data, plan = prepared.pool, prepared.plan
    known = curve_table("mlp", data, plan, 12, 2)
    order, setting = np.array([3, 7, 0, 11, 5, 1, 9, 2, 10, 4]), Setting(2, 3, 4)
    points = random_points(plan, 12)
    ladder = Ladder((5, 16), 3, lower_is_better=True)
    raced: dict[int, Raced] = {}
    n_most = most_finalists(len(order), setting.batch, 2, 3)
    with Racing(plan.replicates, ladder, Trainer(data), n_most) as racing:
        for start in range(0, len(order), setting.batch):
            batch = {int(each): points[each] for each in order[start : start + setting.batch]}
            raced |= racing.enter(batch)
        raced |= racing.finish()
    kept = [number for number, each in raced.items() if each.status == "complete"]
    ends = known.curves[:, -1]
    found = replay(known, setting, order)
    spent = sum(each.n_epochs for each in raced.values())
    assert found.saved == pytest.approx(1 - spent / (len(order) * 16 * len(plan.replicates.items)))
    assert found.regret == pytest.approx(ends[kept].min() - ends[order].min())
