from __future__ import annotations

from pathlib import Path

import pytest

from studium.errors import InputError, OutputError
from studium.runs import Plan, TrainStep, builtin_plans, load_plan
from studium.runs.inspect_steps import InspectStep
from studium.runs.plan_copy import write_plan
from studium.runs.plan_includes import builtin_text
from studium.runs.study_steps import CompareStep, OptimizersStep, StudyStep
from tests.runs.tiny import tiny_plan, write_plane

STEP = """\
name = "mine"

[[steps]]
kind = "train"
name = "a"
data = "curve"
model = "net"
"""


def first(plan: Plan) -> TrainStep:
    step = plan.steps[0]
    assert isinstance(step, TrainStep)
    return step


def load(folder: Path, text: str, budget: str | None = None) -> Plan:
    path = folder / "mine.toml"
    path.write_text(text)
    return load_plan(path, budget)[0]  # type: ignore[arg-type]  # wrong ones, too


@pytest.mark.parametrize("name", builtin_plans())
@pytest.mark.parametrize("budget", ["quick", "full"])
def test_built_in_plans_are_read_for_both_budgets(name: str, budget: str) -> None:
    plan, _ = load_plan(name, budget)  # type: ignore[arg-type]
    assert (plan.name, plan.budget) == (name, budget)
    assert plan.title
    assert plan.question


def test_the_plan_of_everything_holds_each_system_of_the_source_in_its_order() -> None:
    parts = [step for name in ("regression", "classification") for step in load_plan(name)[0].steps]
    plan = load_plan("all")[0]
    assert list(plan.steps) == parts
    assert [(step.name, step.kind) for step in plan.steps if str(step.kind) != "search"] == [
        ("net", "train"),
        ("learning-rate", "study"),
        ("early-stopping", "study"),
        ("momentum", "study"),
        ("momentum-and-learning-rate", "study"),
        ("weight-decay", "study"),
        ("dropout", "study"),
        ("optimizer", "optimizers"),
        ("structures", "compare"),
        ("net3", "train"),
        ("inside-structures", "inspect"),
        ("fc", "train"),
        ("cnn", "train"),
        ("cnn_d", "train"),
        ("fc-learning-rate", "study"),
        ("fc-weight-decay", "study"),
        ("fc-optimizer", "optimizers"),
        ("inside-fc", "inspect"),
        ("inside-cnn", "inspect"),
    ]


def test_the_full_budget_repeats_every_training_step_more_often() -> None:
    quick, full = load_plan("all", "quick")[0], load_plan("all", "full")[0]
    for few, more in zip(quick.steps, full.steps, strict=True):
        if isinstance(few, TrainStep | StudyStep | OptimizersStep | CompareStep):
            assert isinstance(more, type(few))
            assert (more.seeds or 0) > (few.seeds or 0), few.name


@pytest.mark.parametrize("name", builtin_plans())
def test_a_plan_that_is_written_to_be_edited_is_the_same_plan(tmp_path: Path, name: str) -> None:
    path = tmp_path / "mine.toml"
    write_plan(name, path)
    assert "include" not in path.read_text()
    for budget in ("quick", "full"):
        assert load_plan(path, budget)[0] == load_plan(name, budget)[0]
    assert path.read_text().count("\n#") >= builtin_text(name).count("\n#")  # comments come along
    with pytest.raises(OutputError, match="not overwritten"):
        write_plan(name, path)


def test_full_changes_only_what_it_names(tmp_path: Path) -> None:
    text = (
        f"{STEP}config = {{ epochs = 5, patience = 2 }}\nfull = {{ seeds = 9, config = {{ epochs = 50 }} }}\n"
    )
    quick, full = first(load(tmp_path, text)), first(load(tmp_path, text, "full"))
    assert (quick.seeds, quick.config) == (3, {"epochs": 5, "patience": 2})
    assert (full.seeds, full.config) == (9, {"epochs": 50, "patience": 2})


def test_the_word_none_is_no_value(tmp_path: Path) -> None:
    assert first(load(tmp_path, f'{STEP}config = {{ patience = "none" }}\n')).config == {"patience": None}


def test_a_resolved_plan_is_read_back_equal(tmp_path: Path) -> None:
    for plan in (tiny_plan(), *(load_plan(name, "full")[0] for name in builtin_plans())):
        assert load(tmp_path, plan.toml()) == plan


def test_included_steps_come_first(tmp_path: Path) -> None:
    plan = load(tmp_path, f'include = ["structures"]\n{STEP}')
    assert [step.name for step in plan.steps] == ["structures", "a"]


def test_an_include_among_the_steps_keeps_its_place(tmp_path: Path) -> None:
    text = f'{STEP}\n[[steps]]\ninclude = "structures"\n{STEP.partition("[[")[1]}{STEP.partition("[[")[2]}'
    plan = load(tmp_path, text.replace('name = "a"', 'name = "b"').replace('name = "b"', 'name = "a"', 1))
    assert [step.name for step in plan.steps] == ["a", "structures", "b"]


def test_pictures_to_look_at_are_found_beside_the_plan(tmp_path: Path) -> None:
    (tmp_path / "coat.png").write_bytes(b"")
    (tmp_path / "coat").mkdir()  # a class may be called like a folder
    text = f'{STEP}\n[[steps]]\nkind = "inspect"\nname = "look"\nof = "a"\ninputs = ["coat.png", "coat"]'
    step = load(tmp_path, text).steps[1]
    assert isinstance(step, InspectStep)
    assert step.inputs == (str((tmp_path / "coat.png").resolve()), "coat")


