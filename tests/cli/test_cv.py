"""``studium cv``."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from studium.data import open_dataset
from studium.models import preset
from studium.training import TrainConfig
from studium.validation import KFoldCrossValidator
from tests.cli.program import answer, parsed, run

QUICK = (
    "cv",
    "--threads",
    "1",
    "--data",
    "curve",
    "--model",
    "net",
    "--epochs",
    "5",
    "--folds",
    "4",
    "--seeds",
    "2",
)


def test_the_answer_has_the_matrix_and_what_follows_from_it() -> None:
    result = answer(*QUICK)
    matrix = np.array(result["folds"])
    assert matrix.shape == (2, 4)
    assert (result["mean"], result["std"]) == pytest.approx((matrix.mean(), matrix.std(ddof=1)))
    low, high = result["interval"]
    assert low < result["mean"] < high
    half = stats.t.ppf(0.975, 7) * np.sqrt((1 / 8 + 25 / 75) * matrix.var(ddof=1))  # Nadeau and Bengio 2003
    assert (result["confidence"], high - low) == (0.95, pytest.approx(2 * half))
    assert (result["n"], result["metric"], result["status"]) == (8, "mse", "complete")


def test_the_scores_are_those_of_the_library() -> None:
    result = answer(*QUICK, "--seed", "7", "--optimizer", "adam", "--lr", "0.01")
    data = open_dataset("curve")
    validator = KFoldCrossValidator(data, n_folds=4, n_seeds=2, seed=7)
    config = TrainConfig.model_validate(result["config"])
    assert config == TrainConfig(optimizer="adam", learning_rate=0.01, epochs=5, schedule=config.schedule)
    outcome = validator.run(preset("net", data.input_shape, data.n_outputs), config)
    assert result["folds"] == outcome.metrics.tolist()


def test_people_get_a_line_a_repetition() -> None:
    result = run(*QUICK)
    assert result.stderr == ""
    assert "net on curve: mse" in result.stdout
    assert "over 8 trainings" in result.stdout


def test_divergence_is_null_in_the_matrix() -> None:
    result = run(*QUICK, "--optimizer", "sgd", "--lr", "1e9", "--json", code=1)
    content = parsed(result.stdout)
    assert content["status"] == "diverged"
    assert content["mean"] is None
    assert content["folds"] == [[None] * 4] * 2
    assert "8 of 8 trainings diverged" in result.stderr
