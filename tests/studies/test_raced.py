"""Trials that race: who is compared with whom, who waits, and what is let go of."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from studium.data import open_dataset
from studium.execution import DurableEngine
from studium.execution.in_process import InProcess
from studium.models import MLPSpec
from studium.studies.raced import Raced, Racing
from studium.studies.rungs import Ladder, most_finalists
from studium.training import TrainConfig, Trainer
from studium.training.engine import Engine
from studium.training.in_memory import InMemory
from studium.validation import Point, k_fold

DATA = open_dataset("curve")
REPLICATES = k_fold(DATA, n_folds=2)
RUNGS = (2, 4, 8)
POINTS: dict[int, Point] = {
    number: (
        MLPSpec(input_shape=(1,), n_outputs=1, hidden=(4 + number,)),
        TrainConfig(learning_rate=10.0 ** -(1 + number % 5), optimizer="adam", epochs=RUNGS[-1]),
    )
    for number in range(12)
}
BATCHES = [range(4), range(4, 8), range(8, 12)]


def racing(rungs: Sequence[int] = RUNGS, n_most: int | None = None, engine: Engine | None = None) -> Racing:
    """The race of twelve trials in batches of four, of which one in two goes on."""
    ladder = Ladder(tuple(rungs), keep=2, lower_is_better=True)
    n_most = most_finalists(12, 4, len(rungs), 2) if n_most is None else n_most
    return Racing(REPLICATES, ladder, Trainer(DATA, engine=engine, workers=1), n_most)


def raced(own: Racing) -> dict[int, Raced]:
    found: dict[int, Raced] = {}
    with own as race:
        for batch in BATCHES:
            found |= race.enter({number: POINTS[number] for number in batch})
        return found | race.finish()


def scores(found: dict[int, Raced]) -> dict[int, tuple[str, dict[int, float], bytes]]:
    return {number: (each.status, each.rungs, each.scores.tobytes()) for number, each in found.items()}


def test_the_first_rung_compares_a_batch_and_the_last_but_one_all() -> None:
    found = raced(racing())
    at = [
        {number: each.rungs[rung] for number, each in found.items() if rung in each.rungs} for rung in RUNGS
    ]
    assert at[0].keys() == POINTS.keys()
    for batch in BATCHES:
        own = sorted(batch, key=at[0].__getitem__)
        assert set(own[2:]).isdisjoint(at[1])  # at most half of them go on
    complete = {number for number, each in found.items() if each.status == "complete"}
    assert complete == at[2].keys()
    assert complete == set(sorted(at[1], key=at[1].__getitem__)[: -(-len(at[1]) // 2)])
    assert {each.status for each in found.values()} == {"complete", "pruned"}


def test_who_cannot_go_on_any_more_is_dropped_early_and_nothing_else_changes() -> None:
    patient = racing(n_most=12)
    with patient as race:
        waiting = [race.enter({number: POINTS[number] for number in batch}) for batch in BATCHES]
        assert all(
            each.status != "pruned" or 4 not in each.rungs for found in waiting for each in found.values()
        )
        end = race.finish()
    statuses = {number: each.status for found in (*waiting, end) for number, each in found.items()}
    assert {number: each.status for number, each in raced(racing()).items()} == statuses


def test_an_earlier_trial_is_told_when_better_ones_have_come() -> None:
    # Of all, only the best waits.
    told: list[int] = []
    with racing(n_most=1) as race:
        for batch in BATCHES:
            found = race.enter({number: POINTS[number] for number in batch})
            told += [number for number, each in found.items() if each.status == "pruned"]
            assert len(race._waiting) == 1
        (best,) = race._waiting
        assert race._scores[best] == min(race._scores.values())
        assert sorted(told) == sorted(POINTS.keys() - {best})
        assert {number: each.status for number, each in race.finish().items()} == {best: "complete"}


def test_one_rung_trains_everybody_to_the_end_at_once() -> None:
    own = racing([8])
    with own as race:
        found = race.enter({number: POINTS[number] for number in BATCHES[0]})
        assert {each.status for each in found.values()} == {"complete"}
        assert race.finish() == {}


def test_of_two_rungs_the_first_compares_all() -> None:
    found = raced(racing([4, 8]))
    first = {number: each.rungs[4] for number, each in found.items()}
    complete = {number for number, each in found.items() if each.status == "complete"}
    assert complete == set(sorted(first, key=first.__getitem__)[:6])


@pytest.mark.parametrize("kind", ["memory", "disk"])
def test_what_was_kept_to_go_on_is_gone_at_the_end(tmp_path: Path, kind: str) -> None:
    expected = scores(raced(racing()))
    if kind == "memory":
        engine = InMemory(1)
        assert scores(raced(racing(engine=engine))) == expected
        assert not engine._paused
        return
    durable = DurableEngine(tmp_path, InProcess(tmp_path, workers=1))
    assert scores(raced(racing(engine=durable))) == expected
    durable.close()
    assert list((tmp_path / "checkpoints").glob("*")) == []


def test_a_trial_that_diverges_is_out_and_says_so() -> None:
    spec, config = POINTS[0]
    points = {**POINTS, 1: (spec, config.model_copy(update={"learning_rate": 1e30}))}
    with racing() as race:
        found = race.enter({number: points[number] for number in BATCHES[0]})
        assert found[1].status == "diverged"
        assert found[1].rungs == {}
        assert 1 not in race.finish()


def test_how_many_can_come_to_the_end() -> None:
    found = raced(racing())
    n_complete = sum(each.status == "complete" for each in found.values())
    assert n_complete <= most_finalists(12, 4, 3, 2) == 3
    assert np.isfinite([each.scores.mean() for each in found.values()]).all()
