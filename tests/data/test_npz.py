from pathlib import Path

import numpy as np
import pytest

from studium.data import open_dataset
from studium.errors import SettingError

from .sentences import refused

X = np.array([[1.0, 5.0], [2.0, 6.0], [3.0, 8.0]])
Y = np.array([0.5, 1.5, 2.5])


def save(folder: Path, **arrays: np.ndarray) -> Path:
    np.savez(folder / "data.npz", **arrays)  # type: ignore[arg-type]  # its stub takes the next flag for an array
    return folder / "data.npz"


@pytest.mark.parametrize(
    "keys", [("x", "y"), ("inputs", "targets"), ("x_train", "y_train"), ("x_test", "y_test")]
)
def test_every_pair_of_names(tmp_path: Path, keys: tuple[str, str]) -> None:
    data = open_dataset(save(tmp_path, **dict(zip(keys, (X, Y), strict=True))))
    np.testing.assert_array_equal(data.inputs, X)
    np.testing.assert_array_equal(data.targets[:, 0], Y)
    assert (data.name, data.test_rows) == ("data", None)


def test_an_official_test_set_and_class_names(tmp_path: Path) -> None:
    data = open_dataset(
        save(
            tmp_path,
            x_train=np.arange(60, dtype=np.uint8).reshape(3, 4, 5),
            y_train=np.array([0, 1, 0]),
            x_test=np.zeros((2, 4, 5), np.uint8),
            y_test=np.array([2, 1]),
            class_names=np.array(["cat", "dog", "cow"]),
        )
    )
    assert data.test_rows is not None
    assert data.test_rows.tolist() == [3, 4]
    assert data.targets.tolist() == [0, 1, 0, 2, 1]
    assert data.class_names == ("cat", "dog", "cow")
    assert data.input_shape == (1, 4, 5)


def test_compressed(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "data.npz", x=X, y=Y)
    assert len(open_dataset(tmp_path / "data.npz")) == 3


def test_a_second_file_as_test_set(tmp_path: Path) -> None:
    first = save(tmp_path, x=X, y=np.array(["cat", "dog", "cat"]))
    np.savez(tmp_path / "test.npz", x=X[:1], y=np.array(["dog"]))
    assert open_dataset(first, test=tmp_path / "test.npz").targets.tolist() == [0, 1, 0, 1]
    np.savez(tmp_path / "test.npz", x=X[:1], y=np.array(["cow"]))
    with refused("y[0]", "test.npz", "'cow'", "cat, dog"):
        open_dataset(first, test=tmp_path / "test.npz")


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"x": X}, ["has x but no y"]),
        ({"y": Y}, ["has y but no x"]),
        ({"a": X, "b": Y}, ["holds a, b"]),
        ({}, ["holds nothing"]),
        ({"x": X, "y": Y, "x_test": X}, ["has x_test but no y_test"]),
        ({"x": X, "y": Y, "x_test": X[:, :1], "y_test": Y}, ["x_test", "1 columns", "2 are needed"]),
        ({"x": X, "y": np.array([1, 2, 1]), "x_test": X, "y_test": np.array([[1, 2]] * 3)}, ["2 targets"]),
        ({"x": X, "y": np.array([object()] * 3)}, ["plain arrays", "allow_pickle=False"]),
        ({"x": X, "y": Y, "class_names": np.array(["a", "a"])}, ["class_names", "different"]),
        ({"x": X, "y": Y, "class_names": np.array([1, 2])}, ["class_names", "type int64"]),
        ({"x": X[:2], "y": Y}, ["2 rows of x", "3 of y"]),
        ({"x": X, "y": np.array([0.5, np.inf, 1])}, ["y[1]", "inf"]),
    ],
)
def test_bad_archives(tmp_path: Path, arrays: dict[str, np.ndarray], words: list[str]) -> None:
    with refused("data.npz", *words):
        open_dataset(save(tmp_path, **arrays))


def test_damaged_archives(tmp_path: Path) -> None:
    path = save(tmp_path, x=X, y=Y)
    whole = path.read_bytes()
    for content in (b"", b"no archive", whole[:-30], whole[:100], whole.replace(b"NUMPY", b"mumpy")):
        path.write_bytes(content)
        with refused("data.npz", "not a readable .npz"):
            open_dataset(path)
    np.save(tmp_path / "single.npy", X)
    path.write_bytes((tmp_path / "single.npy").read_bytes())
    with refused("single array"):
        open_dataset(path)


def test_there_are_no_target_columns_to_choose(tmp_path: Path) -> None:
    with refused("target", error=SettingError):
        open_dataset(save(tmp_path, x=X, y=Y), target="y")
