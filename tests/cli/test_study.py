"""``studium study``."""

from __future__ import annotations

from pathlib import Path

import pytest

from studium.runs import RunFolder
from tests.cli.program import answer, complaint, parsed, run

QUICK = ("study", "--data", "curve", "--model", "net", "--epochs", "150", "--folds", "5", "--seeds", "2")
RATES = (*QUICK, "--parameter", "lr=1e-6,0.03,0.05")


def test_the_answer_has_ranges_trials_and_the_test() -> None:
    result = answer(*RATES)
    assert (result["name"], result["parameters"], result["metric"]) == ("lr", ["lr"], "mse")
    assert (result["resampling"], result["n_trainings"]) == ("5 folds x 2 seeds", 30)
    [good] = result["ranges"]
    assert good["text"].startswith("learning rate: [3e-2, 5e-2], best ")
    assert (good["parameter"], good["low"]) == ("lr", 0.03)
    best = result["best"]
    assert best["values"] == {"lr": good["best"]}
    assert best["interval"][0] < best["mean"] < best["interval"][1]
    assert (best["n"], best["std"] > 0) == (10, True)
    assert [each["values"]["lr"] for each in result["trials"]] == [1e-6, 0.03, 0.05]
    worst = result["trials"][0]
    assert worst["low"] < worst["mean"] < worst["high"]
    assert (worst["n"], worst["diverged"], worst["not_worse"], worst["epochs"]) == (10, 0, False, 150)
    assert worst["p_value"] < 0.05
    assert "Nadeau and Bengio 2003" in result["test"]
    assert result["seconds"] > 0
    folder = RunFolder(Path(result["run"]))
    assert folder.path.name == "study-lr-1"
    assert folder.study("lr").study.ranges[0].text == good["text"]
    assert Path(result["report"]).read_text().count("Learning rate of net on curve") >= 1


def test_people_read_the_good_range_first() -> None:
    lines = run(*RATES).stdout.splitlines()
    assert lines[0].startswith("learning rate: [3e-2, 5e-2], best ")
    table = [line.split() for line in lines[4:7]]
    assert [row[0] for row in table] == ["1e-06", "0.03", "0.05"]
    assert table[0][6] == "worse"
    assert {"best"} <= {word for row in table for word in row}
    assert any(line.startswith("test: ratios paired over 10 folds x seeds") for line in lines)
    assert lines[-1] == "report runs/study-lr-1/report.html"


def test_momentum_brings_its_optimizer() -> None:
    result = answer(*QUICK, "--parameter", "momentum=0,0.9", "--lr", "0.02")
    config = RunFolder(Path(result["run"])).study("momentum").study.config
    assert (config["optimizer"], config["learning_rate"]) == ("momentum", 0.02)


def test_two_parameters_and_other_samplers() -> None:
    result = answer(*QUICK, "--parameter", "lr=1e-3:1e-1:log", "--parameter", "weight-decay", "--points", "4")
    assert (result["name"], result["sampler"], len(result["trials"])) == ("lr-weight-decay", "qmc", 4)
    assert [each["parameter"] for each in result["ranges"]] == ["lr", "weight_decay"]
    result = answer(*QUICK, "--parameter", "lr", "--sampler", "tpe", "--points", "3")
    assert (result["sampler"], len(result["trials"])) == ("tpe", 3)


def test_rows_can_be_held_out_and_the_network_changed() -> None:
    result = answer(
        *("study", "--data", "curve", "--model", "net_d", "--epochs", "3", "--hold-out", "0.3"),
        *("--parameter", "dropout=0,0.5", "--hidden", "8"),
    )
    assert result["resampling"] == "70 training and 30 validation rows x 5 seeds"
    assert RunFolder(Path(result["run"])).plan["steps"][0]["network"]["hidden"] == [8]


def test_when_all_diverge_there_is_a_result_with_advice() -> None:
    result = run(*QUICK, "--parameter", "lr=1e18,1e20", "--json")
    found = parsed(result.stdout)
    assert (found["best"], found["trials"][0]["mean"], found["trials"][0]["p_value"]) == (None, None, None)
    assert found["advice"].startswith("every value diverged: lower the learning rate")
    assert "note: every value diverged" in result.stderr
    assert Path(found["report"]).exists()


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--parameter", "lrr"), "there is no parameter 'lrr'; did you mean 'lr'?"),
        (("--parameter", "lr=1:0.1"), "the range of lr is 1 to 0.1, but it must rise"),
        (("--parameter", "lr=0:1:log"), "log needs a start above 0"),
        (("--parameter", "dropout"), "no dropout layers; choose one that has, such as net_d"),
        (("--parameter", "momentum", "--optimizer", "adam"), "the optimizer adam has no momentum"),
        (("--parameter", "lr", "--folds", "1"), "--folds is 1, but"),
        (("--parameter", "lr", "--hold-out", "0.2", "--seeds", "1"), "a spread needs two trainings"),
        (("--parameter", "lr", "--hold-out", "2"), "--hold-out is 2"),
        (("--parameter", "lr", "--points", "1"), "need at least 2"),
        (("--parameter", "lr", "--sampler", "sobol"), "--sampler is 'sobol'"),
        (("--parameter", "lr", "--parameter", "lr=1,2"), "lr is given twice"),
        (("--parameter", "lr", "--parameter", "l1", "--parameter", "epochs"), "it can vary one or two"),
        (("--parameter", "lr", "--epochs", "0"), "--epochs is 0"),
        (("--parameter", "lr", "--out", "full"), "full is not an empty folder"),
        ((), "--parameter"),
    ],
)
def test_bad_input_is_one_sentence(arguments: tuple[str, ...], part: str) -> None:
    Path("full").mkdir()
    Path("full/file").touch()
    assert part in complaint("study", "--data", "curve", "--model", "net", *arguments)
    assert not Path("runs").exists()
