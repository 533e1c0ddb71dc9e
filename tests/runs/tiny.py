"""A small finished run of all kinds of data, made once; a test that changes a run copies it first."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from studium.runs import Plan, RunFolder, load_plan, run_plan

HOSTILE = "</script><script>window.hacked=1</script>"
PICTURE = '<img src="https://example.org/x.png" onerror="window.hacked=1">'
FORMULA = '=HYPERLINK("https://example.org")'

PLAN = """\
name = "tiny"
title = "Small networks <on> small data"
question = "Does every part of a run work?"

[[steps]]
kind = "train"
name = "net"
data = "curve"
model = "net"
folds = 3
config = { epochs = 15 }
reference = { train = 0.25, test = 0.24, note = "somebody's <b>note</b>" }

[[steps]]
kind = "train"
name = "net3"
data = "curve"
model = "net3"
seeds = 2
folds = 3
refit = true
config = { epochs = 12 }

[[steps]]
kind = "train"
name = "fc"
about = "Digits & letters."
data = "digits"
model = "fc"
config = { epochs = 3, optimizer = "adam" }
full = { seeds = 4 }

[[steps]]
kind = "train"
name = "plane"
data = "plane.csv"
model = "net"
network = { hidden = [8, 8] }
seeds = 2
config = { epochs = 10 }

[[steps]]
kind = "train"
name = "hostile"
data = "hostile.csv"
task = "classification"
model = "fc"
network = { hidden = [8] }
seeds = 1
config = { epochs = 20 }

[[steps]]
kind = "inspect"
name = "inside-net"
of = "net"
inputs = ["-8", "3"]

[[steps]]
kind = "inspect"
name = "inside-fc"
about = "What an eight is made of."
of = "fc"
inputs = ["8"]

[[steps]]
kind = "inspect"
name = "inside-hostile"
of = "hostile"
"""


@cache
def place() -> Path:
    """A folder with the plan and its data."""
    folder = Path(tempfile.mkdtemp(prefix="studium-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / "tiny.toml").write_text(PLAN)
    write_plane(folder / "plane.csv")
    write_hostile(folder / "hostile.csv")
    return folder


def write_plane(path: Path) -> None:
    """A regression from two inputs, without a test set of its own."""
    stream = np.random.default_rng(0)
    x = stream.uniform(-1, 1, (60, 2))
    y = x[:, 0] - 2 * x[:, 1] + 0.1 * stream.standard_normal(60)
    rows = [f"{a:.4f},{b:.4f},{c:.4f}" for (a, b), c in zip(x, y, strict=True)]
    path.write_text("\n".join(["a,b,height", *rows]) + "\n")


def write_hostile(path: Path) -> None:
    """A classification whose names and cells are attacks."""
    stream = np.random.default_rng(1)
    quoted = ['"' + name.replace('"', '""') + '"' for name in (HOSTILE, PICTURE, FORMULA)]
    rows = [
        f"{kind + 0.2 * stream.standard_normal():.4f},{row % 7},{quoted[row % 2]},{quoted[kind]}"
        for row, kind in enumerate([0, 1, 2] * 30)
    ]
    path.write_text("\n".join([f"{quoted[1]},{quoted[2]},cells,{quoted[0]}", *rows]) + "\n")


@cache
def tiny_plan() -> Plan:
    return load_plan(place() / "tiny.toml")[0]


@cache
def tiny_run() -> RunFolder:
    return run_plan(tiny_plan(), out=place() / "run")
