"""A race changes when members train, and nothing else: each of them comes to what it would have come to alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from studium.data import Dataset
from studium.errors import SettingError
from studium.execution import DurableEngine
from studium.execution.in_process import InProcess
from studium.training import Fit, Member, Progress, Trainer
from studium.training import group as group_module
from studium.training.concurrency import StoppedError
from studium.training.config import Optimizer
from studium.training.engine import Advanced, Message
from studium.training.fusion import groups
from studium.training.group import Group, Normalisations, Origin, begun_loop, group_loop
from studium.training.in_memory import InMemory
from studium.training.loop import Ended, Loop
from tests.training.racing import (
    DIVERGING,
    EPOCHS,
    PICTURES,
    SHORT,
    TABLE,
    Plan,
    advanced,
    alike,
    assert_close,
    facts,
    pictured,
    raced,
    various,
)
from tests.training.test_population import member

SETTINGS: dict[str, Any] = {"optimizer": "momentum", "learning_rate": 1e-3, "epochs": EPOCHS}
STAGES: Plan = [((0, 1, 2, 3, 4, 5), 2), ((0, 2, 3, 5), 5), ((5, 0), 9), ((5,), EPOCHS)]


@cache
def at_once(optimizer: Optimizer) -> list[Fit]:
    """The members of `various`, trained to their ends."""
    assert groups(various(optimizer)) != [[place] for place in range(6)]
    return Trainer(TABLE, workers=1).fit(various(optimizer))


@pytest.mark.parametrize("optimizer", get_args(Optimizer))
def test_a_member_comes_to_its_own_end_whoever_is_dropped_beside_it(optimizer: Optimizer) -> None:
    whole = at_once(optimizer)
    stages = raced(Trainer(TABLE, workers=1), various(optimizer), STAGES)
    for fits, (kept, until) in zip(stages, STAGES, strict=True):
        assert fits.keys() == set(kept)
        for position, fit in fits.items():
            ended = {DIVERGING: ("diverged", 0)} | ({SHORT: ("complete", 3)} if until >= 3 else {})
            now = ("complete" if until == EPOCHS else "paused", until)
            assert (fit.status, fit.epochs) == ended.get(position, now)
            assert_close(fit, whole[position])


@pytest.mark.parametrize("optimizer", get_args(Optimizer))
def test_a_population_that_stays_whole_comes_to_the_same_bits(optimizer: Optimizer) -> None:
    members = alike(optimizer)
    everybody = range(len(members))
    last = raced(Trainer(TABLE, workers=1), members, [(everybody, until) for until in (1, 4, 5, EPOCHS)])[-1]
    whole = Trainer(TABLE, workers=1).fit(members)
    assert [facts(last[place]) for place in everybody] == [facts(fit) for fit in whole]


@pytest.mark.parametrize("normed", [False, True], ids=["dropout", "batch norm"])
@pytest.mark.parametrize("optimizer", get_args(Optimizer))
def test_a_convolutional_network_comes_to_the_same_bits(optimizer: Optimizer, normed: bool) -> None:
    members = [pictured(optimizer, normed=normed)]
    last = raced(Trainer(PICTURES, workers=1, threads=1), members, [((0,), 1), ((0,), 7), ((0,), EPOCHS)])[-1]
    (whole,) = Trainer(PICTURES, workers=1, threads=1).fit(members)
    assert facts(last[0]) == facts(whole)
    assert whole.status == "complete"


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Any stages: rising epochs, ever fewer members, in any order, possibly all or none of them at the end."""
    epochs = draw(st.lists(st.integers(1, EPOCHS + 2), min_size=1, max_size=4, unique=True).map(sorted))
    kept: list[int] = list(range(6))
    found: list[tuple[list[int], int]] = []
    for until in epochs:
        kept = draw(st.lists(st.sampled_from(kept), min_size=1, max_size=len(kept), unique=True))
        found.append((kept, until))
    return found


@settings(max_examples=40, deadline=None, derandomize=True)
@given(plan=plans(), optimizer=st.sampled_from(get_args(Optimizer)))
def test_any_stages_come_to_the_same_ends(plan: Plan, optimizer: Optimizer) -> None:
    whole = at_once(optimizer)
    for fits, (kept, until) in zip(
        raced(Trainer(TABLE, workers=1), various(optimizer), plan), plan, strict=True
    ):
        assert fits.keys() == set(kept)
        for position, fit in fits.items():
            expected = whole[position]
            assert fit.epochs == min(until, expected.epochs)
            assert (fit.status == "paused") == (until < expected.epochs)
            assert_close(fit, expected)


