"""A disk that is full: one sentence, nothing half-written, and the run goes on once there is room."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.execution.chaos import timeless

PLAN = """
name = "small"

[[steps]]
kind = "study"
name = "rates"
data = "curve"
model = "net"
parameters = ["lr=1e-3,1e-2"]
folds = 3
seeds = 1
config = { epochs = 20 }

[[steps]]
kind = "train"
name = "net"
data = "curve"
model = "net"
config = { epochs = 20 }
"""
LIMITED = (
    "import resource, sys\n"
    "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))\n"
    "from studium.cli import main\n"
    "sys.argv[:] = ['studium', *sys.argv[2:]]\n"
    "main()\n"
)


def limited(n_bytes: int, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, where no file can grow beyond so many bytes, as on a full disk."""
    command = [sys.executable, "-c", LIMITED, str(n_bytes), *arguments, "--workers", "0", "--json"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def results(path: Path) -> dict[str, object]:
    found = [*sorted(path.glob("studies/*/*.json")), *sorted(path.glob("models/*/evaluation.json"))]
    return {str(each.relative_to(path)): timeless(json.loads(each.read_text())) for each in found}


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("expected")
    (directory / "plan.toml").write_text(PLAN)
    done = limited(1 << 30, "run", str(directory / "plan.toml"), "--out", str(directory / "run"))
    assert done.returncode == 0, done.stderr
    return directory / "run"


def _sizes(path: Path) -> dict[str, int]:
    return {str(each.relative_to(path)): each.stat().st_size for each in path.rglob("*") if each.is_file()}


@pytest.mark.parametrize(
    "place",
    [
        "plan.toml",
        "ledger.db",
        "fits/*",
        "models/net/w*",
        "report.html",
    ],
)
def test_each_file_that_does_not_fit_is_named_and_the_run_goes_on_once_it_does(
    tmp_path: Path, expected: Path, place: str
) -> None:
    if os.name != "posix":
        pytest.skip("limits of files are the system's")
    sizes = _sizes(expected)
    largest = max(sizes[str(each.relative_to(expected))] for each in expected.glob(place))
    (tmp_path / "plan.toml").write_text(PLAN)
    full = limited(largest - 1, "run", str(tmp_path / "plan.toml"), "--out", str(tmp_path / "run"))
    assert full.returncode == 1
    assert "Traceback" not in full.stderr
    (message,) = [line for line in full.stderr.splitlines() if line.startswith("error: ")]
    assert message.startswith(f"error: cannot write {tmp_path / 'run'}/")
    assert "bytes" in message
    assert "make room" in message
    if not (tmp_path / "run" / "run.json").exists():  # nothing had begun
        return
    again = limited(1 << 30, "resume", str(tmp_path / "run"))
    assert again.returncode == 0, again.stderr
    assert results(tmp_path / "run") == results(expected)
    assert [path.name for path in (tmp_path / "run").rglob(".*")] == []
    weights = [
        json.loads((path / "run.json").read_text())["tasks"]["weights"]
        for path in (tmp_path / "run", expected)
    ]
    assert weights[0] == weights[1]
