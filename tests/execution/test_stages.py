"""Tasks that pause: durable like all others, and going on from them never depends on what is still there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from studium.data import Dataset
from studium.execution import DurableEngine, Task
from studium.execution.checkpoints import CarriedCheckpoints
from studium.execution.in_process import InProcess
from studium.execution.place import Done, Place, Report
from studium.execution.task import RowIds
from studium.execution.train_task import ByValue, OnDisk, Written, train_task
from studium.execution.workers import Workers
from studium.training import Fit, Trainer
from studium.training.concurrency import StoppedError, never
from studium.training.engine import Advanced, Message
from studium.training.group import Group, Normalisations, Origin
from tests.execution.places import Troubled
from tests.execution.tasks import data, group, member, task
from tests.training.racing import Plan, advanced, facts, raced

ROOT = Path(__file__).parents[2]
EPOCHS = 30
MEMBERS = [member(seed, epochs=EPOCHS, learning_rate=0.002 * (1 + seed)) for seed in range(5)]
PLAN: Plan = [((0, 1, 2, 3, 4), 5), ((1, 2, 4), 12), ((4,), EPOCHS)]
N_EPOCHS = 5 * 5 + 3 * 7 + 18  # of that plan, by hand


class Counting(DurableEngine):
    """Counts the epochs that are trained, summed over members."""

    n_epochs = 0

    def run(self, dataset: Dataset, groups: Sequence[Group]) -> Iterator[Message]:
        for message in super().run(dataset, groups):
            self.n_epochs += message.n_epochs if isinstance(message, Advanced) else 0
            yield message


def engine(directory: Path, place: Place | None = None, stop: Callable[[], bool] = never) -> Counting:
    directory.mkdir(parents=True, exist_ok=True)
    return Counting(directory, place or InProcess(directory, workers=1), stop=stop)


def checkpoints(directory: Path) -> set[str]:
    return {path.stem for path in (directory / "checkpoints").glob("*")}


def staged(*plan: tuple[tuple[int, ...], int]) -> Task:
    """The task of the last stage, each of whose members comes from the one before."""
    own = Group(tuple(MEMBERS), fused=True)
    positions: tuple[int, ...] = tuple(range(len(MEMBERS)))
    for kept, until in plan:
        origins = tuple(Origin(own, positions.index(each)) for each in kept) if own.until else ()
        own = Group(tuple(MEMBERS[each] for each in kept), fused=True, until=until, origins=origins)
        positions = kept
    return task(own)


def ends(stages: list[dict[int, Fit]]) -> list[dict[int, object]]:
    return [{position: facts(fit) for position, fit in fits.items()} for fits in stages]


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[int, object]], str]:
    """What every stage of the race gives, and the hash of all weights."""
    own = engine(tmp_path_factory.mktemp("undisturbed") / "run")
    found = ends(raced(Trainer(data(), engine=own), MEMBERS, PLAN))
    weights = own.tally.weights
    assert (own.tally.computed, own.n_epochs) == (3, N_EPOCHS)
    own.close()
    assert found == ends(raced(Trainer(data(), workers=1), MEMBERS, PLAN))
    return found, weights


def test_stages_are_part_of_the_id_and_their_absence_too() -> None:
    everybody = tuple(range(5))
    found = [
        staged(),
        staged((everybody, 5)),
        staged((everybody, 6)),
        staged((everybody[1:], 5)),
        staged((everybody, 5), (everybody, 6)),
        staged((everybody, 5), ((1,), 6)),
    ]
    assert len({each.id for each in found}) == len(found)
    assert "until" not in found[0].spec
    assert "origins" not in found[1].spec
    assert staged((everybody, 5)).id == found[1].id


def test_a_staged_task_reads_back_from_its_description() -> None:
    one = staged(((0, 1, 2, 3, 4), 5), ((1, 4), 9), ((4,), 12))
    (before,) = one.before
    (first,) = before.before
    specs = {each.id: each.spec for each in (before, first)}
    again = Task.parse(one.spec, first.rows().__getitem__, specs.__getitem__)
    assert (again.id, again.spec, again.group.until) == (one.id, one.spec, 12)
    assert [each.id for each in again.before] == [before.id]
    assert Task.of(again.group, again.data, RowIds()).id == one.id


def test_a_task_goes_on_from_the_tasks_of_its_members() -> None:
    first, second = ((0, 1, 2, 3, 4), 5), ((1, 4), 9)
    assert [each.id for each in staged(first, second).before] == [staged(first).id]
    assert staged(first).before == ()
    assert task(group(0, 1)).before == ()
    one, other = (Group((MEMBERS[seed],), fused=True, until=5) for seed in (0, 3))
    both = Group((MEMBERS[3], MEMBERS[0]), fused=True, until=9, origins=(Origin(other, 0), Origin(one, 0)))
    assert [each.id for each in task(both).before] == [task(other).id, task(one).id]


def test_a_paused_task_leaves_one_checkpoint_that_the_next_takes_away(tmp_path: Path) -> None:
    own = engine(tmp_path)
    ids = [staged(*[(tuple(kept), until) for kept, until in PLAN[: n + 1]]).id for n in range(2)]
    with Trainer(data(), engine=own).race(MEMBERS) as race:
        for (kept, until), expected in zip(PLAN, ({ids[0]}, {ids[1]}, set()), strict=True):
            advanced(race, kept, until)
            assert checkpoints(tmp_path) == expected
    assert checkpoints(tmp_path) == set()
    own.close()


def test_a_race_that_is_left_early_takes_its_checkpoints_away(tmp_path: Path) -> None:
    own = engine(tmp_path)
    raced(Trainer(data(), engine=own), MEMBERS, PLAN[:2])
    assert checkpoints(tmp_path) == set()
    own.close()


def test_a_stage_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    second = staged(((0, 1, 2, 3, 4), 5), ((1, 2, 4), 12))
    own = engine(tmp_path, Troubled(tmp_path, broken=[second.id]))
    first, last = raced(Trainer(data(), engine=own), MEMBERS, PLAN[:2])
    assert {fit.status for fit in first.values()} == {"paused"}
    assert {(fit.status, fit.reason) for fit in last.values()} == {
        ("failed", "ZeroDivisionError: division by zero")
    }
    assert checkpoints(tmp_path) == set()
    own.close()


def test_paused_results_are_known_when_the_race_is_run_again(
    tmp_path: Path, undisturbed: tuple[list[dict[int, object]], str]
) -> None:
    for computed, reused, n_epochs in ((3, 0, N_EPOCHS), (0, 3, 0)):
        own = engine(tmp_path)
        assert ends(raced(Trainer(data(), engine=own), MEMBERS, PLAN)) == undisturbed[0]
        assert (own.tally.computed, own.tally.reused, own.n_epochs) == (computed, reused, n_epochs)
        assert own.tally.weights == undisturbed[1]
        own.close()


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"junk")])
def test_a_checkpoint_that_is_lost_costs_time_and_nothing_else(
    tmp_path: Path, undisturbed: tuple[list[dict[int, object]], str], damage: Callable[[Path], object]
) -> None:
    own = engine(tmp_path)
    stages = []
    with Trainer(data(), engine=own).race(MEMBERS) as race:
        for kept, until in PLAN:
            stages.append(advanced(race, kept, until))
            for path in (tmp_path / "checkpoints").glob("*"):
                damage(path)
    assert ends(stages) == undisturbed[0]
    assert own.tally.weights == undisturbed[1]
    assert own.n_epochs == N_EPOCHS  # what is trained again to come there is no progress
    assert checkpoints(tmp_path) == set()
    own.close()


def test_a_worker_killed_before_it_tidied_up_leaves_nothing_for_long(tmp_path: Path) -> None:
    own = engine(tmp_path)
    with Trainer(data(), engine=own).race(MEMBERS) as race:
        advanced(race, *PLAN[0])
        (old,) = (tmp_path / "checkpoints").glob("*")
        content = old.read_bytes()
        advanced(race, *PLAN[1])
        old.write_bytes(content)  # as if the worker had died between its result and this
        own.close()
        again = engine(tmp_path)
        raced(Trainer(data(), engine=again), MEMBERS, PLAN)
    assert checkpoints(tmp_path) == set()
    again.close()


def test_a_result_that_travels_brings_a_checkpoint_when_its_members_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("studium.execution.train_task._KEEPS", 0.0)  # a checkpoint after every epoch
    paused, whole = staged(((0, 1, 2, 3, 4), 5)), task(group(0, 1))
    for each, brings in ((paused, True), (whole, False)):
        results = ByValue(CarriedCheckpoints({}))
        *_, written = train_task(each, data(), Normalisations(data()), results, never)
        assert isinstance(written, Written)
        assert (written.checkpoint is not None) == brings
    assert results.checkpoints.read(whole.id) is None


class Stopping:
    """Computes tasks one by one, and is asked to stop after so many epochs."""

    name, n_workers = "stopping", 1

    def __init__(self, directory: Path, epochs: int) -> None:
        self._results, self._left = OnDisk(directory), epochs

    @property
    def stopped(self) -> bool:
        return self._left <= 0

    def run(self, dataset: Dataset, tasks: Sequence[Task], stop: Callable[[], bool]) -> Iterator[Report]:
        def unwanted() -> bool:  # is asked after every epoch
            self._left -= 1
            return self.stopped

        for position, each in enumerate(tasks):
            with suppress(StoppedError):
                for message in train_task(each, dataset, Normalisations(dataset), self._results, unwanted):
                    yield message if isinstance(message, Advanced) else Done(position, message)

    def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("plan", "left"),
    [([((0, 1, 2), 90)], 3 * (90 - 40)), ([((0, 1, 2), 20), ((1,), 90)], 70 - 40)],
    ids=["the first", "the second"],
)
def test_a_stage_that_is_stopped_goes_on_where_it_was(tmp_path: Path, plan: Plan, left: int) -> None:
    members = [member(seed, epochs=90) for seed in range(3)]
    whole = ends(raced(Trainer(data(), workers=1), members, plan))
    place = Stopping(tmp_path, epochs=plan[0][1] + 40 if len(plan) > 1 else 40)
    own = engine(tmp_path, place, stop=lambda: place.stopped)
    with pytest.raises(KeyboardInterrupt):
        raced(Trainer(data(), engine=own), members, plan)
    own.close()
    again = engine(tmp_path)
    assert ends(raced(Trainer(data(), engine=again), members, plan)) == whole
    assert again.n_epochs == left
    assert checkpoints(tmp_path) == set()
    again.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from studium.training import Trainer
from tests.execution.tasks import data
from tests.execution.test_stages import MEMBERS, PLAN, engine
from tests.training.racing import advanced

with Trainer(data(), engine=engine(Path(sys.argv[1]))).race(MEMBERS) as race:
    for kept, until in PLAN[: int(sys.argv[2])]:
        advanced(race, kept, until)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("n_stages", [1, 2])
def test_a_driver_killed_between_rungs_goes_on_to_the_same_weights(
    tmp_path: Path, undisturbed: tuple[list[dict[int, object]], str], n_stages: int
) -> None:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])}
    command = [sys.executable, "-c", KILLED, str(tmp_path / "run"), str(n_stages)]
    done = subprocess.run(command, env=environment, timeout=120, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert len(checkpoints(tmp_path / "run")) == 1
    own = engine(tmp_path / "run")
    assert ends(raced(Trainer(data(), engine=own), MEMBERS, PLAN)) == undisturbed[0]
    assert own.tally.weights == undisturbed[1]
    assert (own.tally.reused, own.tally.computed) == (n_stages, 3 - n_stages)
    assert own.n_epochs == N_EPOCHS - [25, 25 + 21][n_stages - 1]  # it goes on from the checkpoint
    assert checkpoints(tmp_path / "run") == set()
    own.close()


@pytest.mark.parametrize(
    "place",
    [lambda path: InProcess(path, workers=2), lambda path: Workers.local(path, 2)],
    ids=["two forks", "two workers"],
)
def test_wherever_stages_are_computed_the_weights_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Callable[[Path], Place]
) -> None:
    monkeypatch.setenv("STUDIUM_CACHE", str(tmp_path / "cache"))
    members = [*MEMBERS, *(member(seed, epochs=EPOCHS, optimizer="momentum") for seed in range(3))]
    plan: Plan = [(range(8), 5), ((1, 2, 4, 6, 7), 12), ((4, 7), EPOCHS)]
    found = []
    for name, where in (("here", InProcess(tmp_path / "here" / "run", workers=1)), ("there", None)):
        (tmp_path / name / "run").mkdir(parents=True)
        own = engine(tmp_path / name / "run", where or place(tmp_path / name / "run"))
        found.append((ends(raced(Trainer(data(), engine=own), members, plan)), own.tally.weights))
        assert own.tally.computed == 6
        own.close()
        assert checkpoints(tmp_path / name / "run") == set()
    assert found[0] == found[1]
