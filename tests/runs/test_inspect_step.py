"""Steps that look inside a network."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from studium.errors import InputError, RunFolderError
from studium.introspection.activations import inspect_activations
from studium.introspection.arrays import Result
from studium.introspection.maximization import maximize
from studium.introspection.weights import inspect_weights
from studium.runs import RunFolder, load_plan, run_plan
from studium.runs.resume import resume_run
from studium.training.model_files import load_model
from tests.runs.tiny import place

TRAINED = """\
name = "inside"

[[steps]]
name = "net"
data = "curve"
model = "net"
seeds = 1
config = { epochs = 20 }

[[steps]]
kind = "compare"
name = "depths"
data = "curve"
models = ["net", "net3"]
points = 1
folds = 2
seeds = 1
config = { epochs = 5 }
"""

INSPECTED = """
[[steps]]
kind = "inspect"
name = "look"
of = "net"
inputs = ["-8", "3"]
layer = "linear2"
"""

TEXT = f"""{TRAINED}{INSPECTED}
[[steps]]
kind = "inspect"
name = "winner"
of = "depths"
units = []
"""


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@cache
def looked() -> RunFolder:
    (place() / "inside.toml").write_text(TEXT)
    plan, where = load_plan(place() / "inside.toml")
    return run_plan(plan, where=where, out=place() / "inside")


def test_what_is_kept_is_what_introspection_sees_in_the_exported_model() -> None:
    folder = looked()
    model, found = load_model(folder.step_path("net")), folder.inspection("look")
    assert json_of(found.weights) == json_of(inspect_weights(model))
    assert [view.label for view in found.activations] == ["-8", "3"]
    for view in found.activations:
        assert view.output == inspect_activations(model, view.label, survey=False).output
    assert found.maximization is not None
    assert json_of(found.maximization) == json_of(
        maximize(model, "linear2", [4])
    )  # the fifth unit, when nothing is said
    assert found.maximization.rows == "test"


def test_a_winner_is_looked_into_and_nothing_need_be_maximized() -> None:
    found = looked().inspection("winner")
    winner = looked().comparison("depths").comparison.winner
    assert winner is not None
    assert (found.of, found.model) == ("depths", winner.name)
    assert found.maximization is None
    assert len(found.activations) == 1  # the first test row


def test_the_resolved_plan_says_which_unit() -> None:
    written = {step["name"]: step for step in looked().plan["steps"]}
    assert written["look"]["units"] == [4]
    assert written["winner"]["units"] == []


@pytest.mark.parametrize(
    ("key", "value", "part"),
    [
        ("of", '"nett"', "did you mean 'net'"),
        ("of", '"later"', "there is no earlier step that exports a model 'later'"),
        ("layer", '"linear9"', "there is no layer 'linear9'"),
        ("layer", '"linear3"', "there is no layer 'linear3'"),
        ("units", "[64]", "whose units are 0 to 63"),
        ("inputs", '["a"]', "'a'"),
        ("inputs", '["1,2"]', "'1,2'"),
        ("unit", "3", "did you mean 'units'"),
    ],
)
def test_what_cannot_be_looked_at_is_said_before_anything_runs(key: str, value: str, part: str) -> None:
    others = [line for line in INSPECTED.splitlines() if not line.startswith(f"{key} =")]
    text = TRAINED + "\n".join([*others, f"{key} = {value}"])
    Path("mine.toml").write_text(text)
    with pytest.raises(InputError) as caught:
        run_file("mine.toml")
    for each in [f"mine.toml, line {len(text.splitlines())}", "step 'look'", part]:
        assert each in str(caught.value)
    assert not Path("runs").exists()


def test_a_study_exports_no_model() -> None:
    study = '[[steps]]\nkind = "study"\nname = "rates"\ndata = "curve"\nmodel = "net"\nparameters = ["lr=1e-3,1e-2"]\n'
    look = INSPECTED.replace('"net"', '"rates"')
    Path("mine.toml").write_text(f'name = "mine"\n{study}{look}')
    with pytest.raises(InputError, match="kind 'study' exports no model"):
        run_file("mine.toml")


def test_a_step_cannot_look_ahead() -> None:
    name, _, trained = TRAINED.partition("\n")
    Path("mine.toml").write_text(f"{name}\n{INSPECTED}{trained}")
    with pytest.raises(InputError, match=r"line 6.*no step before it exports a model"):
        run_file("mine.toml")


def test_a_layer_of_a_comparison_must_be_in_every_contender() -> None:
    wrong = INSPECTED.replace('"net"', '"depths"').replace("linear2", "linear3")
    Path("mine.toml").write_text(TRAINED + wrong)
    with pytest.raises(InputError, match="there is no layer 'linear3'"):
        run_file("mine.toml")


def test_a_step_without_a_model_is_said_to_have_none() -> None:
    Path("mine.toml").write_text(
        TRAINED.replace("epochs = 20", 'epochs = 20, optimizer = "sgd", learning_rate = 1e12') + INSPECTED
    )
    folder = run_file("mine.toml")
    assert folder.inspection("look").weights is None
    assert folder.state.status == "complete"


def test_a_damaged_inspection_is_done_again_and_nothing_is_trained() -> None:
    shutil.copytree(looked().path, "copy", copy_function=os.link)
    path = Path("copy/studies/look/inspection.json")
    before = path.read_text()
    path.unlink()
    path.write_text(before[: len(before) // 2])
    with pytest.raises(RunFolderError, match=r"inspection\.json cannot be read"):
        RunFolder(Path("copy")).inspection("look")
    resumed = resume_run(Path("copy"))
    assert resumed.again == ("look",)
    assert resumed.folder.state.tasks is not None
    assert resumed.folder.state.tasks.computed == 0
    again, first = resumed.folder.inspection("look"), looked().inspection("look")
    assert json_of(again) == json_of(first)


def json_of(result: Result | None) -> dict[str, Any]:
    """Everything but times."""
    assert result is not None
    return result.model_dump(mode="json", exclude={"seconds"})


def run_file(name: str) -> RunFolder:
    plan, where = load_plan(name)
    return run_plan(plan, where=where)
