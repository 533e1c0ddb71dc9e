"""The edge: what becomes of exceptions, and what may be imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from studium.cli.edge import explain_error
from studium.cli.messages import plain
from studium.errors import UnavailableError
from studium.training import TrainConfig
from tests.cli.program import complaint, run

HEAVY = ("torch", "numpy", "polars", "sklearn", "scipy", "plotly", "optuna", "distributed")


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("line one\nline two")

    monkeypatch.setattr("studium.data.builtin_datasets", fail)


@pytest.mark.usefixtures("broken")
def test_what_nobody_expected_is_one_sentence_too() -> None:
    sentence = complaint("data", "list", code=1)
    assert sentence == (
        "error: Studium failed unexpectedly (RuntimeError: line one line two): set STUDIUM_DEBUG=1 to see where"
    )


@pytest.mark.usefixtures("broken")
def test_debugging_shows_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Traceback" in run("--debug", "data", "list", code=1).stderr
    monkeypatch.setenv("STUDIUM_DEBUG", "1")
    assert "Traceback" in run("data", "list", code=1).stderr


def test_the_fault_of_the_world_is_exit_code_1() -> None:
    assert explain_error(UnavailableError("no network")) == ("no network", 1)


def test_a_description_that_is_wrong_is_exit_code_2() -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - pydantic's
        TrainConfig(epochs=0)
    sentence, code = explain_error(caught.value)
    assert sentence.startswith("--epochs is 0, but")
    assert code == 2


def test_a_message_cannot_steer_the_terminal() -> None:
    assert plain("a\x1b[31mb\r\nc") == "a [31mb  c"


def test_without_arguments_there_is_help() -> None:
    assert run().stdout == run("--help").stdout
    assert "Usage: studium" in run().stdout


def test_the_version_is_printed() -> None:
    assert run("--version").stdout.startswith("studium ")


@pytest.mark.parametrize("arguments", [["--help"], ["train", "--help"], ["predict", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    program = (
        "import sys\n"
        "from studium.cli.app import app\n"
        "try:\n"
        f"    app({arguments!r})\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0\n"
        f"sys.exit(', '.join(name for name in {HEAVY!r} if name in sys.modules) or 0)\n"
    )
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stderr) == (0, "")


def test_a_real_interrupt_leaves_nothing_behind(own_place: Path) -> None:
    program = (
        "import os, signal, sys\n"
        "from studium.training.progress import Tracker\n"
        "count = Tracker.epochs\n"
        "def epochs(self, number, loss):\n"
        "    count(self, number, loss)\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "Tracker.epochs = epochs\n"
        "sys.argv = 'studium train --data curve --model net --epochs 100000 --out m --json'.split()\n"
        "from studium.cli import main\n"
        "main()\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=own_place,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 130
    assert result.stdout == ""
    assert result.stderr == "interrupted: what was finished is kept, and nothing is half-written\n"
    assert list(own_place.iterdir()) == []
