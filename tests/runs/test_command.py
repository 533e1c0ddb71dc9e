"""``studium run`` and ``studium report``."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studium.runs import RunFolder, RunProgress
from tests.cli.program import answer, complaint, run
from tests.runs.tiny import tiny_run

PLAN = """\
name = "mine"
[[steps]]
kind = "train"
name = "net"
data = "curve"
model = "net"
config = { epochs = 2 }
full = { seeds = 4 }
[[steps]]
kind = "train"
name = "fc"
data = "digits"
model = "fc"
seeds = 1
config = { epochs = 1 }
"""


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.toml").write_text(PLAN)
    return tmp_path


def test_a_run_answers_with_folder_report_and_scores() -> None:
    result = answer("run", "mine.toml")
    assert Path(result["run"]) == Path("runs/mine-1")
    assert Path(result["report"]).stat().st_size < 8e6
    assert result["status"] == "complete"
    net, fc = result["scores"]
    assert (net["step"], net["data"], net["metric"], net["test"]["n"]) == ("net", "curve", "mse", 3)
    assert (fc["step"], fc["data"], fc["metric"], fc["test"]["n"]) == ("fc", "digits", "accuracy", 1)
    assert fc["test"]["std"] is None
    stored = RunFolder(Path(result["run"])).result("net")
    assert net["test"]["values"] == stored.metrics("test")
    low, high = net["exported"]["interval"]
    assert low < net["exported"]["test"]["mse"] < high


def test_runs_are_numbered_and_the_budget_is_chosen() -> None:
    (Path("runs") / "mine-1").mkdir(parents=True)
    result = answer("run", "mine.toml", "--budget", "full")
    assert (Path(result["run"]).name, result["budget"], result["scores"][0]["test"]["n"]) == (
        "mine-2",
        "full",
        4,
    )


def test_people_get_a_table() -> None:
    shown = run("run", "mine.toml", "--out", "here")
    assert "curve" in shown.stdout
    assert "report here/report.html" in shown.stdout
    assert "mine: net (1 of 2)" in shown.stderr


def test_a_built_in_plan_is_written_to_be_edited() -> None:
    assert answer("run", "structures", "--write", "own.toml") == {"plan": "structures", "file": "own.toml"}
    assert "[[steps]]" in Path("own.toml").read_text()
    assert "own.toml is there already" in complaint("run", "structures", "--write", "own.toml")
    assert "'mine.toml'" in complaint("run", "mine.toml", "--write", "other.toml")
    assert not Path("runs").exists()


def test_the_report_is_written_again() -> None:
    shutil.copytree(tiny_run().path, "runs/old")
    result = answer("report", "old")
    assert Path(result["report"]) == Path("runs/old/report.html")
    first = Path(result["report"]).read_bytes()
    assert run("report", "runs/old").stdout.strip() == "runs/old/report.html"
    assert Path(result["report"]).read_bytes() == first


def test_a_run_in_which_everything_diverges_fails_after_its_report() -> None:
    Path("mine.toml").write_text(
        PLAN.replace("epochs = 2", 'epochs = 30, optimizer = "sgd", learning_rate = 1e12')
    )
    shown = run("run", "mine.toml", "--json", code=1)
    assert "every training of net diverged" in shown.stderr
    assert Path("runs/mine-1/report.html").exists()


def test_an_interrupted_run_keeps_and_reports_what_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(self: object, progress: RunProgress) -> None:
        if progress.step == "fc":
            raise KeyboardInterrupt

    monkeypatch.setattr("studium.cli.run_progress._Lines.__call__", interrupt)
    shown = run("run", "mine.toml", code=130)
    assert shown.stdout == ""
    assert "runs/mine-1/report.html" in shown.stderr
    folder = RunFolder(Path("runs/mine-1"))
    assert (folder.state.status, list(folder.results())) == ("interrupted", ["net"])
    assert "Step fc was not begun" in folder.report_path.read_text()


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (["run", "regresion"], "did you mean 'regression'"),
        (["run", "mine.toml", "--budget", "quik"], "did you mean 'quick'"),
        (["run", "mine.toml", "--out", "."], "never overwrites"),
        (["run", "broken.toml"], "broken.toml, line 2"),
        (["report", "nothing"], "holds no run"),
        (["report", "."], "holds no run"),
    ],
)
def test_bad_input_is_one_sentence(arguments: list[str], part: str) -> None:
    Path("broken.toml").write_text('name = "x"\nstep = 3\n')
    assert part in complaint(*arguments)
    assert not Path("runs").exists()


def test_ctrl_c_ends_a_run_that_can_be_read(own_place: Path) -> None:
    Path("long.toml").write_text(PLAN.replace("epochs = 1 }", "epochs = 100000 }").replace("mine", "long"))
    command = [sys.executable, "-m", "studium", "run", "long.toml"]
    program = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert program.stderr is not None
    for line in program.stderr:
        if "fc (2 of 2)" in line:
            break
    time.sleep(0.5)  # into the training
    program.send_signal(signal.SIGINT)
    output, messages = program.communicate(timeout=60)
    assert program.returncode == 130
    assert output == ""
    assert "Traceback" not in messages
    assert "runs/long-1/report.html" in messages
    state = RunFolder(Path("runs/long-1")).state
    assert [step.status for step in state.steps] == ["complete", "interrupted"]
    assert [path.name for path in Path("runs/long-1/models").iterdir()] == ["net"]
