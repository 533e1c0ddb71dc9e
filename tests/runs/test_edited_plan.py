"""Plans that are copied and edited: for other data, and run again beside the first run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studium.runs import RunFolder, load_plan, run_plan
from studium.training.model_files import load_model

PLAN = """\
name = "mine"

[[steps]]
kind = "train"
name = "first"
data = "curve"
model = "net"
seeds = 1
config = { epochs = 3 }

[[steps]]
kind = "study"
name = "rates"
data = "curve"
model = "net"
parameters = ["lr=1e-3,1e-2"]
folds = 2
seeds = 1
config = { epochs = 3 }

[[steps]]
kind = "inspect"
name = "look"
of = "first"
inputs = ["0"]
"""

FLOWERS = """\
name = "flowers"

[[steps]]
kind = "train"
name = "fc"
data = "flowers.csv"
target = "kind"
model = "fc"
network = { hidden = [16] }
seeds = 2
config = { epochs = 40, batch_size = 16 }

[[steps]]
kind = "study"
name = "rates"
data = "flowers.csv"
target = "kind"
model = "fc"
network = { hidden = [16] }
parameters = ["lr=1e-4,1e-2"]
folds = 2
seeds = 1
config = { epochs = 5, batch_size = 16 }

[[steps]]
kind = "compare"
name = "structures"
data = "flowers.csv"
target = "kind"
models = ["fc", "net"]
points = 1
folds = 2
seeds = 1
config = { epochs = 5, batch_size = 16 }

[[steps]]
kind = "inspect"
name = "look"
of = "fc"
inputs = ["garden rose", "garden rose:2"]
units = ["lily"]
"""


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run_text(text: str) -> RunFolder:
    Path("mine.toml").write_text(text)
    plan, where = load_plan("mine.toml")
    return run_plan(plan, where=where)


def counts(folder: RunFolder) -> tuple[int, int]:
    tasks = folder.state.tasks
    assert tasks is not None
    return tasks.computed, tasks.reused


def test_only_what_depends_on_a_changed_step_is_computed_again() -> None:
    first = run_text(PLAN)
    computed, known = counts(first)
    assert known == 0
    n_of_study = len(list((first.path / "fits").iterdir())) - 1  # the step that trains is one task
    again = run_text(PLAN)
    assert counts(again) == (0, computed)
    changed = run_text(PLAN.replace('name = "first"', 'name = "first"\nseed = 7'))
    assert counts(changed) == (1, n_of_study)
    renamed = run_text(PLAN.replace('"rates"', '"speeds"').replace('inputs = ["0"]', 'inputs = ["1"]'))
    assert counts(renamed) == (0, computed)  # names, and what is looked at, change nothing that is trained
    assert renamed.inspection("look").activations[0].label == "1"


def test_a_table_with_words_is_classified_by_all_kinds_of_steps() -> None:
    stream = np.random.default_rng(0)
    lines = ["petal,soil,kind"]
    for row in range(90):
        kind = ("garden rose", "lily", "tulip")[row % 3]
        soil = ("sand", "clay")[int(stream.random() < (0.9 if kind == "lily" else 0.2))]
        lines.append(f"{row % 3 + 0.2 * stream.standard_normal():.3f},{soil},{kind}")
    Path("flowers.csv").write_text("\n".join(lines) + "\n")
    folder = run_text(FLOWERS)
    result = folder.result("fc")
    assert result.data.classes == ("garden rose", "lily", "tulip")
    assert all(value > 0.8 for value in result.metrics("test"))
    assert folder.study("rates").data.task == "classification"
    assert folder.comparison("structures").winner is not None
    found = folder.inspection("look")
    assert [view.output.predicted for view in found.activations] == ["garden rose", "garden rose"]
    assert found.maximization is not None
    lily = found.maximization.units[0].best.input.values
    assert (found.maximization.units[0].name, lily["soil"]) == ("lily", "clay")
    assert load_model(folder.step_path("fc")).class_names == result.data.classes
