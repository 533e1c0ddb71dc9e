"""``studium inspect maximize``: a page, or data; and what is wrong in one sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.program import answer, complaint, run

FAST = ("--steps", "5")


def test_a_page_is_written_and_named(digits_folder: str, own_place: Path) -> None:
    result = run("inspect", "maximize", digits_folder, *FAST, "--unit", "3", "--unit", "7")
    assert "page m-digits-maximize-output.html" in result.stdout
    page = (own_place / "m-digits-maximize-output.html").read_text()
    assert "What makes the output layer of cnn fire" in page
    assert page.count('data-figure="maximized-') == 3  # two units, and what they reach


def test_the_data_says_everything(digits_folder: str, own_place: Path) -> None:
    found = answer(
        *("inspect", "maximize", digits_folder, "--layer", "conv1", "--unit", "2@3,4", "--seeds", "2"),
        *("--diversity", "1", "--regularisers", "total-variation,fourier", "--seed", "5", *FAST),
    )
    assert found["file"] is None
    assert not list(own_place.glob("*.html"))
    assert (found["layer"], found["quantity"], found["data"]) == ("conv1", "pre-activation", "digits")
    assert found["settings"]["steps"] == 5
    assert found["settings"]["fourier"] is True
    assert found["settings"]["rotation"] == 0
    [unit] = found["units"]
    assert (unit["unit"], unit["name"], len(unit["inputs"])) == (2, "2 at 3,4", 2)
    assert len(unit["inputs"][0]["input"]["pixels"][0]) == 8
    assert unit["real"]["n"] == 355


def test_out_takes_a_page_or_data(digits_folder: str, own_place: Path) -> None:
    found = answer("inspect", "maximize", digits_folder, *FAST, "--unit", "0", "--out", "found.json")
    assert found["file"] == "found.json"
    written = json.loads((own_place / "found.json").read_text())
    assert written == {key: value for key, value in found.items() if key != "file"}


def test_a_table_gives_rows(curve_folder: str, blobs_folder: str, own_place: Path) -> None:
    result = run("inspect", "maximize", curve_folder, "--layer", "linear1", *FAST)
    assert "unit 63" in result.stdout
    assert "Where the units fire most: input" in (own_place / "m-curve-maximize-linear1.html").read_text()
    result = run("inspect", "maximize", blobs_folder, *FAST)
    assert "the data of the training is not at hand" in result.stderr
    assert "give the data with --data" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("m-gone",), "there is no model folder m-gone"),
        (("m-digits", "--layer", "conv4"), "'conv4'; did you mean 'conv"),
        (("m-digits", "--unit", "ten"), "class or target 'ten'"),
        (("m-digits", "--unit", "10"), "whose units are 0 to 9"),
        (("m-digits", "--unit", "-1"), "whose units are 0 to 9"),
        (("m-digits", "--layer", "conv1", "--unit", "0@8,8"), "rows are 0 to 7"),
        (("m-digits", "--layer", "linear1", "--unit", "0@1,1"), "has no feature maps"),
        (("m-digits", "--layer", "conv1", "--unit", "0@1"), "unit '0@1' is not in layer 'conv1'"),
        (("m-digits", "--objective", "sofmax"), "'sofmax'; did you mean 'softmax'?"),
        (("m-digits", "--objective", "logit", "--layer", "conv1"), "layer 'conv1' has no classes"),
        (("m-curve", "--objective", "softmax"), "the output layer of a regression has no classes"),
        (("m-digits", "--steps", "0"), "--steps is 0, but"),
        (("m-digits", "--steps", "many"), "--steps is 'many', but"),
        (("m-digits", "--seeds", "0"), "--seeds is 0, but"),
        (("m-digits", "--seed", "-1"), "--seed is '-1', but"),
        (("m-digits", "--diversity", "-1"), "--diversity is -1.0, but"),
        (("m-digits", "--diversity", "1"), "there is one start for each unit: add --seeds"),
        (("m-digits", "--regularisers", "l2,jiter"), "'jiter'; did you mean 'jitter'?"),
        (("m-digits", "--regularisers", ""), "regulariser ''"),
        (("m-curve", "--regularisers", "jitter"), "it is for images"),
        (("m-digits", "--data", "curve"), "curve"),
        (("m-digits", "--test", "t.csv"), "add --data"),
        (("m-digits", "--out", "found.txt"), "'found.txt'"),
    ],
)
def test_a_bad_input_is_one_sentence(
    arguments: tuple[str, ...], words: str, digits_folder: str, curve_folder: str, own_place: Path
) -> None:
    before = sorted(own_place.rglob("*"))
    sentence = complaint("inspect", "maximize", *arguments)
    assert words in sentence
    assert sorted(own_place.rglob("*")) == before
