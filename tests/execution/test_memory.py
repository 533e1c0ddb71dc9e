"""Memory: estimated from above, before anything is begun."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from studium.execution import attempts
from studium.execution.attempts import Attempts
from studium.execution.memory import task_bytes
from tests.execution.tasks import data, group, task
from tests.execution.test_durable import GROUPS, engine, lines, statuses

PEAK = """
import sys
from pathlib import Path
from studium.data import open_dataset
from studium.execution.memory import task_bytes
from studium.execution.task import Task
from studium.models import MLPSpec
from studium.training import Member, TrainConfig
from studium.training.group import Group, Normalisations, group_loop

fused, width, members = sys.argv[1] == "fused", int(sys.argv[2]), int(sys.argv[3])
data = open_dataset("digits")
spec = MLPSpec(input_shape=data.input_shape, n_outputs=10, hidden=(width, width))
config = TrainConfig(epochs=2, batch_size=512, optimizer="adam")
rows = data.training_pool
def trained(spec, number):
    group = Group(tuple(Member(spec, config, rows[:1000], rows[1000:], seed) for seed in range(number)), fused)
    list(group_loop(group, data, Normalisations(data)).run())
    return group
def peak():  # of this program alone; what getrusage says begins with the program that started it
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024
trained(MLPSpec(input_shape=data.input_shape, n_outputs=10, hidden=(4, 4)), 1)  # what the program needs anyway
before = peak()
group = trained(spec, members)
print(peak() - before, task_bytes(Task.of(group, ""), data))
"""


@pytest.mark.parametrize("size", [("single", "3000", "1"), ("fused", "256", "60")])
def test_the_estimate_is_above_what_is_used_and_of_its_order(size: tuple[str, ...]) -> None:
    done = subprocess.run([sys.executable, "-c", PEAK, *size], capture_output=True, text=True, check=True)
    used, estimated = map(int, done.stdout.split())
    assert 0.9 * used <= estimated <= 3 * used


def test_a_task_that_cannot_fit_fails_before_it_is_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = {task(each).id: task_bytes(task(each), data()) for each in GROUPS}
    most = max(needed, key=lambda name: needed[name])
    monkeypatch.setattr(attempts, "total_bytes", lambda: needed[most] - 1)
    durable = engine(tmp_path)
    assert sorted(statuses(durable)) == ["complete", "complete", "failed", "failed"]
    line = lines(durable)[most]
    assert line.state == "failed"
    assert line.reason.endswith("GB: choose a smaller batch or network")
    durable.close()


def test_tasks_that_do_not_fit_together_are_tried_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks = [task(each) for each in (group(0), group(1))]
    needed = task_bytes(tasks[0], data())
    for available, parts in ((2 * needed, [tasks]), (2 * needed - 1, [[tasks[0]], [tasks[1]]])):
        monkeypatch.setattr(attempts, "available_bytes", lambda available=available: available)
        assert list(Attempts(tasks, data(), n_workers=2).parts()) == parts
