"""Runs by their ids, and plans by theirs: nothing that a browser says is ever a path."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from studium.errors import RunFolderError
from studium.runs import builtin_plans
from studium.web.launcher import Launcher
from studium.web.library import Library, run_id
from studium.web.plans import Plans
from studium.web.readings import Readings
from studium.web.remembered import Remembered
from tests.runs.tiny import tiny_run


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(tiny_run().path, tmp_path / "runs" / "tiny")
    (tmp_path / "runs" / "notes").mkdir()
    (tmp_path / "runs" / ".hidden").mkdir()
    (tmp_path / "runs" / ".hidden" / "run.json").write_text("{}")
    return tmp_path / "runs"


def test_runs_are_found_by_id_alone(root: Path) -> None:
    library = Library(root)
    assert [run.name for run in library.runs()] == ["tiny"]
    assert library.path(run_id("tiny")) == root / "tiny"
    for wrong in (
        "tiny",
        "../runs/tiny",
        str(root / "tiny"),
        run_id(".hidden"),
        run_id("notes"),
        run_id(".."),
        "",
    ):
        assert library.path(wrong) is None


def test_a_damaged_run_says_why_and_others_are_there(root: Path) -> None:
    for name, content in (("broken", "{"), ("later", json.dumps({"format": 99})), ("empty", "{}")):
        (root / name).mkdir()
        (root / name / "run.json").write_text(content)
    runs = {run.name: run for run in Library(root).runs()}
    assert "cannot be read" in runs["broken"].damage
    assert "format 99" in runs["later"].damage
    assert runs["empty"].state is None
    assert runs["tiny"].damage == ""


def test_a_change_is_noticed(root: Path) -> None:
    library = Library(root)
    before = library.signature()
    assert library.signature() == before
    state = root / "tiny" / "run.json"
    state.write_text(state.read_text().replace('"complete"', '"failed"', 1))
    assert library.signature() != before
    assert library.runs()[0].state is not None


def test_a_step_that_is_not_there_is_said(root: Path) -> None:
    readings = Readings(Library(root))
    for step in ("nothing", "..", "../net"):
        with pytest.raises(RunFolderError, match="no step of this name"):
            readings.step(run_id("tiny"), step)
    with pytest.raises(RunFolderError, match="no such run"):
        readings.step("0" * 16, "net")


def test_a_value_is_read_again_only_after_a_change(tmp_path: Path) -> None:
    file, reads = tmp_path / "file", []
    remembered: Remembered[str] = Remembered(1)

    def read() -> str:
        reads.append(1)
        return file.read_text()

    file.write_text("a")
    assert [remembered.get("key", [file], read) for _ in range(3)] == ["a"] * 3
    assert len(reads) == 1
    file.write_text("longer")
    assert remembered.get("key", [file], read) == "longer"
    remembered.get("other", [file], read)  # there is room for one
    remembered.get("key", [file], read)
    assert len(reads) == 4


def test_plans_are_offered_from_one_folder_and_found_by_id_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'title = "Mine"\n[[steps]]\nname = "a"\ndata = "curve"\nmodel = "net"\n'
    )
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "no plan"\n')
    (tmp_path / "broken.toml").write_text("[[[")
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "hidden.toml").write_text("[[steps]]\n")
    plans = Plans(tmp_path)
    offered = {plan.name: plan for plan in plans.offered()}
    assert set(offered) == {*builtin_plans(), "mine.toml"}
    assert offered["regression"].budgets == ("quick", "full")
    assert (offered["mine.toml"].budgets, offered["mine.toml"].title) == ((), "Mine")
    assert plans.find(offered["mine.toml"].id) == offered["mine.toml"]
    for wrong in ("mine.toml", "regression", str(tmp_path / "mine.toml"), "../mine.toml", ""):
        assert plans.find(wrong) is None
    assert {plan.name for plan in Plans(tmp_path / "nowhere").offered()} == set(builtin_plans())


def test_what_cannot_run_says_why(tmp_path: Path) -> None:
    (tmp_path / "My plan!.toml").write_text(
        'name = "x"\n[[steps]]\nname = "a"\ndata = "nowhere.csv"\nmodel = "net"\n'
    )
    launcher = Launcher(tmp_path)
    plan = next(plan for plan in Plans(tmp_path).offered() if plan.name.endswith(".toml"))
    started = launcher.start(plan, "")
    try:
        assert started.folder == tmp_path.resolve() / "my-plan-1"
        assert started.process.wait(60) == 2
        assert "nowhere.csv" in started.complaint()
        assert launcher.running(started.folder) is None
        assert not launcher.stop(started.folder)
    finally:
        launcher.close()
