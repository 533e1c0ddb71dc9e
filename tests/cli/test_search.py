"""``studium search``."""

from __future__ import annotations

from pathlib import Path

import pytest

from studium.runs import RunFolder
from tests.cli.program import answer, complaint, run

SPACE = """\
model = "net"
hand_made = ["net"]

[config]
epochs = 8

[parameters]
layers = "1:2"
units1 = "4:16"
units2 = { values = "4:16", when = { layers = 2 } }
lr = "1e-3:1e-1:log"
"""
QUICK = (
    *("search", "--data", "curve", "--folds", "2", "--trials", "6", "--batch", "6", "--keep", "2"),
    *("--leading", "2", "--fresh-seeds", "1", "--refits", "2", "--workers", "0"),
)


@pytest.fixture(autouse=True)
def spaces(own_place: Path) -> None:
    flat = SPACE.replace('units2 = { values = "4:16", when = { layers = 2 } }\n', "")
    texts = {
        "mine": SPACE,
        "flat": flat,
        "reversed": SPACE.replace("1e-3:1e-1:log", "1e-1:1e-3:log"),
        "nothing": "most_parameters = 3\n" + SPACE,
        "diverging": SPACE.replace("1e-3:1e-1:log", "1e20:1e25:log"),
        "key": "colour = 1\n" + SPACE,
        "name": SPACE.replace("units1", "unit1"),
        "toml": "model = net",
        "network": SPACE.replace('"net"\nhand', '"nett"\nhand'),
    }
    for name, text in texts.items():
        (own_place / f"{name}.toml").write_text(text)


def test_the_answer_has_everything_and_evaluate_reproduces_it() -> None:
    result = answer(*QUICK, "--space", "mine.toml")
    best = result["best"]
    assert best["parameters"].keys() >= {"layers", "units1", "lr"}
    assert best["interval"][0] < best["mean"] < best["interval"][1]
    assert best["n"] == 2
    assert result["trials"].keys() == {"complete", "pruned", "invalid", "duplicate", "diverged", "failed"}
    assert sum(result["trials"][name] for name in ("complete", "pruned", "diverged", "failed")) == 6
    assert 0 < result["saved"] < 1
    assert result["seconds"] > 0
    assert result["share_valid"] == 1
    assert [each["name"] for each in result["finalists"]][-1] == "net"
    assert result["hand_made"]["hand_made"] == "net"
    test = result["test"]
    assert test["interval"][0] < test["mse"] < test["interval"][1]
    assert (test["n"], test["epochs"], test["refits"]["n"]) == (100, 8, 2)
    assert test["refits"]["values"][0] == test["mse"]
    evaluated = answer("evaluate", result["path"], "--data", "curve")
    assert (evaluated["mse"], evaluated["loss"], evaluated["n"]) == (test["mse"], test["loss"], 100)
    assert Path(result["report"]).exists()


def test_an_ensemble_is_exported_beside_the_winner_and_reproduces_its_score() -> None:
    result = answer(*QUICK, "--space", "mine.toml", "--ensemble", "2")
    assert len(result["ensemble"]["members"]) == 2
    evaluated = answer("evaluate", result["path"], "--data", "curve")
    assert evaluated["mse"] == result["ensemble"]["test"]["metric"]
    winner = answer("evaluate", str(Path(result["path"]).parent), "--data", "curve")
    assert winner["mse"] == result["test"]["mse"]


def test_people_read_the_best_first() -> None:
    lines = run(*QUICK, "--space", "mine.toml").stdout.splitlines()
    assert lines[0].startswith("best: trial ")
    assert lines[1].startswith("retrained on all training rows for 8 epochs; test mse")
    assert any(line.startswith("against net: error ratio") for line in lines)
    assert any(line.startswith("trials: ") and "of the training avoided" in line for line in lines)
    assert any(line.startswith("saved in runs/search-1/models/search") for line in lines)


def test_when_all_diverge_there_is_a_result_without_a_model() -> None:
    result = answer(*QUICK, "--space", "diverging.toml", "--ensemble", "2", code=1)
    assert (result["best"], result["path"], result["test"], result["ensemble"]) == (None, None, None, None)
    assert result["trials"]["diverged"] == 6
    assert result["advice"].startswith("every trial diverged")
    folder = RunFolder(Path(result["run"]))
    assert folder.report_path.exists()
    assert not folder.step_path("search").exists()
    assert folder.search("search").search.counts["diverged"] == 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--trials", "0"), "--trials is 0, but"),
        (("--refits", "0"), "--refits is 0, but"),
        (("--rungs", "0"), "--rungs is 0, but"),
        (("--keep", "1"), "--keep is 1, but"),
        (("--ensemble", "-1"), "--ensemble is -1, but"),
        (("--epochs", "0"), "--epochs is 0, but"),
        (("--sampler", "tpee"), "there is no sampler 'tpee'; did you mean 'tpe'?"),
        (("--on-invalid", "resampel"), "did you mean 'resample'?"),
        (("--space", "mlpp"), "there is no space 'mlpp'; did you mean 'mlp'?"),
        (("--space", "cnn"), "images"),
        (("--space", "gone.toml"), "gone.toml cannot be read"),
        (("--space", "toml.toml"), "toml.toml is no TOML"),
        (("--space", "key.toml"), "no setting 'colour'"),
        (("--space", "name.toml"), "there is no parameter 'unit1'; did you mean 'units1'?"),
        (("--space", "network.toml"), "there is no model 'nett'; did you mean 'net'?"),
        (("--space", "reversed.toml"), "the range of lr is 0.1 to 0.001, but it must rise"),
        (("--space", "nothing.toml"), "no network that can be built"),
        (("--space", "mine.toml", "--sampler", "gp"), "the sampler is gp, which needs every parameter"),
        (("--space", "flat.toml", "--sampler", "grid", "--trials", "7"), "the smallest grid"),
    ],
)
def test_bad_input_is_one_sentence(arguments: tuple[str, ...], words: str) -> None:
    assert words in complaint("search", "--data", "curve", *arguments)
    assert not Path("runs").exists()