def test_data_beside_the_plan_is_found_from_anywhere(tmp_path: Path) -> None:
    write_plane(tmp_path / "plane.csv")
    found = first(load(tmp_path, STEP.replace('"curve"', '"plane.csv"')))
    assert found.data == str((tmp_path / "plane.csv").resolve())
    assert first(load(tmp_path, STEP.replace('"curve"', '"other.csv"'))).data == "other.csv"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (f"{STEP}seedz = 3", ["line 8", "step 'a'", "'seedz'", "did you mean 'seed'"]),
        (f"{STEP}seeds = 0", ["line 8", "seeds of step 'a' is 0", "greater than or equal to 1"]),
        (f"{STEP}seeds = 1001", ["line 8", "less than or equal to 1000"]),
        (f"{STEP}validation = 1.0", ["line 8", "validation of step 'a' is 1.0", "less than 1"]),
        (f"{STEP}folds = 1", ["line 8", "folds of step 'a' is 1"]),
        (f"{STEP}refit = true", ["line 3", "give folds"]),
        (f"{STEP}config = 3", ["line 8", "config of step 'a' is 3"]),
        (f"{STEP}full = {{ seeds = 'x' }}", ["line 8", "seeds of step 'a' is 'x'"]),
        (f"{STEP}[steps.full]\nfold = 3", ["line 9", "did you mean 'folds'"]),
        (f"{STEP}full = 3", ["line 8", "'full'"]),
        (f"{STEP}reference = {{ tset = 1 }}", ["line 8", "did you mean 'test'"]),
        (STEP.replace('"train"', '"trian"'), ["line 4", "'trian'", "'train'"]),
        (STEP.replace('data = "curve"\n', ""), ["line 3", "step 'a' needs a value for 'data'"]),
        (STEP.replace('name = "a"', 'name = "../a"'), ["line 5", "'../a'"]),
        (STEP.replace('"mine"', '"My plan"'), ["line 1", "'My plan'"]),
        (STEP + STEP.partition("\n")[2], ["two steps are called 'a'"]),
        (f'titel = "x"\n{STEP}', ["line 1", "did you mean 'title'"]),
        (f'budget = "huge"\n{STEP}', ["line 1", "'huge'", "'quick' or 'full'"]),
        (f'include = ["regresion"]\n{STEP}', ["did you mean 'regression'"]),
        (f'include = ["regression"]\n{STEP}seeds = -1', ["line 9", "seeds of step 'a' is -1"]),
        (f'{STEP}[[steps]]\ninclude = "structurs"', ["line 9", "did you mean 'structures'"]),
        (f'{STEP}[[steps]]\ninclude = "all"\nseeds = 3', ["line 10", "'seeds' stands beside include"]),
        (
            f'name = "x"\n[[steps]]\ninclude = "structures"\n{STEP.partition(chr(10))[2]}seeds = -1',
            ["line 10", "seeds of step 'a' is -1"],
        ),
        (f"{STEP}reference = {{ losses = [1.3, 0.3] }}", ["line 8", "give both losses and without"]),
        (
            STEP.replace('"train"', '"study"') + 'parameters = ["lr=1,2"]\nreference = { lo = 1 }',
            ["line 9", "did you mean 'low'"],
        ),
        (
            STEP.replace('"train"', '"study"')
            + 'parameters = ["lr=1,2", "momentum=0.1,0.2"]\nreference = { low = 1, high = 2 }',
            ["line 3", "the good range of one parameter"],
        ),
        ('name = "x"', ["the plan has no steps"]),
        ('name = "x"\nsteps = []', ["line 2", "add [[steps]]"]),
        ('name = "x"\nsteps = 3', ["line 2", "step 1"]),
        ("name = \n", ["is not TOML", "line 1"]),
        ('name = "x"\nname = "y"', ["is not TOML"]),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_cure(tmp_path: Path, text: str, parts: list[str]) -> None:
    with pytest.raises(InputError) as caught:
        load(tmp_path, text)
    sentence = str(caught.value)
    assert "\n" not in sentence
    for part in ["mine.toml", *parts]:
        assert part in sentence


def test_a_mistake_in_the_other_budget_is_said_too(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="line 8: seeds of step 'a' is 0"):
        load(tmp_path, f"{STEP}full = {{ seeds = 0 }}", "quick")


def test_a_budget_that_the_plan_does_not_offer_is_refused(tmp_path: Path) -> None:
    assert load(tmp_path, STEP, "quick").budget == "quick"
    with pytest.raises(InputError, match=r"only one, 'quick'.*leave --budget out"):
        load(tmp_path, STEP, "full")
    with pytest.raises(InputError, match="only one, 'full'"):
        load(tmp_path, load_plan("all", "full")[0].toml(), "quick")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("regresion", "did you mean 'regression'"),
        ("nothing.toml", "No such file"),
        ("{tmp_path}", "Is a directory"),
        ("{tmp_path}/binary.toml", "not UTF-8"),
    ],
)
def test_a_plan_that_cannot_be_read_is_named(tmp_path: Path, name: str, part: str) -> None:
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match=part):
        load_plan(name.format(tmp_path=tmp_path))


def test_a_plan_made_in_python_keeps_the_same_rules() -> None:
    step = TrainStep(name="a", data="curve", model="net")
    with pytest.raises(ValueError, match="two steps are called 'a'"):
        Plan(name="mine", steps=(step, step))
    with pytest.raises(ValueError, match="give folds"):
        TrainStep(name="a", data="curve", model="net", refit=True)
