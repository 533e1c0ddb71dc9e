"""A training that was left and continued comes to the bits of the training that nobody disturbed."""

from __future__ import annotations

import dataclasses
import itertools
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from studium.environment import torch_threads
from studium.execution.checkpoints import Checkpoint, CheckpointFiles
from studium.training.config import Optimizer
from studium.training.loop import Ended, Epoch, Loop
from studium.training.products import product_threads
from studium.training.single import SingleProgram
from studium.training.state import State, StateError
from tests.training.continuing import (
    EPOCHS,
    KINDS,
    TABLE,
    alone,
    cnn,
    continued,
    fingerprints,
    kept_and_continued,
    population,
    single,
    study,
    through_bytes,
    trained,
    undisturbed,
)

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    with torch_threads(1), product_threads(1):
        yield


@cache
def expected(kind: str, optimizer: Optimizer) -> dict[int, dict[str, Any]]:
    return fingerprints(undisturbed(partial(KINDS[kind], optimizer)))


@pytest.mark.parametrize("optimizer", get_args(Optimizer))
@pytest.mark.parametrize("kind", KINDS)
def test_continued_once_and_often(kind: str, optimizer: Optimizer) -> None:
    make = partial(KINDS[kind], optimizer)
    for cuts in ({5}, {1, 2, 4, 9}):
        assert fingerprints(continued(make, cuts)) == expected(kind, optimizer)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(
    kind=st.sampled_from(list(KINDS)),
    optimizer=st.sampled_from(["momentum", "rmsprop", "adam"]),
    cuts=st.sets(st.integers(0, EPOCHS), max_size=4),
)
def test_continued_after_any_epochs_the_first_and_the_last_too(
    kind: str, optimizer: Optimizer, cuts: set[int]
) -> None:
    with torch_threads(1), product_threads(1):
        assert fingerprints(continued(partial(KINDS[kind], optimizer), cuts)) == expected(kind, optimizer)


def test_these_trainings_end_in_every_way() -> None:
    # What makes the comparisons above worth something.
    fits = undisturbed(partial(population, "adam")).values()
    assert [fit.epochs for fit in fits if fit.status == "diverged"] == [0]
    assert 3 in {fit.epochs for fit in fits}
    assert any(fit.best_epoch < fit.epochs < EPOCHS for fit in fits)
    assert len({fit.epochs for fit in fits}) >= 4
    assert len({len(fit.member.train) for fit in fits}) == 3
    fit = undisturbed(partial(cnn, "momentum"))[0]
    assert 1 < fit.best_epoch < fit.epochs < EPOCHS
    assert all(
        len(undisturbed(partial(KINDS[kind], "adam"))) == n for kind, n in (("study", 4), ("whole", 3))
    )


def test_a_new_process_continues_to_the_same_bits(tmp_path: Path) -> None:
    kinds = ("population", "cnn")
    for kind in kinds:
        states = trained(KINDS[kind]("adam"), 5).states()
        CheckpointFiles(tmp_path).write(kind, Checkpoint(states, {}))
    code = (
        "from pathlib import Path; from tests.training.continuing import kept_and_continued; "
        f"print([kept_and_continued(kind, Path({str(tmp_path)!r})) for kind in {kinds}])"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "src")])}
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, env=environment
    )
    rest = {kind: kept_and_continued(kind, tmp_path) for kind in kinds}
    assert done.stdout.strip() == repr(list(rest.values()))
    for kind, fits in rest.items():
        assert fits
        assert all(expected(kind, "adam")[position] == fit for position, fit in fits.items())


def test_an_epoch_is_said_after_all_that_ended_in_it_and_state_is_whole_then() -> None:
    loop, n_ended, n_epochs, alive = population("adam"), 0, 0, 6
    for event in loop.run():
        if isinstance(event, Ended):
            n_ended += 1
            continue
        n_epochs += 1
        states = loop.states()
        assert event.n_members == alive
        assert {state.fact("epoch") for state in states.values()} <= {n_epochs}
        alive = len(states)
        assert alive == 6 - n_ended
    assert n_ended == 6
    assert not loop.active


