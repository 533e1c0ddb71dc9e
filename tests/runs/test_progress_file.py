"""The progress of a running step, as others see it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from studium.runs import Plan, RunFolder, RunProgress, TrainStep, run_plan
from studium.runs.progress_file import NAME, ProgressFile, StepProgress, read_progress


def test_a_run_tells_its_progress_and_leaves_nothing_behind(tmp_path: Path) -> None:
    seen: list[StepProgress | None] = []

    def observe(progress: RunProgress) -> None:
        if progress.step and progress.share > 0:
            seen.append(RunFolder(tmp_path / "run").progress)

    step = TrainStep(name="net", data="curve", model="net", seeds=1, config={"epochs": 3, "patience": None})
    folder = run_plan(Plan(name="p", steps=(step,)), out=tmp_path / "run", observe=observe)
    assert seen[0] is not None
    assert seen[0].step == "net"
    assert seen[0].since <= time.time()
    assert not (folder.path / NAME).exists()
    assert folder.progress is None


def test_most_calls_write_nothing_and_a_new_step_always_does(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path)
    for place in range(50):
        file.tell("a", "mse", place / 100, None)
    first = read_progress(tmp_path)
    assert first is not None
    assert first.share == 0.0
    file.tell("b", "accuracy", 0.25, 9.0)
    second = read_progress(tmp_path)
    assert second is not None
    assert (second.step, second.metric, second.share, second.seconds_left) == ("b", "accuracy", 0.25, 9.0)
    assert second.since >= first.since


@pytest.mark.parametrize("content", ["", "{", '{"step": 1}', "[]"])
def test_what_cannot_be_read_is_no_progress(tmp_path: Path, content: str) -> None:
    (tmp_path / NAME).write_text(content)
    assert read_progress(tmp_path) is None


def test_a_disk_that_refuses_does_not_end_the_run(tmp_path: Path) -> None:
    file = ProgressFile(tmp_path / "nowhere")
    file.tell("a", "mse", 0.5, None)
    file.remove()