def _several() -> tuple[list[Member], Plan]:
    # Two groups and members of both that are dropped: the first group compacts, the second stays behind as a whole.
    members = [*various("adam"), *alike("momentum", 3)]
    return members, [(range(9), 2), ((0, 3, 4, 7), 5), ((3, 0), 8), ((3,), EPOCHS)]


def _all_facts(stages: list[dict[int, Fit]]) -> list[dict[int, object]]:
    return [{position: facts(fit) for position, fit in fits.items()} for fits in stages]


def test_memory_checkpoints_and_beginning_anew_give_the_same_bits(tmp_path: Path) -> None:
    members, plan = _several()
    expected = _all_facts(raced(Trainer(TABLE, workers=1), members, plan))

    durable = DurableEngine(tmp_path, InProcess(tmp_path, workers=1))
    assert _all_facts(raced(Trainer(TABLE, engine=durable), members, plan)) == expected
    durable.close()

    forgetful = InMemory(1)
    with Trainer(TABLE, engine=forgetful).race(members) as race:
        stages = []
        for kept, until in plan:
            stages.append(advanced(race, kept, until))
            assert forgetful._paused or until == EPOCHS
            forgetful._paused.clear()
    assert _all_facts(stages) == expected


def test_the_same_bits_with_several_workers() -> None:
    members, plan = _several()
    expected = _all_facts(raced(Trainer(TABLE, workers=1), members, plan))
    assert _all_facts(raced(Trainer(TABLE, workers=2), members, plan)) == expected


class _Watched(InMemory):
    """Remembers what it trained."""

    def __init__(self, workers: int) -> None:
        super().__init__(workers)
        self.groups: list[Sequence[Group]] = []

    @property
    def parts(self) -> list[list[int]]:
        """Members of each group, by call."""
        return [[len(group.members) for group in groups] for groups in self.groups]

    def run(self, dataset: Dataset, groups: Sequence[Group]) -> Iterator[Message]:
        self.groups.append(groups)
        yield from super().run(dataset, groups)


class _Counting(InMemory):
    """Counts the epochs that are trained, summed over members."""

    n_epochs = 0

    def run(self, dataset: Dataset, groups: Sequence[Group]) -> Iterator[Message]:
        for message in super().run(dataset, groups):
            self.n_epochs += message.n_epochs if isinstance(message, Advanced) else 0
            yield message


def test_going_on_trains_the_new_epochs_alone_and_says_how_many() -> None:
    members, plan = _several()
    engine, states = _Counting(1), list[Progress]()
    trained, said = [], []
    with Trainer(TABLE, engine=engine, progress=states.append).race(members) as race:
        for kept, until in plan:
            engine.n_epochs = 0
            advanced(race, kept, until)
            trained.append(engine.n_epochs)
            said.append(states[-1].total)
    # By hand: nine members an epoch, one more without the diverging one; three epochs of four; of two; four of one.
    assert trained == [9 + 8, 3 * 4, 3 * 2, 4]
    assert said == [2 * 8, 3 * 4, 3 * 2, 4]  # an epoch whose loss is not finite does not count


def test_members_of_several_groups_go_on_as_one() -> None:
    narrow = [member(TABLE, seed, hidden=(3, 2), **SETTINGS) for seed in range(8)]
    wide = [member(TABLE, seed, hidden=(90, 70), **SETTINGS) for seed in range(8, 12)]
    engine = _Watched(1)
    with Trainer(TABLE, engine=engine).race(narrow) as race:
        later = race.enter(wide)
        race.advance(range(8), 4)
        race.advance(later, 4)
        assert [len(each) for each in engine.parts] == [2, 1]
        last = race.advance([1, 6, *later[:2]], EPOCHS)
        assert engine.parts[-1] == [4]
        assert {len(group.before) for group in engine.groups[-1]} == {3}
    whole = Trainer(TABLE, workers=1).fit([narrow[1], narrow[6], *wide[:2]])
    for position, expected in zip([1, 6, *later[:2]], whole, strict=True):
        assert_close(last[position], expected)


