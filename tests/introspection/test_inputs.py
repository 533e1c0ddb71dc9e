from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from studium.errors import DataError, InputError, SettingError, UnknownNameError
from studium.introspection.chosen_input import ChosenInput
from studium.introspection.inputs import Input, choose_input
from studium.introspection.model_data import ModelData
from studium.training.model import Model
from tests.introspection.networks import image_model, pictures, small_cnn, table_model, two_columns
from tests.training.trained import blobs, blobs_model, curve, curve_model, digits, digits_model

NAMES = ("coat", "Bag", "3")


def clothes() -> Model:
    return image_model(small_cnn(), class_names=NAMES)


def chosen(model: Model, what: Input | None, data: object = None) -> ChosenInput:
    return choose_input(model, what, ModelData(model, data))  # type: ignore[arg-type]


def of_clothes(what: Input | None) -> ChosenInput:
    model = clothes()
    return chosen(model, what, pictures(model, 30))


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("coat", 0),
        ("COAT", 0),
        ("coat:0", 0),
        ("coat:2", 6),
        ("bag", 1),
        ("Bag:1", 4),
        ("3:1", 5),
        ("0", 0),
        ("29", 29),
        ("pictures:7", 7),
    ],
)
def test_test_rows_by_class_and_by_index(text: str, row: int) -> None:
    found = of_clothes(text)
    assert torch.equal(found.inputs, pictures(clothes(), 30).inputs[row : row + 1])
    assert found.actual == NAMES[row % 3]
    assert found.label == f"pictures row {row}"
    assert found.notes == ()


def test_a_number_that_is_also_a_class_is_a_row_and_says_so() -> None:
    found = of_clothes("3")
    assert found.label == "pictures row 3"
    assert found.notes == (
        "3 was taken for a row, not for the class '3': write 3:0 for the first of the class",
    )


def test_official_test_rows_are_counted_not_all_rows() -> None:
    found = chosen(digits_model(), "5")
    rows, _ = digits_model().rows_to_score(digits())
    assert torch.equal(found.inputs[0], digits().inputs[rows[5]])
    assert found.label == "digits test row 5"
    assert torch.equal(chosen(digits_model(), None).inputs[0], digits().inputs[rows[0]])


def test_kept_test_rows_are_those_of_the_model() -> None:
    model = blobs_model()
    assert model.test_rows is not None
    found = chosen(model, "low", blobs())
    first = next(row for row in model.test_rows if blobs().targets[row] == model.class_names.index("low"))
    assert torch.equal(found.inputs[0], blobs().inputs[first])
    assert found.label.startswith("blobs test row ")


@pytest.mark.parametrize("value", ["2.5", 2.5, [2.5], np.array([2.5]), np.float32(2.5), torch.tensor([2.5])])
def test_numbers_in_every_form(value: Input) -> None:
    found = chosen(curve_model(), value)
    assert found.inputs.tolist() == [[2.5]]
    assert found.label == "2.5"


def test_arrays_of_pixels() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1, 11, 9)).astype(np.uint8)
    assert np.array_equal(of_clothes(pixels).inputs[0], pixels)
    for wrong, words in (
        (pixels[:, :8], r"shape \(1, 8, 9\), but the model takes \(1, 11, 9\)"),
        (pixels / 255, "type float64, but pixels are uint8"),
    ):
        with pytest.raises(DataError, match=words):
            of_clothes(wrong)
    with pytest.raises(DataError, match=r"shape \(3,\), but the model takes \(2,\)"):
        chosen(two_columns(), [1.0, 2.0, 3.0])


def test_rows_of_files_as_predict_reads_them(tmp_path: Path) -> None:
    table = tmp_path / "rows.csv"
    table.write_text("input\n1\n2\n")
    assert chosen(curve_model(), f"{table}:1").inputs.tolist() == [[2.0]]
    with pytest.raises(DataError, match="has 2 rows, but one is looked at: choose a row, for example"):
        chosen(curve_model(), str(table))
    np.savez(tmp_path / "one.npz", x=np.full((1, 11, 9), 7, np.uint8))
    assert int(of_clothes(str(tmp_path / "one.npz")).inputs.sum()) == 7 * 99


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        (
            "caot",
            UnknownNameError,
            "no class, picture file or test row 'caot'; did you mean 'coat'? known: coat, Bag, 3",
        ),
        (
            "30",
            DataError,
            "the input 30 is not among the 30 pictures rows, counted from 0: choose one of 0 to 29",
        ),
        ("coat:10", DataError, "the input coat:10 is not among the 10 pictures rows of class 'coat'"),
        ("-1", UnknownNameError, "'-1'"),
        ("", DataError, "the input '' is neither a file nor"),
        ("gone.png", DataError, "the input 'gone.png' is neither a file nor"),
        ("pictures:30", DataError, "the input 30 is not among"),
        ("1.5,2", DataError, "the input '1.5,2' is neither a file nor"),
    ],
)
def test_what_is_no_picture_gets_a_sentence(text: str, error: type[InputError], words: str) -> None:
    with pytest.raises(error) as caught:
        of_clothes(text)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1e400", "a value is 1e400, but a number must be finite"),
        ("-1e400", "a value is -1e400, but a number must be finite"),
        ("1,2", "has 2 values, but the model takes 1 (input)"),
        ("coat", "takes a number (input)"),
    ],
)
def test_what_is_no_number_gets_a_sentence(text: str, words: str) -> None:
    with pytest.raises(DataError) as caught:
        chosen(curve_model(), text)
    assert words in str(caught.value)


def test_numbers_outside_the_networks_range() -> None:
    model = table_model((), {"output.weight": [[1.0]], "output.bias": [0.0]}, std=(1e-3,))
    limit = torch.finfo(torch.float32).max * 1e-3
    assert chosen(model, 0.99 * limit).inputs.shape == (1, 1)
    with pytest.raises(
        DataError, match=r"outside the range of the network's float32 numbers, whose largest is 3\.4e\+38: "
    ):
        chosen(model, 1.01 * limit)
    with pytest.raises(DataError, match="outside the range"):
        chosen(model, np.nan)


def test_without_data_a_test_row_cannot_be_had() -> None:
    model = clothes()
    words = "needs the data of the training, but pictures is not built in: give the data with --data"
    for text in ("coat", "3", None):
        with pytest.raises(SettingError, match=words):
            chosen(model, text)
    with pytest.raises(DataError, match=r"curve has a regression target|curve has the inputs"):
        ModelData(model, curve())
