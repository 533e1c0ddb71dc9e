"""``studium compare``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studium.runs import RunFolder
from tests.cli.program import answer, complaint, run

QUICK = ("compare", "--data", "curve", "--epochs", "30", "--points", "2", "--folds", "3", "--seeds", "2")


def test_the_answer_and_the_saved_model_agree() -> None:
    result = answer(*QUICK, "--models", "net, net_d")
    assert [each["name"] for each in result["candidates"]] == ["net", "net_d"]
    for each in result["candidates"]:
        assert set(each["tuned"]) >= {"lr", "weight_decay"}
        assert each["low"] < each["mean"] < each["high"]
        assert (each["n"], len(each["tuning"])) == (6, 2)
    winner = next(each for each in result["candidates"] if each["name"] == result["winner"])
    assert winner["not_worse"]
    assert result["epochs"] == winner["best_epochs"] <= 30
    test = result["test"]
    assert test["interval"][0] < test["mse"] < test["interval"][1]
    assert (test["n"], test["level"]) == (100, 0.95)
    assert result["n_trainings"] == 2 * 2 * 3 + 2 * 6 + 1
    evaluated = answer("evaluate", result["path"], "--data", "curve")
    assert (evaluated["mse"], evaluated["loss"], evaluated["n"]) == (test["mse"], test["loss"], 100)
    model = json.loads((Path(result["path"]) / "model.json").read_text())
    assert (model["name"], model["training"]["n_train"]) == (result["winner"], 100)
    assert model["training"]["epochs"] == result["epochs"]
    assert Path(result["report"]).exists()


def test_people_read_the_winner_first() -> None:
    lines = run(*QUICK, "--models", "net,net_d").stdout.splitlines()
    assert lines[0].startswith("winner: net")
    assert lines[1].startswith("retrained on all 100 training rows for")
    assert any(line.startswith("saved in runs/compare-1/models/structures") for line in lines)


def test_without_names_the_usual_structures_are_compared() -> None:
    result = answer(
        "compare", "--data", "curve", "--epochs", "2", "--points", "1", "--folds", "2", "--seeds", "1"
    )
    assert [each["name"] for each in result["candidates"]] == [
        "net",
        "net_d",
        "net3",
        "net3_d",
        "net4",
        "net4_d",
    ]


def test_a_table_without_a_test_set_keeps_rows_for_the_test(flowers: str) -> None:
    result = answer(
        "compare", "--data", flowers, "--models", "net,fc", "--epochs", "3", "--points", "1", "--seeds", "1"
    )
    assert (result["task"], result["test"]["n"]) == ("classification", 18)
    evaluated = answer("evaluate", result["path"], "--data", flowers)
    assert (evaluated["accuracy"], evaluated["rows"]) == (result["test"]["accuracy"], "test")


def test_when_all_diverge_there_is_a_result_without_a_model() -> None:
    result = answer(*QUICK, "--models", "net,net3", "--lr", "1e20", code=1)
    assert (result["winner"], result["path"], result["test"]) == (None, None, None)
    assert result["advice"].startswith("every contender diverged")
    folder = RunFolder(Path(result["run"]))
    assert not folder.step_path("structures").exists()
    assert folder.report_path.exists()


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--models", "net"), "a comparison has 1 contender, but needs at least two"),
        (("--models", "net,nett"), "there is no model 'nett'; did you mean 'net'?"),
        (("--models", "net,net"), "each may stand there once"),
        (("--models", "net,cnn"), "needs images"),
        (("--models", "net,net3", "--folds", "1"), "--folds is 1, but"),
        (("--models", "net,net3", "--points", "0"), "--points is 0, but"),
        (("--models", "net,net3", "--weight-decay", "0.1"), "each structure has its own tuned"),
        (("--models", "net,net3", "--epochs", "0"), "--epochs is 0"),
    ],
)
def test_bad_input_is_one_sentence(arguments: tuple[str, ...], part: str) -> None:
    assert part in complaint("compare", "--data", "curve", *arguments)
    assert not Path("runs").exists()
