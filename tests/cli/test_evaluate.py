"""``studium evaluate``."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from studium.data import open_dataset
from tests.cli.program import answer, run
from tests.training.trained import blobs


def test_the_official_test_rows_are_scored(own_place: Path) -> None:
    reported = answer(
        "train", "--threads", "1", "--data", "curve", "--model", "net", "--epochs", "5", "--out", "m"
    )["test"]
    result = answer("evaluate", "m", "--data", "curve")
    assert {name: result[name] for name in ("loss", "mse", "n")} == reported
    assert (result["rows"], result["data"], result["model"]) == ("test", "curve", "m")


def test_data_without_a_test_set_is_scored_on_the_rows_kept_in_training(flowers: str) -> None:
    trained = answer(
        "train",
        "--threads",
        "1",
        "--data",
        flowers,
        "--model",
        "fc",
        "--epochs",
        "5",
        "--out",
        "m",
        "--seed",
        "4",
    )
    assert trained["test"]["n"] == 18
    result = answer("evaluate", "m", "--data", flowers)
    assert {name: result[name] for name in ("loss", "accuracy", "n")} == trained["test"]


def test_a_test_file_gives_the_score_that_training_with_it_reported(flowers: str, own_place: Path) -> None:
    lines = Path(flowers).read_text().splitlines()
    Path("train.csv").write_text("\n".join(lines[:61]) + "\n")
    Path("test.csv").write_text("\n".join([lines[0], *lines[61:]]) + "\n")
    reported = answer(
        *(
            "train",
            "--threads",
            "1",
            "--data",
            "train.csv",
            "--test",
            "test.csv",
            "--model",
            "fc",
            "--epochs",
            "3",
            "--out",
            "m",
        )
    )["test"]
    for arguments in (("--data", "train.csv", "--test", "test.csv"), ("--data", "test.csv")):
        result = answer("evaluate", "m", *arguments)
        assert {name: result[name] for name in ("loss", "accuracy", "n")} == reported


def test_an_archive_is_scored_on_the_rows_kept_in_training(own_place: Path) -> None:
    data = blobs()
    names = np.array(data.class_names)
    np.savez(own_place / "blobs.npz", x=data.inputs.numpy(), y=names[data.targets.numpy()])
    reported = answer(
        "train", "--threads", "1", "--data", "blobs.npz", "--model", "net", "--epochs", "3", "--out", "m"
    )["test"]
    result = answer("evaluate", "m", "--data", "blobs.npz")
    assert {name: result[name] for name in ("loss", "accuracy", "n")} == reported


def test_other_data_is_scored_whole_and_that_is_said(flowers: str) -> None:
    run("train", "--threads", "1", "--data", flowers, "--model", "fc", "--epochs", "1", "--out", "m")
    lines = Path(flowers).read_text().splitlines()
    Path("fewer.csv").write_text("\n".join(lines[:50]) + "\n")
    result = run("evaluate", "m", "--data", "fewer.csv")
    assert result.stderr.startswith("note: all 49 rows of fewer are scored, because it has no test set")
    assert "all rows" in result.stdout
    assert open_dataset("fewer.csv").checksum != open_dataset(flowers).checksum


def test_the_target_may_be_repeated(flowers: str) -> None:
    run(
        "train",
        "--threads",
        "1",
        "--data",
        flowers,
        "--model",
        "fc",
        "--epochs",
        "1",
        "--out",
        "m",
        "--target",
        "kind",
    )
    answer("evaluate", "m", "--data", flowers, "--target", "kind", "--task", "classification")
