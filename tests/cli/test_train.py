"""``studium train``."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from studium.data import open_dataset
from studium.models import Activation, Initialisation, preset, preset_names
from studium.training.config import Augmentation, Loss, Optimizer, Schedule
from studium.training.defaults import default_config
from studium.training.model_files import load_model
from tests.cli.program import answer, complaint, parsed, run

QUICK = ("train", "--threads", "1", "--data", "curve", "--model", "net", "--epochs", "5")


def test_the_answer_says_everything_about_the_training() -> None:
    result = answer(*QUICK, "--out", "m", "--seed", "3")
    assert result["task"] == "regression"
    assert (result["data"], result["model"], result["parameters"]) == ("curve", "net", 64 * 2 + 65 * 64 + 65)
    assert (result["epochs"], result["status"], result["path"], result["seed"]) == (5, "complete", "m", 3)
    assert 1 <= result["best_epoch"] <= 5
    assert result["seconds"] > 0
    assert [result[part]["n"] for part in ("train", "validation", "test")] == [80, 20, 100]
    assert all(set(result[part]) == {"loss", "mse", "n"} for part in ("train", "validation", "test"))
    assert result["config"]["epochs"] == 5


def test_classes_are_scored_by_accuracy() -> None:
    result = answer("train", "--threads", "1", "--data", "digits", "--model", "fc", "--epochs", "8")
    assert result["task"] == "classification"
    assert result["test"]["accuracy"] > 0.8


def test_without_a_place_the_model_goes_to_a_folder_named_for_it(own_place: Path) -> None:
    assert answer(*QUICK)["path"] == "models/curve-net"
    assert load_model(own_place / "models" / "curve-net").name == "net"


def test_the_reported_scores_travel_with_the_model(own_place: Path) -> None:
    result = answer(*QUICK, "--out", "m")
    scores = load_model(own_place / "m").scores
    assert {part: scores[part].as_dict() for part in scores} == {
        part: result[part] for part in ("train", "validation", "test")
    }


def test_the_same_seed_gives_the_same_scores_and_another_seed_others() -> None:
    first, again, other = (answer(*QUICK, "--seed", seed)["test"] for seed in ("1", "1", "2"))
    assert first == again
    assert first != other


def test_people_get_a_table_and_no_progress_where_there_is_no_terminal() -> None:
    result = run(*QUICK, "--out", "m")
    assert result.stderr == ""
    assert "net on curve: 4,353 parameters, 5 epochs" in result.stdout
    assert "saved in m" in result.stdout


def test_options_reach_the_training() -> None:
    options = {
        "--batch-size": "16",
        "--optimizer": "nesterov",
        "--lr": "0.01",
        "--momentum": "0.5",
        "--weight-decay": "0.001",
        "--l1": "0.0001",
        "--patience": "2",
        "--min-improvement": "0.001",
        "--schedule": "step",
        "--step-epochs": "2",
        "--step-factor": "0.5",
        "--gradient-clip": "1",
        "--loss": "huber",
        "--precision": "float64",
    }
    config = answer(*QUICK, *(word for option in options.items() for word in option))["config"]
    chosen = {name.removeprefix("--").replace("-", "_"): value for name, value in options.items()}
    chosen["learning_rate"] = chosen.pop("lr")
    for name, value in chosen.items():
        assert config[name] == (value if isinstance(config[name], str) else float(value))


def test_options_reach_the_augmentation_and_the_smoothing() -> None:
    config = answer(
        *(
            "train",
            "--threads",
            "1",
            "--data",
            "digits",
            "--model",
            "cnn",
            "--epochs",
            "1",
            "--label-smoothing",
            "0.1",
        ),
        *("--augment", "shift=1,flip=0.5,erase=0.2"),
    )["config"]
    assert config["augmentation"] == {"shift": 1, "flip": 0.5, "erase": 0.2}
    assert config["label_smoothing"] == 0.1


def test_options_reach_the_network(own_place: Path) -> None:
    run(
        *(
            "train",
            "--threads",
            "1",
            "--data",
            "curve",
            "--model",
            "net_d",
            "--epochs",
            "1",
            "--out",
            "m",
            "--hidden",
            "8,4,2",
        ),
        *("--dropout", "0.5", "--activation", "gelu", "--initialisation", "orthogonal"),
    )
    spec = load_model(own_place / "m").spec
    assert (spec.hidden, spec.dropout) == ((8, 4, 2), (0.5, 0.5, 0.5))
    assert (spec.activation, spec.initialisation) == ("gelu", "orthogonal")


def test_a_network_without_hidden_layers_is_linear() -> None:
    assert answer(*QUICK, "--hidden", "none")["parameters"] == 2


def test_without_validation_rows_there_is_no_validation_score() -> None:
    result = answer(*QUICK, "--validation", "0")
    assert result["validation"] is None
    assert result["train"]["n"] == 100


def test_early_stopping_ends_the_training() -> None:
    result = answer(
        "train",
        "--threads",
        "1",
        "--data",
        "curve",
        "--model",
        "net",
        "--epochs",
        "500",
        "--patience",
        "1",
        "--lr",
        "0.5",
    )
    assert result["epochs"] == result["best_epoch"] + 1


def test_divergence_is_told_and_leaves_no_model(own_place: Path) -> None:
    result = run(*QUICK, "--optimizer", "sgd", "--lr", "1e9", "--out", "m", "--json", code=1)
    content = parsed(result.stdout)
    assert content["status"] == "diverged"
    assert [content[part] for part in ("train", "validation", "test", "path")] == [None] * 4
    assert "smaller --lr" in result.stderr
    assert list(own_place.iterdir()) == []


def test_people_are_told_of_divergence_in_one_sentence() -> None:
    sentence = complaint(*QUICK, "--optimizer", "sgd", "--lr", "1e9", code=1)
    assert sentence.startswith("error: net diverged after 0 epochs, ")


def test_an_older_model_is_replaced(own_place: Path) -> None:
    run(*QUICK, "--out", "m")
    run(*QUICK, "--out", "m", "--hidden", "3")
    assert load_model(own_place / "m").spec.hidden == (3,)


def test_ctrl_c_leaves_nothing_behind(own_place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("studium.training.model_training.Trainer.fit", interrupt)
    result = run(*QUICK, "--out", "m", code=130)
    assert result.stderr.strip().startswith("interrupted: ")
    assert list(own_place.iterdir()) == []


@pytest.mark.parametrize(
    ("names", "option"),
    [
        (preset_names(), "--model"),
        (get_args(Optimizer), "--optimizer"),
        (get_args(Schedule), "--schedule"),
        (get_args(Loss), "--loss"),
        (get_args(Activation), "--activation"),
        (get_args(Initialisation), "--initialisation"),
        (tuple(Augmentation.model_fields), "--augment"),
    ],
)
def test_help_names_every_choice(names: tuple[str, ...], option: str) -> None:
    page = " ".join(word.strip("│ ") for word in run("train", "--help").stdout.split())
    text = page[page.index(f" {option} ") :][:400]
    for name in names:
        assert name in text


@pytest.mark.parametrize("optimizer", get_args(Optimizer))
@pytest.mark.parametrize(("data", "model"), [("curve", "net"), ("digits", "fc"), ("digits", "cnn")])
def test_there_are_defaults_for_every_optimizer(data: str, model: str, optimizer: Optimizer) -> None:
    dataset = open_dataset(data)
    spec = preset(model, dataset.input_shape, dataset.n_outputs)
    assert default_config(spec, dataset, optimizer=optimizer).optimizer == optimizer
