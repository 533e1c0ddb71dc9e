"""What ``studium run`` shows on a terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from studium.cli.run_findings import best_so_far, found_by
from studium.runs.pace import Pace
from tests.runs.tiny import tiny_run

PLAN = """\
name = "shown"

[[steps]]
name = "first"
data = "curve"
model = "net"
seeds = 2
config = { epochs = 30 }

[[steps]]
kind = "study"
name = "rates"
data = "curve"
model = "net"
parameters = ["lr=1e-3,1e-2"]
folds = 2
seeds = 1
config = { epochs = 30 }
"""


def on_a_terminal(*command: str, cwd: Path) -> str:
    """What a command writes to a terminal, escape sequences left out."""
    leader, follower = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "200"}
    with subprocess.Popen(
        command, stderr=follower, stdout=subprocess.DEVNULL, cwd=cwd, env=environment
    ) as program:
        os.close(follower)
        seen = b""
        while True:
            try:
                part = os.read(leader, 65536)
            except OSError:  # the other side is closed
                break
            if not part:
                break
            seen += part
    os.close(leader)
    assert program.returncode == 0
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", seen.decode())


def test_a_terminal_shows_what_runs_how_far_how_long_still_and_the_best_so_far(tmp_path: Path) -> None:
    (tmp_path / "shown.toml").write_text(PLAN)
    shown = on_a_terminal(sys.executable, "-m", "studium", "run", "shown.toml", cwd=tmp_path)
    assert "shown (1 of 2)" in shown
    assert "shown (2 of 2)" in shown
    assert "100%" in shown
    assert re.search(r"about \d+:\d\d left", shown)
    assert re.search(r"first \(\d+ s\): test mse [\d.e-]+ ± [\d.e-]+ \(n = 2\)", shown)
    assert re.search(r"rates \(\d+ s\): learning rate: \[", shown)
    assert re.search(r"best so far: curve: first, validation mse", shown)


def test_the_best_of_each_dataset_is_chosen_by_validation_rows() -> None:
    folder = tiny_run()
    lines = best_so_far(folder)
    assert [line.partition(": ")[0] for line in lines] == ["curve", "digits", "plane", "hostile"]
    curve = {name: folder.result(name).metrics("validation") for name in ("net", "net3")}
    best = min(curve, key=lambda name: sum(curve[name]) / len(curve[name]))
    assert lines[0].startswith(f"curve: {best}, validation mse ")
    assert found_by(folder, folder.state.steps[2]).startswith("test accuracy 0.")


@pytest.mark.parametrize(
    ("position", "share", "overall"), [(0, 0.0, 0.0), (0, 0.5, 0.125), (1, 0.0, 0.25), (1, 1.0, 1.0)]
)
def test_the_share_of_the_whole_counts_steps_by_their_cost(
    position: int, share: float, overall: float
) -> None:
    pace = Pace([1.0, 3.0])
    assert pace.overall(position, share) == overall
    left = pace.left(position, share)
    assert left is None if overall == 0 else left is not None and left >= 0
