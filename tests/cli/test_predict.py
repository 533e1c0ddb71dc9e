"""``studium predict``."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from tests.cli.program import answer, run
from tests.training.trained import blobs_model, curve, curve_model, digits, digits_model


def test_numbers_are_inputs_negative_ones_too(curve_folder: str) -> None:
    entries = answer("predict", curve_folder, "-8", "3", "-1.5e-1", "-.5")["predictions"]
    inputs = torch.tensor([[-8.0], [3.0], [-0.15], [-0.5]], dtype=torch.float64)
    assert [entry["input"] for entry in entries] == ["-8", "3", "-1.5e-1", "-.5"]
    assert [entry["value"] for entry in entries] == pytest.approx(
        curve_model().predict(inputs)[:, 0].tolist()
    )


def test_several_numbers_make_one_input(blobs_folder: str) -> None:
    (entry,) = answer("predict", blobs_folder, "-2,0.5")["predictions"]
    probabilities = blobs_model().predict(torch.tensor([[-2, 0.5]], dtype=torch.float64))[0]
    assert list(entry["probabilities"]) == ["high", "low"]
    assert list(entry["probabilities"].values()) == pytest.approx(probabilities.tolist())
    assert entry["class"] == ["high", "low"][int(probabilities.argmax())]


def test_a_row_of_the_test_set_is_known_by_its_index(digits_folder: str) -> None:
    (entry,) = answer("predict", digits_folder, "digits:17")["predictions"]
    row = int(digits_model().rows_to_score(digits())[0][17])
    assert entry["actual"] == digits().class_names[int(digits().targets[row])]
    expected = digits_model().predict(digits().inputs[row : row + 1])[0].tolist()
    assert list(entry["probabilities"].values()) == pytest.approx(expected)
    assert sum(entry["probabilities"].values()) == pytest.approx(1)


def test_the_value_of_a_test_row_is_told(curve_folder: str) -> None:
    (entry,) = answer("predict", curve_folder, "curve:0")["predictions"]
    assert entry["actual"] == float(curve().targets[100, 0])


def test_a_picture_is_an_input(digits_folder: str, picture: str) -> None:
    of_file, of_row = answer("predict", digits_folder, picture, "digits:0")["predictions"]
    assert of_file["probabilities"] == pytest.approx(of_row["probabilities"])


def test_arrays_are_inputs_with_targets_or_without(digits_folder: str, own_place: Path) -> None:
    np.savez(own_place / "some.npz", x=digits().inputs[:3].numpy())
    entries = answer("predict", digits_folder, "some.npz", "some.npz:1")["predictions"]
    assert [entry["input"] for entry in entries] == ["some.npz:0", "some.npz:1", "some.npz:2", "some.npz:1"]
    assert entries[1]["probabilities"] == pytest.approx(entries[3]["probabilities"])


def test_idx_files_are_inputs(digits_folder: str, own_place: Path) -> None:
    header = bytes([0, 0, 8, 3]) + np.array([2, 8, 8], dtype=">u4").tobytes()
    (own_place / "two-images-idx3-ubyte").write_bytes(header + digits().inputs[:2].numpy().tobytes())
    assert len(answer("predict", digits_folder, "two-images-idx3-ubyte")["predictions"]) == 2


def test_a_table_is_an_input_a_row_and_needs_no_target(flowers: str, own_place: Path) -> None:
    run("train", "--threads", "1", "--data", flowers, "--model", "fc", "--epochs", "2", "--out", "m")
    Path("new.csv").write_text("colour,size\nred,0.5\nblue,-1\n")
    entries = answer("predict", "m", "new.csv", "0.5,red", "new.csv:1")["predictions"]
    assert [entry["input"] for entry in entries] == ["new.csv:0", "new.csv:1", "0.5,red", "new.csv:1"]
    assert entries[0]["probabilities"] == pytest.approx(entries[2]["probabilities"])
    assert entries[1]["probabilities"] == pytest.approx(entries[3]["probabilities"])


def test_several_targets_have_their_names(own_place: Path) -> None:
    x = np.linspace(0, 1, 40)
    Path("two.csv").write_text("x,a,b\n" + "".join(f"{each},{each + 1},{2 * each}\n" for each in x))
    run(
        "train",
        "--threads",
        "1",
        "--data",
        "two.csv",
        "--target",
        "a,b",
        "--model",
        "net",
        "--epochs",
        "2",
        "--out",
        "m",
    )
    (entry,) = answer("predict", "m", "0.5")["predictions"]
    assert list(entry["value"]) == ["a", "b"]


def test_people_get_a_table(curve_folder: str, digits_folder: str) -> None:
    assert "label" in run("predict", curve_folder, "-8").stdout
    shown = run("predict", digits_folder, "digits:3").stdout
    assert "probability" in shown
    assert "actual" in shown


def test_a_file_called_like_a_number_needs_its_folder(curve_folder: str, own_place: Path) -> None:
    Path("3").write_text("input\n7\n")
    Path("three.csv").write_text("input\n7\n")
    (entry,) = answer("predict", curve_folder, "3")["predictions"]
    (other,) = answer("predict", curve_folder, "three.csv")["predictions"]
    assert entry["value"] != other["value"]


def test_a_colourless_colour_picture_is_grey(digits_folder: str, picture: str) -> None:
    Image.open(picture).convert("RGB").save("rgb.png")
    first, second = answer("predict", digits_folder, picture, "rgb.png")["predictions"]
    assert first["probabilities"] == pytest.approx(second["probabilities"])


def test_the_model_alone_is_enough(curve_folder: str, own_place: Path) -> None:
    before = answer("predict", curve_folder, "2")["predictions"]
    shutil.move(curve_folder, own_place / "elsewhere")
    assert answer("predict", "elsewhere", "2")["predictions"] == before
