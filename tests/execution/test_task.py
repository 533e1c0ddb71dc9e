"""Tasks: their ids follow from everything that determines the result, and from nothing else."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest

from studium.execution import Task
from studium.execution.fit_files import weights_hash
from studium.models import preset
from studium.training.group import Group, Normalisations, group_loop
from studium.training.loop import Ended
from tests.execution.tasks import data, group, member, task


def test_an_id_is_the_sha256_of_the_canonical_description() -> None:
    one = task()
    assert one.id == hashlib.sha256(one.spec.encode()).hexdigest()
    assert json.loads(one.spec)["data"] == data().checksum
    assert json.dumps(json.loads(one.spec), sort_keys=True, separators=(",", ":")) == one.spec


def test_equal_tasks_have_equal_ids_whatever_objects_say_it() -> None:
    rows = data().training_pool
    again = replace(member(0), train=np.array(rows[:60].tolist()), validation=rows[60:].astype(np.int32))
    assert task(Group((again, member(1)), fused=True)).id == task(group(0, 1)).id


@pytest.mark.parametrize(
    "changed",
    [
        lambda: group(0, 2),
        lambda: group(1, 0),
        lambda: group(0),
        lambda: group(0, 1, learning_rate=0.02),
        lambda: replace(group(0, 1), threads=2),
        lambda: replace(group(0, 1), fused=False),
        lambda: replace(group(0, 1), device="cuda"),
        lambda: Group(tuple(replace(each, train=each.train[1:]) for each in group(0, 1).members), fused=True),
        lambda: Group(
            tuple(replace(each, validation=each.train) for each in group(0, 1).members), fused=True
        ),
        lambda: Group(
            tuple(replace(each, spec=preset("net3", (1,), 1)) for each in group(0, 1).members), fused=True
        ),
    ],
)
def test_whatever_determines_the_result_changes_the_id(changed: object) -> None:
    assert task(changed()).id != task().id  # type: ignore[operator]


def test_other_data_are_another_task() -> None:
    assert Task.of(group(0, 1), "0" * 64).id != task().id


def test_a_task_read_from_its_description_trains_to_the_same_weights() -> None:
    one = task()
    again = Task.parse(one.spec, one.rows().__getitem__, dict[str, str]().__getitem__)
    assert (again.id, again.spec, again.data) == (one.id, one.spec, one.data)
    assert _weights(again) == _weights(one)


def _weights(one: Task) -> str:
    events = group_loop(one.group, data(), Normalisations(data())).run()
    fits = sorted((each for each in events if isinstance(each, Ended)), key=lambda each: each.position)
    return weights_hash(
        [{name: tensor.numpy() for name, tensor in each.fit.weights.items()} for each in fits]
    )
