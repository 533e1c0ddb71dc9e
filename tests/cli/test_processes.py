"""A model repeats its score and its predictions from its file alone, in a new process."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.program import answer, parsed, process


@pytest.mark.parametrize(
    ("data", "model", "metric"), [("digits", "cnn", "accuracy"), ("flowers.csv", "net_d", "accuracy")]
)
def test_the_reported_score_is_repeated_exactly(
    data: str, model: str, metric: str, flowers: str, own_place: Path
) -> None:
    options = ("--model", model, "--epochs", "3", "--threads", "1", "--out", "m")
    reported = answer("train", "--data", data, *options)["test"]
    evaluated = process("evaluate", "m", "--data", data, "--json", cwd=own_place)
    assert (evaluated.returncode, evaluated.stderr) == (0, "")
    repeated = parsed(evaluated.stdout)
    assert [repeated[name] for name in ("loss", metric, "n")] == [
        reported[name] for name in ("loss", metric, "n")
    ]


def test_a_prediction_is_repeated_exactly(curve_folder: str, own_place: Path) -> None:
    result = process("predict", curve_folder, "-8", "3", "--json", cwd=own_place)
    assert (result.returncode, result.stderr) == (0, "")
    assert parsed(result.stdout) == answer("predict", curve_folder, "-8", "3")
