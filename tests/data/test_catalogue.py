from pathlib import Path

import numpy as np
import pytest

import studium.data
from studium.data import open_dataset
from studium.errors import UnknownNameError

from .sentences import refused


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("fashion", ["'fashion'", "did you mean 'fashion-mnist'"]),
        ("curves", ["did you mean 'curve'"]),
        ("zzz", ["known: curve, digits, fashion-mnist"]),
    ],
)
def test_unknown_names(name: str, words: list[str]) -> None:
    with refused(*words, error=UnknownNameError):
        open_dataset(name)


@pytest.mark.parametrize("name", ["gone.csv", "gone.parquet", "gone.npz", "gone/folder", "/gone", "gone.gz"])
def test_missing_files(name: str) -> None:
    with refused("no file or folder", name):
        open_dataset(name)


def test_a_missing_test_file(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("x,y\n1,0.5\n2,1.5\n")
    with refused("no file or folder", "gone.csv"):
        open_dataset(tmp_path / "train.csv", test=tmp_path / "gone.csv")
    with refused("gone.npz", "same kind"):
        open_dataset(tmp_path / "train.csv", test=tmp_path / "gone.npz")
    with refused("same kind"):
        open_dataset(tmp_path / "train.csv", test=tmp_path)


def test_files_of_unknown_kind(tmp_path: Path) -> None:
    for name, content in (("data.txt", b"x,y\n"), ("data.gz", b"\x1f\x8bgzip?"), ("empty", b"")):
        (tmp_path / name).write_bytes(content)
        with refused(name, "no known kind", ".csv"):
            open_dataset(tmp_path / name)


def test_unknown_task() -> None:
    with refused("'regresion'", "did you mean 'regression'", error=UnknownNameError):
        open_dataset("curve", task="regresion")


def test_a_model_reads_other_data_in_its_own_way(tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("c,x,y\na,1,yes\nb,2,no\nc,3,yes\n")
    (tmp_path / "later.csv").write_text("x,c,y\n9,b,yes\n")
    trained = open_dataset(tmp_path / "train.csv")
    later = open_dataset(tmp_path / "later.csv", like=trained)
    assert later.inputs.tolist() == [[0, 1, 0, 9]]
    assert (later.targets.tolist(), later.class_names, later.schema) == (
        [1],
        trained.class_names,
        trained.schema,
    )


def test_indices_are_understood_where_classes_have_names(tmp_path: Path) -> None:
    pictures = np.zeros((2, 4, 5), np.uint8)
    np.savez(tmp_path / "train.npz", x=pictures, y=np.array([0, 1]), class_names=np.array(["cat", "dog"]))
    np.savez(tmp_path / "later.npz", x=pictures, y=np.array([1, 1]))
    trained = open_dataset(tmp_path / "train.npz")
    assert open_dataset(tmp_path / "later.npz", like=trained).targets.tolist() == [1, 1]


def test_the_public_names_are_those_promised() -> None:
    assert studium.data.__all__ == sorted(studium.data.__all__)
    for name in studium.data.__all__:
        assert getattr(studium.data, name).__doc__ or name in ("Schema", "Task")
