"""Resuming, verifying and exporting runs."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import optuna
import pytest

from studium.errors import RunFolderError, SettingError, UnavailableError
from studium.execution.fit_files import FitFiles
from studium.runs import PlanRun, RunFolder, load_plan
from studium.runs.execution import Execution
from studium.runs.lock import driving, is_driven
from studium.runs.optuna_export import export_optuna
from studium.runs.resume import resume_run
from studium.runs.verification import verify_run
from tests.cli.program import answer, complaint, run
from tests.execution.chaos import timeless

PLAN = """
name = "mine"

[[steps]]
kind = "study"
name = "rates"
data = "curve"
model = "net"
parameters = ["lr=1e-3,1e-2", "optimizer=adam,sgd"]
folds = 3
seeds = 1
config = { epochs = 10 }

[[steps]]
kind = "compare"
name = "depths"
data = "curve"
models = ["net", "net3"]
points = 2
folds = 3
seeds = 1
config = { epochs = 10 }
"""
IN_PROCESS = Execution(workers=0)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("finished")
    (directory / "plan.toml").write_text(PLAN)
    plan, where = load_plan(directory / "plan.toml")
    return PlanRun(plan, where=where, out=directory / "run", execution=IN_PROCESS).run().path


@pytest.fixture
def copy(tmp_path: Path, finished: Path) -> Path:
    return Path(shutil.copytree(finished, tmp_path / "alone" / "run"))


def results(path: Path) -> dict[str, object]:
    found = [*sorted(path.glob("studies/*/*.json")), *sorted(path.glob("models/*/[eh]*.json"))]
    return {str(each.relative_to(path)): timeless(json.loads(each.read_text())) for each in found}


def weights(path: Path) -> str:
    tasks = RunFolder(path).state.tasks
    assert tasks is not None
    return tasks.weights


def test_a_finished_run_stays_as_it_is(copy: Path, finished: Path) -> None:
    before = {
        path: path.read_bytes() for path in copy.rglob("*") if path.is_file() and path.name != "driver.lock"
    }
    done = resume_run(copy)
    assert (done.again, done.notices) == ((), ())
    assert all(path.read_bytes() == content for path, content in before.items())


def test_a_run_that_was_killed_while_writing_goes_on_from_its_tasks(copy: Path, finished: Path) -> None:
    state = json.loads((copy / "run.json").read_text())
    state |= {"status": "running", "tasks": None}
    state["steps"][1] |= {"status": "running"}
    (copy / "run.json").write_text(json.dumps(state))
    shutil.rmtree(copy / "studies" / "depths")
    shutil.rmtree(copy / "models")
    (copy / "fits" / ".half.partial").write_bytes(b"half")
    (copy / "studies" / ".depths.partial").mkdir()
    done = resume_run(copy)
    assert done.again == ("depths",)
    tasks = done.folder.state.tasks
    assert tasks is not None
    assert tasks.computed == 0
    assert tasks.reused > 0
    assert results(copy) == results(finished)
    assert weights(copy) == weights(finished)
    assert [path.name for path in copy.rglob(".*")] == []


@pytest.mark.parametrize(
    ("lost", "step"),
    [
        ("studies/rates/study.json", "rates"),
        ("studies/depths/comparison.json", "depths"),
        ("models/depths", "depths"),
        ("models/depths/weights.safetensors", "depths"),
    ],
)
def test_results_that_are_lost_are_told_and_made_again(
    copy: Path, finished: Path, lost: str, step: str
) -> None:
    path = copy / lost
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    notices: list[str] = []
    done = resume_run(copy, notice=notices.append)
    assert done.again == (step,)
    assert len(notices) == 1
    assert notices[0].startswith(f"the results of step '{step}' are missing or damaged")
    assert results(copy) == results(finished)


def test_tasks_that_are_lost_are_computed_again(copy: Path, finished: Path) -> None:
    shutil.rmtree(copy / "studies")
    names = sorted(FitFiles(copy / "fits").tasks())
    (copy / "fits" / f"{names[0]}.safetensors").unlink()
    (copy / "fits" / f"{names[1]}.safetensors").write_bytes(b"damaged")
    (copy / "ledger.db").unlink()
    done = resume_run(copy)
    tasks = done.folder.state.tasks
    assert tasks is not None
    assert (tasks.computed, tasks.reused) == (2, len(names) - 2)
    assert results(copy) == results(finished)
    assert weights(copy) == weights(finished)


@pytest.mark.parametrize("lost", ["fit", "ledger", "fits"])
def test_a_finished_run_whose_tasks_are_lost_gets_them_again(copy: Path, finished: Path, lost: str) -> None:
    if lost == "ledger":
        (copy / "ledger.db").write_bytes(b"garbage" * 1000)
    elif lost == "fits":
        shutil.rmtree(copy / "fits")
    else:
        (copy / "fits" / f"{min(FitFiles(copy / 'fits').tasks())}.safetensors").write_bytes(b"damaged")
    notices: list[str] = []
    done = resume_run(copy, notice=notices.append)
    assert done.again == ("rates", "depths")
    assert "what depends on them is done again" in notices[0] or "the ledger is lost" in notices[0]
    assert results(copy) == results(finished)
    assert weights(copy) == weights(finished)
    assert verify_run(copy, sample=None).is_equal
    assert resume_run(copy).again == ()


def test_tasks_that_have_failed_are_tried_again(copy: Path, finished: Path) -> None:
    name = min(FitFiles(copy / "fits").tasks())
    (copy / "fits" / f"{name}.safetensors").unlink()
    connection = sqlite3.connect(copy / "ledger.db")
    connection.execute("update tasks set state = 'failed' where id = ?", (name,))
    connection.commit()
    connection.close()
    notices: list[str] = []
    done = resume_run(copy, notice=notices.append)
    assert notices == ["1 task has failed; what depends on them is done again"]
    tasks = done.folder.state.tasks
    assert tasks is not None
    assert (tasks.computed, tasks.failed) == (1, 0)
    assert weights(copy) == weights(finished)


def test_one_run_has_one_driver(copy: Path) -> None:
    holder = (
        "import sys, time\nfrom pathlib import Path\nfrom studium.runs.lock import driving\n"
        f"with driving(Path({str(copy)!r})):\n    print('held', flush=True)\n    time.sleep(60)\n"
    )
    program = subprocess.Popen([sys.executable, "-c", holder], stdout=subprocess.PIPE, text=True)
    assert program.stdout is not None
    assert program.stdout.readline() == "held\n"
    assert is_driven(copy)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("studium.runs.lock._SECONDS", 0.1)
        words = complaint("resume", str(copy))
    assert f"is in use by another driver (process {program.pid} on " in words
    program.kill()
    program.communicate()
    assert not is_driven(copy)
    with driving(copy):  # a lock whose holder was killed is nobody's
        assert is_driven(copy)


def test_data_that_have_changed_are_refused(tmp_path: Path) -> None:
    table = tmp_path / "table.csv"
    table.write_text("a,b\n" + "".join(f"{number},{2 * number}\n" for number in range(40)))
    (tmp_path / "plan.toml").write_text(
        'name = "own"\n[[steps]]\nkind = "train"\nname = "net"\ndata = "table.csv"\nmodel = "net"\nconfig = { epochs = 2 }\n'
    )
    plan, where = load_plan(tmp_path / "plan.toml")
    path = PlanRun(plan, where=where, out=tmp_path / "run", execution=IN_PROCESS).run().path
    shutil.rmtree(path / "models")
    table.write_text(table.read_text().replace("39,78", "39,79"))
    with pytest.raises(RunFolderError, match="table has changed since the run began"):
        resume_run(path)


def test_a_place_that_cannot_be_written_is_one_sentence(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("filelock.FileLock.acquire", refuse)
    with pytest.raises(
        UnavailableError, match=r"cannot write .*driver\.lock \(Permission denied\): a run needs"
    ):
        resume_run(copy)


def test_weights_are_computed_again_to_the_last_bit(copy: Path) -> None:
    found = verify_run(copy, sample=None)
    assert len(found.checked) == found.n_tasks == len(list(FitFiles(copy / "fits").tasks()))
    assert found.is_equal
    assert all(each.is_equal and each.kept for each in found.checked)
    assert found.differences == ()
    assert len(verify_run(copy, sample=2).checked) == 2
    assert verify_run(copy, sample=2, seed=3).checked != verify_run(copy, sample=2).checked


def test_weights_that_are_not_those_of_their_task_are_found(copy: Path) -> None:
    fits = FitFiles(copy / "fits")
    name = min(fits.tasks())
    result = fits.read(name)
    assert result is not None
    changed = [{key: array + 1e-6 for key, array in each.weights.items()} for each in result.outcomes]
    from dataclasses import replace

    from studium.execution.row_files import RowFiles
    from studium.execution.task import Task

    task = Task.parse(result.spec, RowFiles(copy / "rows").read, dict[str, str]().__getitem__)
    fits.write(task, [replace(each, weights=own) for each, own in zip(result.outcomes, changed, strict=True)])
    found = verify_run(copy, sample=None)
    assert [each.task for each in found.checked if not each.is_equal] == [name]
    shown = answer("verify", str(copy), "--sample", "all", code=1)
    assert shown["equal"] == shown["checked"] - 1


def test_a_damaged_fit_is_told_by_verify(copy: Path) -> None:
    name = min(FitFiles(copy / "fits").tasks())
    (copy / "fits" / f"{name}.safetensors").write_bytes(b"damaged")
    shown = run("verify", str(copy), "--sample", "all", code=1)
    assert f"task {name[:12]}: the result is damaged" in shown.stderr


def test_optuna_opens_the_studies_and_finds_the_same_best(copy: Path) -> None:
    shown = answer("export", "optuna", str(copy))
    assert shown["studies"] == {"rates": 4, "depths/net": 2, "depths/net3": 2}
    study = optuna.load_study(study_name="rates", storage=shown["url"])
    ours = RunFolder(copy).study("rates").study
    complete = [trial for trial in ours.trials if trial.mean is not None]
    best = min(complete, key=lambda trial: trial.mean or 0)
    assert study.best_value == best.mean
    assert study.best_params == best.values
    assert [trial.params for trial in study.trials] == [trial.values for trial in ours.trials]
    with pytest.raises(Exception, match="nothing is overwritten"):
        export_optuna(RunFolder(copy), copy / "optuna.db")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("resume", "nothing"), "nothing holds no run"),
        (
            ("resume", "{run}", "--workers", "many"),
            "--workers is 'many', but it must be auto or a whole number",
        ),
        (
            ("resume", "{run}", "--cluster", "tcp://a:1"),
            "the cluster is 'tcp://a:1', but only tls://host:port is accepted",
        ),
        (("resume", "{run}", "--cluster", "tls://a:1", "--workers", "2"), "tasks are computed in one place"),
        (
            ("resume", "{run}", "--cluster", "tls://127.0.0.1:1"),
            "the cluster tls://127.0.0.1:1 cannot be reached",
        ),
        (("resume", "{run}", "--tls-ca", "ca.pem"), "belong together, but only some are given"),
        (("verify", "{run}", "--sample", "few"), "--sample is 'few', but it must be a whole number or all"),
        (("verify", "{run}", "--sample", "0"), "at least 1 has to be computed again"),
        (
            ("export", "optuna", "{run}", "--out", "{run}/run.json"),
            "is there already, but nothing is overwritten",
        ),
    ],
)
def test_bad_input_is_one_sentence(
    copy: Path, arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (copy / "studies" / "rates" / "study.json").unlink()  # there is something to resume
    monkeypatch.setattr("studium.execution.cluster._SECONDS", 1)
    shown = run(*(each.format(run=copy) for each in arguments), code=2)
    (message,) = [line for line in shown.stderr.splitlines() if line.startswith("error: ")]
    assert words in message
    assert "Traceback" not in shown.stderr
    assert shown.stdout == ""


def test_a_run_of_the_current_folder_goes_on_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    Path("table.csv").write_text("a,b\n" + "".join(f"{number},{2 * number}\n" for number in range(40)))
    shown = answer(
        "study", "--data", "table.csv", "--model", "net", "--parameter", "lr=1e-3,1e-2", "--epochs", "2"
    )
    path = Path(shown["run"]).resolve()
    (path / "studies" / "lr" / "study.json").unlink()
    monkeypatch.chdir(tmp_path / "there")
    again = answer("resume", str(path))
    assert (again["tasks"]["computed"], again["tasks"]["weights"]) == (0, shown["tasks"]["weights"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda path: (path / "run.json").unlink(), "holds no run"),
        (lambda path: (path / "run.json").write_text("{"), "run.json cannot be read"),
        (
            lambda path: (path / "run.json").write_text('{"format": 99}'),
            "has format 99, but this version of Studium reads",
        ),
        (lambda path: (path / "plan.toml").unlink(), "plan.toml cannot be read"),
    ],
)
def test_a_folder_that_is_no_whole_run_is_one_sentence(copy: Path, change: object, words: str) -> None:
    (copy / "studies" / "rates" / "study.json").unlink()
    change(copy)  # type: ignore[operator]
    assert words in " ".join(run("resume", str(copy), code=2).stderr.splitlines()[-1:])


def test_negative_workers_are_refused() -> None:
    with pytest.raises(SettingError, match="the number of workers is -1, but it must be 0 or more"):
        Execution(workers=-1)


def test_the_ledger_of_a_finished_run_can_be_read_from_a_read_only_place(copy: Path) -> None:
    connection = sqlite3.connect(f"file:{copy / 'ledger.db'}?mode=ro", uri=True)
    states = {state for (state,) in connection.execute("select state from tasks")}
    connection.close()
    assert states == {"complete"}
