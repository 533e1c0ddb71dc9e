"""The durable engine: computed once, never lost, and what breaks breaks alone."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from studium.execution import DurableEngine, Task
from studium.execution.in_process import InProcess
from studium.execution.ledger import TaskLine
from studium.execution.place import Place
from studium.execution.train_task import train_task
from studium.training import Fit, Trainer
from studium.training.concurrency import never
from studium.training.engine import Advanced, Finished, Message
from studium.training.group import Group
from tests.execution.places import Troubled
from tests.execution.tasks import alone, data, group, member, task

GROUPS = [group(0, 1), group(2), alone(3, learning_rate=0.02)]
MEMBERS = [each for part in GROUPS for each in part.members]


def engine(
    directory: Path,
    place: Place | None = None,
    stop: Callable[[], bool] = never,
    notices: list[str] | None = None,
) -> DurableEngine:
    directory.mkdir(parents=True, exist_ok=True)
    notice = (lambda _: None) if notices is None else notices.append
    return DurableEngine(directory, place or InProcess(directory, workers=1), stop=stop, notice=notice)


def statuses(found: DurableEngine) -> list[str]:
    ends = {
        (end.group, end.place): end.outcome for end in found.run(data(), GROUPS) if isinstance(end, Finished)
    }
    return [ends[key].status for key in sorted(ends)]


def lines(found: DurableEngine) -> dict[str, TaskLine]:
    return {line.id: line for line in found._ledger.tasks()}


def same(one: Fit, other: Fit) -> bool:
    return (
        one.weights.keys() == other.weights.keys()
        and all(np.array_equal(one.weights[name], other.weights[name]) for name in one.weights)
        and np.array_equal(one.history.train_loss, other.history.train_loss)
        and np.array_equal(one.history.validation_metric, other.history.validation_metric)
        and (one.status, one.epochs, one.best_epoch) == (other.status, other.epochs, other.best_epoch)
        and np.array_equal(one.normalisation.input_mean, other.normalisation.input_mean)
    )


def test_what_is_kept_is_what_training_in_memory_gives_and_is_not_trained_again(tmp_path: Path) -> None:
    expected = Trainer(data(), workers=1).fit(MEMBERS)
    for computed, reused in ((1, 0), (0, 1)):
        durable = engine(tmp_path)
        fits = Trainer(data(), engine=durable).fit(MEMBERS)
        assert all(map(same, fits, expected))
        assert (durable.tally.computed, durable.tally.reused, durable.tally.failed) == (computed, reused, 0)
        weights = durable.tally.weights
        durable.close()
    durable = engine(tmp_path / "elsewhere" / "run")
    Trainer(data(), engine=durable).fit(MEMBERS)
    assert durable.tally.weights == weights
    durable.close()


def test_a_task_asked_for_twice_is_computed_once(tmp_path: Path) -> None:
    durable = engine(tmp_path)
    ends = [end for end in durable.run(data(), [group(0), group(0)]) if isinstance(end, Finished)]
    assert sorted((end.group, end.place) for end in ends) == [(0, 0), (1, 0)]
    assert durable.tally.computed == 1
    durable.close()


def test_equal_tasks_of_runs_in_the_same_folder_are_computed_once(tmp_path: Path) -> None:
    first, second = engine(tmp_path / "runs" / "a"), engine(tmp_path / "runs" / "b")
    (tmp_path / "runs" / "a" / "run.json").touch()
    assert statuses(first) == ["complete"] * 4
    assert statuses(second) == ["complete"] * 4
    assert (second.tally.computed, second.tally.reused) == (0, 3)
    assert second.tally.weights == first.tally.weights
    for path in (tmp_path / "runs" / "a" / "fits").iterdir():
        path.unlink()  # what was brought stays
    first.close()
    second.close()
    third = engine(tmp_path / "runs" / "b")
    assert statuses(third) == ["complete"] * 4
    assert third.tally.computed == 0
    third.close()


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-1], lambda content: b"", lambda content: content[:-8] + b"x" * 8]
)
def test_a_damaged_result_is_noticed_computed_again_and_told(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    durable = engine(tmp_path)
    statuses(durable)
    weights = durable.tally.weights
    durable.close()
    path = tmp_path / "fits" / f"{task(GROUPS[0]).id}.safetensors"
    path.write_bytes(damage(path.read_bytes()))
    notices: list[str] = []
    again = engine(tmp_path, notices=notices)
    assert statuses(again) == ["complete"] * 4
    assert (again.tally.computed, again.tally.reused, again.tally.weights) == (1, 2, weights)
    assert len(notices) == 1
    assert "was damaged" in notices[0]
    assert "computed again" in notices[0]
    again.close()


def test_a_damaged_ledger_is_made_anew_from_the_results(tmp_path: Path) -> None:
    durable = engine(tmp_path)
    statuses(durable)
    weights = durable.tally.weights
    durable.close()
    (tmp_path / "ledger.db").write_bytes(b"not a database, but long enough to be one" * 100)
    notices: list[str] = []
    again = engine(tmp_path, notices=notices)
    assert again.tally.weights == weights
    assert notices == [
        f"the ledger was damaged: it was set aside as {tmp_path / 'ledger.db.damaged-1'} and made anew from the results"
    ]
    again.close()


def test_a_task_that_dies_is_tried_again_and_at_last_alone(tmp_path: Path) -> None:
    ids = [task(each).id for each in GROUPS]
    place = Troubled(tmp_path, {ids[0]: 1, ids[1]: 2, ids[2]: 2})
    durable = engine(tmp_path, place)
    assert statuses(durable) == ["complete"] * 4
    assert place.asked == [ids, ids, [ids[1]], [ids[2]]]
    assert [lines(durable)[each].attempts for each in ids] == [2, 3, 3]
    durable.close()


def test_a_task_that_dies_three_times_fails_with_its_reason_and_the_others_go_on(tmp_path: Path) -> None:
    wrong = task(GROUPS[0]).id
    notices: list[str] = []
    durable = engine(tmp_path, Troubled(tmp_path, {wrong: 3}), notices=notices)
    assert statuses(durable) == ["failed", "failed", "complete", "complete"]
    line = lines(durable)[wrong]
    assert (line.state, line.attempts, line.reason) == (
        "failed",
        3,
        "killed; it died three times, the last time alone",
    )
    assert durable.tally.failed == 1
    assert notices == [
        f"task {wrong[:12]} failed (killed; it died three times, the last time alone); the others go on, and resuming the "
        "run tries it again"
    ]
    durable.close()
    again = engine(tmp_path)
    assert statuses(again) == ["complete"] * 4
    assert (again.tally.computed, again.tally.reused, again.tally.failed) == (1, 2, 0)
    again.close()


def test_an_exception_fails_its_task_at_once_with_its_traceback(tmp_path: Path) -> None:
    wrong = task(GROUPS[1]).id
    durable = engine(tmp_path, Troubled(tmp_path, broken=[wrong]))
    assert statuses(durable) == ["complete", "complete", "failed", "complete"]
    line = lines(durable)[wrong]
    assert (line.state, line.attempts) == ("failed", 1)
    assert (line.reason, line.traceback) == ("ZeroDivisionError: division by zero", "the traceback")
    durable.close()


def test_a_failed_fit_says_why_and_has_nothing_else(tmp_path: Path) -> None:
    durable = engine(tmp_path, Troubled(tmp_path, broken=[task(group(0)).id]))
    fit = Trainer(data(), engine=durable).fit([member(0)])[0]
    assert (fit.status, fit.reason) == ("failed", "ZeroDivisionError: division by zero")
    assert (dict(fit.weights), fit.epochs, len(fit.history.train_loss)) == ({}, 0, 0)
    durable.close()


def hear(own: DurableEngine, one: Group, seen: list[Message]) -> None:
    """Train a group, and note each message as it comes."""
    for message in own.run(data(), [one]):
        seen.append(message)


@pytest.mark.parametrize("fused", [True, False])
def test_a_training_that_is_stopped_goes_on_to_the_same_weights(tmp_path: Path, fused: bool) -> None:
    one = group(0, 1, epochs=12000) if fused else alone(0, epochs=1500)
    undisturbed = engine(tmp_path / "a" / "run")
    list(undisturbed.run(data(), [one]))
    seen: list[Message] = []
    stopped = engine(tmp_path / "b" / "run", stop=lambda: bool(seen))
    with pytest.raises(KeyboardInterrupt):
        hear(stopped, one, seen)
    assert stopped.tally.computed == 0
    assert len(list((tmp_path / "b" / "run" / "checkpoints").iterdir())) == 1
    assert [event.kind for event in stopped._ledger.events()] == ["stopped"]
    stopped.close()
    again = engine(tmp_path / "b" / "run")
    progress = [message.n_epochs for message in again.run(data(), [one]) if isinstance(message, Advanced)]
    assert 0 < sum(progress) < sum(member.config.epochs for member in one.members)
    assert again.tally.weights == undisturbed.tally.weights
    assert list((tmp_path / "b" / "run" / "checkpoints").iterdir()) == []
    undisturbed.close()
    again.close()


def test_a_damaged_checkpoint_only_costs_time(tmp_path: Path) -> None:
    one = alone(0, epochs=1500)
    seen: list[Message] = []
    stopped = engine(tmp_path / "b", stop=lambda: bool(seen))
    with pytest.raises(KeyboardInterrupt):
        hear(stopped, one, seen)
    stopped.close()
    (checkpoint,) = (tmp_path / "b" / "checkpoints").iterdir()
    checkpoint.write_bytes(checkpoint.read_bytes()[:-3])
    again = engine(tmp_path / "b")
    ends = [message for message in again.run(data(), [one]) if isinstance(message, Finished)]
    assert [end.outcome.epochs for end in ends] == [1500]
    again.close()


def test_a_task_that_always_kills_its_process_fails_and_we_live(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = task(GROUPS[0]).id

    def deadly(one: Task, *arguments: object) -> Iterator[object]:
        if one.id == wrong:
            os.kill(os.getpid(), signal.SIGKILL)
        return train_task(one, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr("studium.execution.in_process.train_task", deadly)
    durable = engine(tmp_path, InProcess(tmp_path, workers=1))
    assert statuses(durable) == ["failed", "failed", "complete", "complete"]
    assert lines(durable)[wrong].state == "failed"
    assert "SIGKILL" in lines(durable)[wrong].reason
    durable.close()