def test_who_waits_goes_on_when_its_turn_comes_and_who_was_dropped_never() -> None:
    members = alike("adam", 4)
    whole = Trainer(TABLE, workers=1).fit(members)
    with Trainer(TABLE, workers=1).race(members) as race:
        race.advance([0, 1], 3)
        race.advance([2, 3], 3)
        race.drop([1])
        assert race.paused == [0, 2, 3]
        race.advance([0], 6)
        race.advance([3], 6)
        last = race.advance([0, 3], EPOCHS)
        with pytest.raises(AssertionError, match="who was dropped never trains again"):
            race.advance([1, 2], 6)
    for position in (0, 3):
        assert_close(last[position], whole[position])


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_how_a_member_trains_does_not_depend_on_who_is_left(device: str) -> None:
    trainer = Trainer(TABLE, device="cpu")
    trainer._device = torch.device(device)  # nothing is trained
    for members, fused in ((alike("adam", 9), True), ([alone_in_a_group(seed) for seed in range(3)], False)):
        for n in (1, len(members)):
            _, found = trainer._arranged(members[:n], racing=True)
            assert {(group.fused, group.threads) for group in found} == {(fused, 1)}


def by_rows(members: Iterable[Member]) -> list[Member]:
    """In the order of a group."""
    return sorted(members, key=lambda each: -len(each.train))


def alone_in_a_group(seed: int) -> Member:
    """Too large to be fused."""
    return member(TABLE, seed, hidden=(600, 600), **SETTINGS)


def test_groups_that_many_come_from_are_trained_again_once(monkeypatch: pytest.MonkeyPatch) -> None:
    members = by_rows(member(TABLE, seed, hidden=(3, 2), **SETTINGS) for seed in range(4))
    first = Group(tuple(members), fused=True, until=3)
    halves = [
        Group(
            tuple(members[at : at + 2]),
            fused=True,
            until=6,
            origins=(Origin(first, at), Origin(first, at + 1)),
        )
        for at in (0, 2)
    ]
    last = Group(
        (members[1], members[2]),
        fused=True,
        until=EPOCHS,
        origins=(Origin(halves[0], 1), Origin(halves[1], 0)),
    )
    begun: list[Group] = []
    plain = group_module.group_loop

    def counted(group: Group, *rest: Any) -> Loop:
        begun.append(group)
        return plain(group, *rest)

    monkeypatch.setattr(group_module, "group_loop", counted)
    nothing = begun_loop(last, TABLE, Normalisations(TABLE), lambda _: None)
    assert begun == [first, halves[0], halves[1], last]
    assert {state.fact("epoch") for state in nothing.states().values()} == {6}


def test_a_state_from_before_the_pause_is_not_gone_on_from() -> None:
    members = tuple(by_rows(member(TABLE, seed, hidden=(3, 2), **SETTINGS) for seed in range(2)))
    normalisations = Normalisations(TABLE)
    first = Group(members, fused=True, until=5)
    last = Group(members, fused=True, until=EPOCHS, origins=(Origin(first, 0), Origin(first, 1)))
    stopped = group_loop(first, TABLE, normalisations)
    stopped.advance()
    expected, found = (
        {each.position: facts(each.fit) for each in loop.run() if isinstance(each, Ended)}
        for loop in (
            begun_loop(last, TABLE, normalisations, lambda _: None),
            begun_loop(last, TABLE, normalisations, lambda _: stopped.states()),
        )
    )
    assert found == expected
    assert len(found) == 2


def test_training_again_what_a_group_comes_from_can_be_stopped() -> None:
    members = (member(TABLE, 0, hidden=(3, 2), **SETTINGS),)
    first = Group(members, fused=True, until=5)
    last = Group(members, fused=True, until=EPOCHS, origins=(Origin(first, 0),))
    with pytest.raises(StoppedError):
        begun_loop(last, TABLE, Normalisations(TABLE), lambda _: None, lambda: True)


def test_nothing_is_kept_when_the_race_is_over() -> None:
    members, plan = _several()
    engine = InMemory(1)
    with Trainer(TABLE, engine=engine).race(members) as race:
        for kept, until in plan[:-1]:
            advanced(race, kept, until)
        assert engine._paused
    assert not engine._paused


def test_two_races_of_equal_members_do_not_meet() -> None:
    engine = InMemory(1)
    trainer = Trainer(TABLE, engine=engine)
    with trainer.race(alike("adam")) as one, trainer.race(alike("adam")) as other:
        first = one.advance(range(4), 3)
        second = other.advance(range(4), 6)
        assert [first[place].epochs for place in range(4)] == [3] * 4
        assert [second[place].epochs for place in range(4)] == [6] * 4
        ends = one.advance(range(4), EPOCHS), other.advance(range(4), EPOCHS)
    assert _all_facts([ends[0]]) == _all_facts([ends[1]])


def test_who_stops_early_cannot_race() -> None:
    members = [*alike("adam", 2), *alike("adam", 1, patience=3)]
    with pytest.raises(SettingError, match="patience is 3, but in a race"):
        Trainer(TABLE).race(members)
