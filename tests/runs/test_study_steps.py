"""Steps that study: what they leave, and what they refuse before anything runs."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from studium.data import open_dataset
from studium.errors import InputError
from studium.runs import Plan, PlanRun, RunFolder, load_plan, run_plan
from studium.runs.comparison_step import prepare_compare, prepare_optimizers
from studium.runs.opening import DataOpener
from studium.runs.phases import Phases
from studium.runs.step_base import DataStep
from studium.runs.study_step import prepare_study
from studium.runs.study_steps import CompareStep, OptimizersStep, StudyStep
from studium.training import Progress
from studium.training.model_files import load_model
from tests.runs.tiny import place

TEXT = """\
name = "studies"

[[steps]]
kind = "study"
name = "rates"
about = "How large may steps be?"
data = "curve"
model = "net"
parameters = ["lr=1e-3,1e-2"]
folds = 3
seeds = 2
config = { epochs = 10 }

[[steps]]
kind = "optimizers"
name = "optimizer"
data = "curve"
model = "net"
optimizers = ["sgd", "adam"]
points = 2
folds = 3
seeds = 2
config = { epochs = 10 }

[[steps]]
kind = "compare"
name = "structures"
data = "curve"
models = ["net", "net_d"]
points = 2
folds = 3
seeds = 2
config = { epochs = 10 }