def test_a_finished_training_stays_finished() -> None:
    loop = single("sgd")
    assert isinstance(list(loop.run())[-1], Epoch)
    again = single("sgd")
    again.restore(through_bytes(loop.states()))
    assert not again.active
    assert list(again.run()) == []


def test_time_adds_up_and_waiting_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    # A clock that is one second later at each look: an epoch takes a second, shared by who trains in it.
    clock = itertools.count()
    monkeypatch.setattr("studium.training.loop.time", SimpleNamespace(perf_counter=lambda: next(clock)))
    fits = continued(partial(population, "adam"), {2, 7})
    # A member that diverges in the first epoch has 0 epochs with a finite loss, but trained in one.
    n_trained = {position: max(fit.epochs, 1) for position, fit in fits.items()}
    for position, fit in fits.items():
        present = [sum(n >= epoch for n in n_trained.values()) for epoch in range(1, n_trained[position] + 1)]
        assert fit.seconds == pytest.approx(sum(1 / n for n in present), rel=1e-12)


@pytest.mark.parametrize("optimizer", get_args(Optimizer))
def test_weights_and_moments_lie_in_memory_as_before(optimizer: Optimizer) -> None:
    loop, again = trained(cnn(optimizer), 2), cnn(optimizer)
    again.restore(loop.states())
    orders = [_orders(each._program) for each in (loop, again)]
    assert orders[0] == orders[1]
    assert orders[0]["1/conv2.weight"] == (16, 1, 8, 4)  # [6, 4, 2, 2], channels last


def _orders(program: Any) -> dict[str, tuple[int, ...]]:
    assert isinstance(program, SingleProgram)
    found: dict[str, tuple[int, ...]] = {}
    for name, parameter in program._module.named_parameters():
        moments = program._optimizer.state[parameter]
        for number, tensor in enumerate([parameter, *moments.values()], 1):
            found[f"{number}/{name}"] = tensor.stride()
    return found


@pytest.mark.parametrize("make", [population, cnn])
def test_a_new_loop_shares_no_memory_with_the_state(make: Any) -> None:
    states = trained(make("adam"), 3).states()
    before = {
        (position, name): array.copy()
        for position, state in states.items()
        for name, array in state.arrays.items()
    }
    again = make("adam")
    again.restore(states)
    trained(again, 2)
    assert all(
        np.array_equal(states[position].arrays[name], array, equal_nan=True)
        for (position, name), array in before.items()
    )


def _refuses(another: Loop, states: Mapping[int, State]) -> None:
    with pytest.raises(StateError, match="that of another training, whose networks, settings, rows or seeds"):
        another.restore(states)


@pytest.mark.parametrize(("make", "other"), [(population, study), (single, cnn), (study, single)])
def test_a_state_of_other_networks_is_refused(make: Any, other: Any) -> None:
    _refuses(other("adam"), trained(make("adam"), 1).states())


def test_a_state_that_fits_in_its_arrays_alone_is_refused() -> None:
    loop = trained(single("adam"), 1)
    each = loop._program.members[0]
    changes: list[dict[str, Any]] = [
        {"config": each.config.model_copy(update={"weight_decay": 0.1})},
        {"spec": each.spec.model_copy(update={"activation": "relu"})},
        {"train": each.train[::-1].copy()},
        {"validation": each.validation[1:]},
        {"seed": each.seed + 1},
    ]
    for change in changes:
        _refuses(alone(TABLE, dataclasses.replace(each, **change)), loop.states())
    alone(TABLE, dataclasses.replace(each)).restore(loop.states())


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "population",
            r"'\S+\.weight' as \(\d+, \d+\) float64, but this training needs \(\d+, \d+\) float32",
        ),
        ("study", r"lacks '\w+\.weight'"),
    ],
)
def test_a_program_refuses_arrays_that_are_not_its_own(kind: str, words: str) -> None:
    loop, another = trained(KINDS[kind]("adam"), 1), (study if kind == "population" else cnn)("adam")
    with pytest.raises(StateError, match=words):
        another._program.restore(loop._program.states()[: len(another._program.members)])


def test_global_random_state_is_untouched() -> None:
    before = torch.get_rng_state()
    continued(partial(cnn, "adam"), {3})
    assert torch.equal(torch.get_rng_state(), before)
