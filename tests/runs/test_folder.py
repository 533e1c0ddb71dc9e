from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from studium.errors import OutputError, RunFolderError
from studium.runs import RunFolder
from studium.runs.state import StepState
from studium.runs.writer import RunWriter, check_new, new_run
from tests.runs.tiny import tiny_run


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_run().path, tmp_path / "copy"))


@pytest.fixture
def writer(tmp_path: Path) -> RunWriter:
    steps = (StepState(name="a", kind="train"), StepState(name="b", kind="train"))
    return RunWriter.begun(
        new_run("mine", runs=tmp_path),
        plan_name="mine",
        plan_text='name = "mine"\n',
        environment={},
        steps=steps,
    )


def test_runs_are_numbered_and_never_share_a_folder(tmp_path: Path) -> None:
    (tmp_path / "mine-2").mkdir()
    with ThreadPoolExecutor(8) as pool:
        paths = list(pool.map(lambda _: new_run("mine", runs=tmp_path), range(20)))
    assert len(set(paths)) == 20
    assert {path.name for path in paths} == {f"mine-{number}" for number in range(1, 22) if number != 2}


def test_a_chosen_folder_is_new_or_empty(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("mine")
    assert new_run("x", tmp_path / "empty") == tmp_path / "empty"
    assert new_run("x", tmp_path / "new" / "deep").is_dir()
    for name in (".", "file"):
        with pytest.raises(OutputError, match="never overwrites"):
            check_new(tmp_path / name)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="file"):
        new_run("x", runs=tmp_path / "file")


def test_results_appear_whole_or_not_at_all(writer: RunWriter) -> None:
    with pytest.raises(RuntimeError):
        _fail_half_way(writer)
    assert not list((writer.path / "models").rglob("*"))
    with writer.results("a") as folders:
        (folders.model / "whole").write_text("whole")
        assert not writer.folder.step_path("a").exists()
    assert [path.name for path in writer.folder.step_path("a").iterdir()] == ["whole"]
    assert not (writer.path / "studies").exists()  # where nothing was written, there is no folder


def test_the_state_follows_the_steps(writer: RunWriter) -> None:
    assert writer.folder.state.status == "running"
    writer.step("a", "running")
    assert [step.status for step in writer.folder.state.steps] == ["running", "waiting"]
    writer.finish("failed", "the reason")
    state = writer.folder.state
    assert state.status == "failed"
    assert [(step.status, step.reason) for step in state.steps] == [("failed", "the reason"), ("waiting", "")]
    assert state.finished >= state.started


def test_a_run_is_found_by_its_folder_or_its_name(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(copy.parent)
    (copy.parent / "runs").mkdir()
    shutil.move(copy, copy.parent / "runs" / "mine-1")
    for name in ("mine-1", "runs/mine-1"):
        assert RunFolder.find(name).name == "mine-1"
    with pytest.raises(RunFolderError, match="holds no run"):
        RunFolder.find("other-1")


def test_a_run_of_another_version_is_refused(copy: Path) -> None:
    state = json.loads((copy / "run.json").read_text())
    (copy / "run.json").write_text(json.dumps(state | {"format": 99}))
    with pytest.raises(RunFolderError, match="format 99, but this version of Studium reads format 1"):
        RunFolder(copy)


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b'{"format": 1}', b""])
def test_a_damaged_state_is_named(copy: Path, content: bytes) -> None:
    (copy / "run.json").write_bytes(content)
    with pytest.raises(RunFolderError, match=r"run\.json"):
        RunFolder(copy)


@pytest.mark.parametrize(
    "name",
    [
        "plan.toml",
        "environment.json",
        "comparisons.json",
        "models/fc/evaluation.json",
        "models/fc/history.json",
    ],
)
@pytest.mark.parametrize("damage", ["truncated", "missing", "foreign"])
def test_any_damaged_file_is_named(copy: Path, name: str, damage: str) -> None:
    path = copy / name
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:40] if damage == "truncated" else b"\xff[1]")
    folder = RunFolder(copy)
    if damage == "missing" and name == "comparisons.json":
        assert folder.comparisons == ()  # as in a run that has not ended
        return
    with pytest.raises(RunFolderError, match=path.name.replace(".", r"\.")):
        _read_all(folder)


def _read_all(folder: RunFolder) -> list[object]:
    return [folder.plan, folder.environment, folder.comparisons, folder.result("fc"), folder.history("fc")]


def _fail_half_way(writer: RunWriter) -> None:
    with writer.results("a") as folders:
        (folders.model / "half").write_text("half")
        raise RuntimeError
