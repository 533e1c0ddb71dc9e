"""What the trainer refuses, and how it stops."""

from __future__ import annotations

import dataclasses
import multiprocessing
import threading
from typing import Any

import pytest
import torch
from pydantic import ValidationError

from studium.config import explain
from studium.errors import SettingError
from studium.training import Augmentation, Progress, TrainConfig, Trainer
from studium.training.fusion import groups
from tests.training.oracle import classes, table
from tests.training.test_population import member


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"loss": "cross_entropy"}, "loss is 'cross_entropy', but the data's task is regression"),
        ({"augmentation": Augmentation(flip=0.5)}, "augmentation needs images"),
    ],
)
def test_a_contradiction_is_found_before_anything_is_trained(change: dict[str, Any], words: str) -> None:
    dataset = table()
    seen: list[Progress] = []
    with pytest.raises(SettingError, match=words):
        Trainer(dataset, progress=seen.append).fit([member(dataset, 0), member(dataset, 1, **change)])
    assert seen == []


def test_rows_and_shapes_are_checked() -> None:
    dataset = table()
    each = member(dataset, 0)
    with pytest.raises(SettingError, match="0 training rows"):
        Trainer(dataset).fit([dataclasses.replace(each, train=each.train[:0])])
    with pytest.raises(SettingError, match="no validation rows"):
        Trainer(dataset).fit([dataclasses.replace(member(dataset, 0, patience=3), validation=each.train[:0])])
    with pytest.raises(SettingError, match=r"maps \(3,\) to 2 outputs, but pictures has inputs \(1, 4, 4\)"):
        Trainer(classes()).fit([each])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"learning_rate": -1}, "setting 'learning_rate' is -1, but it must be greater than 0"),
        ({"learning_rat": 1}, "no setting 'learning_rat'"),
        ({"optimizer": "adam", "momentum": 0.5}, "adam has no momentum"),
        ({"epochs": 0}, "'epochs' is 0, but it must be greater than or equal to 1"),
        ({"loss": "mae", "label_smoothing": 0.1}, "label smoothing belongs to the loss cross_entropy"),
        ({"learning_rate": float("nan")}, "finite"),
    ],
)
def test_settings_out_of_range_are_explained_in_a_sentence(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        TrainConfig(**settings)
    assert words in str(explain(caught.value))


def test_cuda_where_there_is_none() -> None:
    if torch.cuda.is_available():
        assert Trainer(table(), device="cuda")
    else:
        with pytest.raises(SettingError, match="no CUDA device"):
            Trainer(table(), device="cuda")


@pytest.mark.parametrize("workers", [1, 2])
def test_leaving_early_stops_the_training_and_its_threads(workers: int) -> None:
    dataset = table()
    members = [
        member(dataset, seed, epochs=1 if seed < 2 else 10**6, hidden=(3 + seed % 2,)) for seed in range(40)
    ]
    assert len(groups(members)) == 2
    before = threading.active_count()
    fits = Trainer(dataset, workers=workers).iterate(members)
    position, fit = next(fits)
    assert position in (0, 1)
    assert fit.status == "complete"
    fits.close()  # type: ignore[attr-defined]
    assert threading.active_count() <= before
    assert multiprocessing.active_children() == []


def test_an_exception_in_one_group_is_raised_and_ends_the_others() -> None:
    dataset = table()

    def fail(progress: Progress) -> None:
        raise ZeroDivisionError

    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        Trainer(dataset, workers=2, progress=fail).fit(
            [member(dataset, seed, epochs=10**5) for seed in range(40)]
        )
    assert threading.active_count() <= before
    assert multiprocessing.active_children() == []


def test_progress_counts_every_members_epochs_and_threads_are_restored() -> None:
    dataset = table()
    seen: list[Progress] = []
    before = torch.get_num_threads()
    Trainer(dataset, workers=2, progress=seen.append).fit(
        [member(dataset, seed, epochs=2000) for seed in range(8)]
    )
    assert torch.get_num_threads() == before
    assert seen
    assert all(0 < each.done <= each.total == 16_000 for each in seen)
    assert [each.done for each in seen] == sorted(each.done for each in seen)


@pytest.mark.parametrize("fuse", [True, False])
def test_a_blow_up_in_the_very_last_step_is_noticed(fuse: bool) -> None:
    dataset = table()
    each = member(
        dataset, 0, optimizer="sgd", learning_rate=1e39, precision="float32", batch_size=None, epochs=1
    )
    fit = Trainer(dataset, fuse=fuse).fit([dataclasses.replace(each, validation=each.validation[:0])])[0]
    assert (fit.status, fit.weights, fit.epochs) == ("diverged", {}, 0)