[[steps]]
kind = "compare"
name = "classes"
data = "digits"
models = ["fc", "net"]
points = 1
hold_out = 0.3
seeds = 2
config = { epochs = 2 }
"""


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@cache
def studied() -> RunFolder:
    (place() / "studies.toml").write_text(TEXT)
    plan, where = load_plan(place() / "studies.toml")
    return run_plan(plan, where=where, out=place() / "studies")


def study(**changes: object) -> StudyStep:
    settings: dict[str, object] = {"name": "a", "data": "curve", "model": "net", "parameters": ["lr=0.1,0.2"]}
    return StudyStep.model_validate(settings | changes)


def test_each_step_leaves_its_files_and_no_empty_folder() -> None:
    folder = studied()
    assert [step.status for step in folder.state.steps] == ["complete"] * 4
    found = {str(path.relative_to(folder.path)) for path in folder.path.rglob("*") if path.is_file()}
    assert found >= {
        "studies/rates/study.json",
        "studies/optimizer/comparison.json",
        "studies/structures/comparison.json",
        "models/structures/model.json",
        "models/structures/evaluation.json",
        "models/structures/history.json",
    }
    assert {path.name for path in (folder.path / "models").iterdir()} == {"classes", "structures"}
    assert folder.results() == {}  # there is no `train` step


def test_the_records_read_back() -> None:
    record = studied().study("rates")
    assert (record.study.name, record.study.n_trainings) == ("rates", 12)
    assert (record.data.n_train, record.data.n_validation, record.data.n_test) == (66, 34, 100)
    compared = studied().comparison("structures")
    assert compared.kind == "compare"
    assert compared.comparison.winner is not None
    assert compared.winner is not None
    assert compared.winner == studied().result("structures")
    assert compared.winner.network.name == compared.comparison.winner.name
    assert compared.winner.folds is not None
    assert (
        compared.winner.folds.best_epochs
        == compared.comparison.winner.best_epochs
        == compared.winner.trainings[0].epochs
    )
    assert studied().comparison("optimizer").winner is None


@pytest.mark.parametrize(("step", "data"), [("structures", "curve"), ("classes", "digits")])
def test_the_winner_reproduces_its_reported_score(step: str, data: str) -> None:
    model = load_model(studied().step_path(step))
    reported = studied().result(step).model
    assert reported is not None
    assert reported.test is not None
    scores = model.evaluate(open_dataset(data, like=model))
    assert (scores.loss, scores.metric, scores.n) == (
        reported.test.loss,
        reported.test.metric,
        reported.test.n,
    )


def test_the_stored_plan_gives_the_same_result(tmp_path: Path) -> None:
    resolved, _ = load_plan(studied().plan_path)
    part = resolved.model_copy(update={"steps": (resolved.steps[0], resolved.steps[2])})
    again = run_plan(part, out=tmp_path / "again")
    assert again.study("rates").study.trials == studied().study("rates").study.trials
    first, second = (run.step_path("structures") / "weights.safetensors" for run in (again, studied()))
    assert first.read_bytes() == second.read_bytes()


def test_defaults_follow_from_the_data() -> None:
    small = prepare_study(study(parameters=["lr"]), DataOpener()).step
    assert (small.folds, small.hold_out, small.seeds, small.points, small.sampler) == (5, None, 3, 17, "grid")
    held = prepare_study(study(parameters=["lr"], hold_out=0.2), DataOpener()).step
    assert (held.folds, held.hold_out, held.seeds, held.points) == (None, 0.2, 5, 9)
    two = prepare_study(study(parameters=["lr", "l1"]), DataOpener())
    assert (two.step.sampler, two.step.points, two.plan.n_trials) == ("qmc", 64, 64)
    short = prepare_compare(CompareStep(name="a", data="curve"), DataOpener()).plan
    assert (short.n_points, len(short.contenders)) == (24, 6)
    long = prepare_compare(CompareStep(name="a", data="digits"), DataOpener()).plan
    assert (long.n_points, [each.name for each in long.contenders]) == (6, ["fc", "cnn"])


def test_momentum_has_an_optimizer_that_has_one() -> None:
    chosen = prepare_study(study(parameters=["momentum"], data="digits", model="fc"), DataOpener())
    assert chosen.plan.point[1].optimizer == "momentum"
    assert chosen.plan.point[1].learning_rate == 0.05  # its own, not that of the usual optimiser
    with pytest.raises(InputError, match="the optimizer adam has no momentum"):
        prepare_study(study(parameters=["momentum"], config={"optimizer": "adam"}), DataOpener())


def test_tuning_and_verdict_never_share_a_seed() -> None:
    plan = prepare_optimizers(OptimizersStep(name="a", data="curve", model="net"), DataOpener()).plan
    tuning, fresh = ({item.seed for item in each.items} for each in (plan.tuning, plan.fresh))
    assert (len(tuning), len(fresh)) == (5, 15)
    assert not tuning & fresh


def run_file(name: str) -> None:
    plan, where = load_plan(name)
    run_plan(plan, where=where)


BAD = 'name = "mine"\n[[steps]]\nkind = "study"\nname = "a"\ndata = "curve"\nmodel = "net"\n'


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (BAD, ["line 2", "step 'a' needs a value for 'parameters'"]),
        (f'{BAD}parameters = ["dropout"]', ["line 7", "no dropout layers"]),
        (f'{BAD}parameters = ["lrr=1:2"]', ["line 7", "there is no parameter 'lrr'; did you mean 'lr'"]),
        (f'{BAD}parameters = ["lr", "l1", "epochs"]', ["line 7", "a study varies 3 parameters"]),
        (f"{BAD}parameters = []", ["line 7", "it needs an entry"]),
        (f'{BAD}parameters = ["lr"]\nfold = 3', ["line 8", "did you mean 'folds'"]),
        (f'{BAD}parameters = ["lr"]\nfolds = 3\nhold_out = 0.2', ["line 2", "give one of them"]),
        (f'{BAD}parameters = ["lr"]\nsampler = "sobol"', ["line 8", "'grid', 'qmc', 'random' or 'tpe'"]),
        (f'{BAD}parameters = ["lr"]\npoints = 1', ["line 8", "values along a range need at least 2"]),
        (
            f'{BAD}parameters = ["lr=0.1,0.2"]\nhold_out = 0.2\nseeds = 1',
            ["line 7", "a spread needs two trainings"],
        ),
        (f'{BAD}parameters = ["lr"]\nfolds = 101', ["line 8", "100 rows for 101 folds"]),
        (f'{BAD}parameters = ["lr"]\nconfig = {{ epoch = 3 }}', ["line 8", "did you mean 'epochs'"]),
        (
            BAD.replace('"study"', '"studdy"'),
            ["line 3", "there is no kind of step 'studdy'; did you mean 'study'"],
        ),
        (BAD.replace('"study"', '"optimizers"') + 'optimizers = ["sgd"]', ["line 7", "needs at least two"]),
        (
            BAD.replace('"study"', '"optimizers"') + 'optimizers = ["sgd", "adm"]',
            ["line 7", "did you mean 'adam'"],
        ),
        (
            BAD.replace('"study"', '"compare"').replace('model = "net"', 'models = ["net", "nett"]'),
            ["line 6", "there is no model 'nett'; did you mean 'net'"],
        ),
        (
            BAD.replace('"study"', '"compare"').replace('model = "net"', 'models = ["net", "net"]'),
            ["line 6", "each may stand there once"],
        ),
    ],
)
def test_what_cannot_be_is_said_before_anything_runs(text: str, parts: list[str]) -> None:
    Path("mine.toml").write_text(text)
    with pytest.raises(InputError) as caught:
        run_file("mine.toml")
    for part in ["mine.toml", *parts]:
        assert part in str(caught.value)
    assert not Path("runs").exists()


@pytest.mark.parametrize("name", ["regression-studies", "classification-studies", "structures"])
@pytest.mark.parametrize("budget", ["quick", "full"])
def test_the_plans_that_come_along_hold_the_studies_of_the_source(name: str, budget: str) -> None:
    plan, _ = load_plan(name, budget)  # type: ignore[arg-type]
    names = {
        "regression-studies": [
            *("learning-rate", "early-stopping", "momentum", "momentum-and-learning-rate"),
            *("weight-decay", "dropout", "optimizer"),
        ],
        "classification-studies": ["fc-learning-rate", "fc-weight-decay", "fc-optimizer"],
        "structures": ["structures"],
    }
    assert [step.name for step in plan.steps] == names[name]
    regression = [step for step in plan.steps if isinstance(step, DataStep) and step.data == "curve"]
    if regression:
        PlanRun(plan.model_copy(update={"steps": tuple(regression)}))  # opens and checks everything


def test_a_command_of_its_own_does_not_speak_of_steps() -> None:
    with pytest.raises(InputError) as caught:
        run_plan(Plan(name="a", steps=(study(parameters=["dropout"]),)))
    assert str(caught.value).startswith("dropout cannot be studied here, because")


def test_progress_goes_on_from_phase_to_phase() -> None:
    shares: list[float] = []
    phases = Phases([1, 1], shares.append)
    for done, finished in ((5, False), (10, True), (1, False), (10, True)):
        phases(Progress(done=done, total=10, loss=0.0, seconds=0.0, seconds_left=0.0, finished=finished))
    assert shares == [0.25, 0.5, 0.55, 1.0]
