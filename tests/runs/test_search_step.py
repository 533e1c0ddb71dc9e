"""Steps that search: what they leave, and that interruptions and places change nothing of it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from studium.data import open_dataset
from studium.runs import Plan, PlanRun, RunFolder
from studium.runs.execution import Execution
from studium.runs.resume import resume_run
from studium.runs.search_step import PreparedSearch, _Shares
from studium.runs.search_steps import SearchStep
from studium.runs.verification import verify_run
from studium.studies.search import SearchPlan
from studium.studies.search_results import SearchTrial
from studium.studies.space_file import ParameterTable
from studium.training import Progress
from studium.training.ensemble import load_predictor
from studium.training.model_files import load_model
from tests.execution.chaos import timeless
from tests.runs.tiny import place

IN_PROCESS = Execution(workers=0)
STEP = SearchStep.model_validate(
    {
        "name": "search",
        "data": "curve",
        "model": "net",
        # The conditional parameter in the middle: points depend on the order in which parameters are drawn.
        "parameters": {
            "layers": "1:2",
            "units2": ParameterTable(values="4:16", when={"layers": (2,)}),
            "units1": "4:16",
            "lr": "1e-3:1e-1:log",
        },
        "hand_made": ("net",),
        "trials": 14,
        "batch": 7,
        "keep": 2,
        "folds": 3,
        "leading": 2,
        "fresh_seeds": 1,
        "refits": 2,
        "ensemble": 2,
        "config": {"epochs": 8},
    }
)
PLAN = Plan(name="mine", steps=(STEP,))


@cache
def searched() -> RunFolder:
    return PlanRun(PLAN, out=place() / "searched" / "run", execution=IN_PROCESS).run()


def models(folder: RunFolder) -> dict[str, bytes]:
    root = folder.step_path("search")
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("weights.safetensors")}


def test_a_search_leaves_its_record_the_winner_and_the_ensemble() -> None:
    record = searched().search("search")
    assert record.winner is not None
    assert record.winner.model is not None
    assert record.ensemble is not None
    assert record.winner == searched().result("search")
    assert len(record.winner.trainings) == 2
    assert {each.split("/")[0] for each in models(searched())} == {"weights.safetensors", "ensemble"}
    assert not list(searched().path.glob("checkpoints/*"))
    winner = record.search.winner
    assert winner is not None
    own = load_model(searched().step_path("search"))
    assert len(own.spec.hidden) == winner.values["layers"]
    assert own.config.learning_rate == winner.values["lr"]


def test_what_is_exported_reproduces_the_reported_scores() -> None:
    record = searched().search("search")
    assert record.winner is not None
    assert record.winner.model is not None
    assert record.winner.model.test is not None
    assert record.ensemble is not None
    data = open_dataset("curve")
    for path, reported in (
        (searched().step_path("search"), record.winner.model.test),
        (searched().step_path("search") / record.ensemble.folder, record.ensemble.test),
    ):
        scores = load_predictor(path).evaluate(data)
        assert (scores.loss, scores.metric, scores.n) == (reported.loss, reported.metric, reported.n)


@pytest.mark.parametrize("after", [1, 60])
def test_a_search_that_was_interrupted_goes_on_to_the_same_result(tmp_path: Path, after: int) -> None:
    looks = itertools.count()
    run = PlanRun(PLAN, out=tmp_path / "runs" / "run", execution=IN_PROCESS)
    with pytest.raises(KeyboardInterrupt):
        run.run(lambda: next(looks) >= after)
    folder = resume_run(tmp_path / "runs" / "run", execution=IN_PROCESS).folder
    assert timeless(folder.search("search").model_dump(mode="json")) == timeless(
        searched().search("search").model_dump(mode="json")
    )
    assert models(folder) == models(searched())
    tasks = [each.state.tasks for each in (folder, searched())]
    assert len({each.weights for each in tasks if each is not None}) == 1
    assert not list(folder.path.glob("checkpoints/*"))


def test_verify_computes_staged_tasks_again() -> None:
    found = verify_run(searched().path, sample=None)
    assert found.is_equal
    assert len(found.checked) == found.n_tasks > 3


@pytest.mark.parametrize(("said", "names"), [((), ()), (("net3",), ("net3",)), (None, ("net", "net_d"))])
def test_an_empty_list_leaves_out_structures_made_by_hand(
    said: tuple[str, ...] | None, names: tuple[str, ...]
) -> None:
    step = SearchStep(name="search", data="curve", space="mlp", trials=2, hand_made=said)
    (prepared,) = PlanRun(Plan(name="mine", steps=(step,))).prepared
    assert isinstance(prepared, PreparedSearch)
    found = tuple(name for name, _ in prepared.plan.hand_made)
    assert found[: len(names)] == names
    assert bool(found) == bool(names)
    assert prepared.step.hand_made == found


def prepared_search(**settings: Any) -> PreparedSearch:
    (prepared,) = PlanRun(Plan(name="mine", steps=(SearchStep(name="search", **settings),))).prepared
    assert isinstance(prepared, PreparedSearch)
    return prepared


@pytest.mark.parametrize(
    ("config", "parameters", "schedule"),
    [
        ({}, {}, "cosine"),
        ({"schedule": "one_cycle"}, {}, "one_cycle"),
        ({"warmup_share": 0.1}, {}, "one_cycle"),
        ({}, {"lr": "1e-4:1e-1:log", "warmup_share": "0.1:0.5"}, "one_cycle"),
    ],
)
def test_trials_are_compared_under_a_rate_that_falls_unless_somebody_asks_for_another(
    config: dict[str, Any], parameters: dict[str, str], schedule: str
) -> None:
    found = prepared_search(data="digits", space="mlp", trials=2, config=config, parameters=parameters)
    assert found.plan.space.point[1].schedule == schedule


@pytest.mark.parametrize(
    ("settings", "epochs"),
    [
        ({"data": "curve"}, 4000),
        ({"data": "curve", "refit_epochs": 1500}, 1500),
        ({"data": "curve", "config": {"epochs": 50}}, None),
        ({"data": "digits"}, None),
    ],
)
def test_what_a_small_regression_exports_is_trained_for_longer_than_it_is_raced(
    settings: dict[str, Any], epochs: int | None
) -> None:
    plan = prepared_search(space="mlp", trials=2, **settings).plan
    assert plan.final_epochs == epochs
    assert plan.final(plan.space.point)[1].epochs == (epochs or plan.epochs)


def searching(n_trials: int) -> SearchPlan:
    prepared = PlanRun(PLAN).prepared[0]
    assert isinstance(prepared, PreparedSearch)
    return replace(prepared.plan, n_trials=n_trials)


def test_the_share_that_is_done_rises_over_batches_last_stretch_and_measurement() -> None:
    shares: list[float] = []
    reported = _Shares((4.0, 4.0, 2.0), searching(3), shares.append)
    trials = [SearchTrial(number=number, batch=0, values={}, status="pruned") for number in range(3)]
    invalid = SearchTrial(number=9, batch=0, values={}, status="invalid")
    training = Progress(done=5, total=10, loss=0.0, seconds=1.0, seconds_left=1.0)
    for trial in (trials[0], invalid, trials[0], trials[1]):
        reported.trained(training)  # of a batch: its trials are what counts
        reported.told(trial)
    assert shares == pytest.approx([0.4 / 3, 0.4 / 3, 0.8 / 3])
    reported.told(trials[2])
    reported.trained(training)
    reported.trained(replace(training, done=10, finished=True))
    reported.trained(training)
    assert shares[3:] == pytest.approx([0.4, 0.4 + 0.4 * 0.5, 0.8, 0.8 + 0.2 * 0.7 * 0.5])


def test_the_share_of_a_search_that_trains_everybody_to_the_end() -> None:
    shares: list[float] = []
    reported = _Shares((8.0, 0.0, 2.0), searching(1), shares.append)
    reported.told(SearchTrial(number=0, batch=0, values={}, status="complete"))
    reported.trained(Progress(done=5, total=10, loss=0.0, seconds=1.0, seconds_left=1.0))
    assert shares == pytest.approx([0.8, 0.8 + 0.2 * 0.7 * 0.5])
