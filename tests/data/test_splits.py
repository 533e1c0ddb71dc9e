from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studium.data import Dataset, dataset_from_arrays, folds, make_curve, split
from studium.errors import SettingError

from .sentences import refused


def classes(*counts: int) -> Dataset:
    """As many rows of each class as given."""
    labels = np.repeat(np.arange(len(counts)), counts)
    names = [f"class{label}" for label in range(len(counts))]
    return dataset_from_arrays(np.arange(len(labels), dtype=float), labels, name="made", class_names=names)


@given(
    sizes=st.lists(st.integers(40, 80), min_size=2, max_size=4),
    validation=st.sampled_from([0.1, 0.2, 0.5]),
    test=st.sampled_from([0.0, 0.2, 0.4]),
    seed=st.integers(0, 2**63),
)
def test_a_split_covers_the_data_and_keeps_the_shares_of_the_classes(
    sizes: list[int], validation: float, test: float, seed: int
) -> None:
    data = classes(*sizes)
    parts = split(data, validation=validation, test=test, seed=seed)
    everything = np.concatenate([parts.train, parts.validation, parts.test])
    assert sorted(everything.tolist()) == list(range(len(data)))
    n_test = round(len(data) * test)
    assert len(parts.test) == n_test
    assert len(parts.validation) == round((len(data) - n_test) * validation)
    for part in (parts.train, parts.validation, parts.test):
        assert (np.diff(part) > 0).all()
        counts = np.bincount(data.targets.numpy()[part], minlength=len(sizes))
        expected = np.array(sizes) * len(part) / len(data)
        assert np.abs(counts - expected).max() <= 2  # one for each of the two cuts


def test_official_test_rows_are_the_test_part() -> None:
    data = make_curve()
    parts = split(data, validation=0.25, test=0.9)
    assert data.test_rows is not None
    assert parts.test.tolist() == data.test_rows.tolist()
    assert (len(parts.train), len(parts.validation)) == (75, 25)


def test_the_seed_decides() -> None:
    data = make_curve()
    assert split(data, seed=1).train.tolist() == split(data, seed=1).train.tolist()
    assert split(data, seed=1).train.tolist() != split(data, seed=2).train.tolist()
    rows = data.training_pool
    first, again, other = (folds(data, rows, 5, seed=seed)[0][1].tolist() for seed in (1, 1, 2))
    assert first == again != other


def test_no_validation_rows() -> None:
    parts = split(make_curve(), validation=0)
    assert (len(parts.train), len(parts.validation)) == (100, 0)


@given(
    sizes=st.lists(st.integers(5, 20), min_size=2, max_size=4),
    n_folds=st.integers(2, 5),
    stratified=st.booleans(),
)
def test_folds_are_disjoint_cover_the_rows_and_are_stratified(
    sizes: list[int], n_folds: int, stratified: bool
) -> None:
    data = classes(*sizes)
    if not stratified:
        data = dataset_from_arrays(data.inputs.numpy(), data.inputs.numpy() + 0.5)
    rows = np.arange(len(data))[::-1]
    parts = folds(data, rows, n_folds)
    assert sorted(np.concatenate([valid for _, valid in parts]).tolist()) == sorted(rows.tolist())
    for train, valid in parts:
        assert sorted([*train.tolist(), *valid.tolist()]) == sorted(rows.tolist())
        assert (np.diff(train) > 0).all()
        assert abs(len(valid) - len(rows) / n_folds) < (len(sizes) if stratified else 1)
        if stratified:
            counts = np.bincount(data.targets.numpy()[valid], minlength=len(sizes))
            assert np.abs(counts - np.array(sizes) / n_folds).max() < 1


def test_folds_hold_only_the_rows_given() -> None:
    data = make_curve()
    for train, valid in folds(data, data.training_pool[:50], 5):
        assert max(train.max(), valid.max()) < 50


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
@pytest.mark.parametrize("part", ["validation", "test"])
def test_shares_outside_their_range(part: str, share: float) -> None:
    shares = {"validation": 0.2, "test": 0.2, part: share}
    with refused(part, str(share), "[0, 1)", error=SettingError):
        split(make_curve(), validation=shares["validation"], test=shares["test"])


def test_too_few_rows_for_the_shares() -> None:
    data = replace(make_curve(n_train=2), test_rows=np.arange(2, 102))
    with refused("2 rows", "0.1"):
        split(data, validation=0.1)
    with refused("2 rows", "0.9"):
        split(data, validation=0.9)
    assert len(split(data, validation=0.5).validation) == 1


def test_too_few_rows_of_a_class() -> None:
    with refused("'class1'", "1 rows"):
        split(classes(20, 1), validation=0.5, test=0)
    with refused("3 classes", "cannot hold"):
        split(classes(5, 5, 5), validation=0.1, test=0)
    with refused("'class1'", "3 rows", "4 folds"):
        folds(classes(20, 3), np.arange(23), 4)
    assert len(folds(classes(20, 4), np.arange(24), 4)) == 4


def test_bad_numbers_of_folds() -> None:
    data = make_curve()
    with refused("1", "at least 2", error=SettingError):
        folds(data, data.training_pool, 1)
    with refused("3 rows", "4 folds"):
        folds(data, np.arange(3), 4)
    assert len(folds(data, np.arange(4), 4)) == 4
