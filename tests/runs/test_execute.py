from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from studium.data import curve_function, open_dataset
from studium.errors import UnavailableError
from studium.runs import Plan, PlanRun, RunFolder, RunProgress, TrainStep, load_plan, run_plan
from studium.training.model_files import load_model
from tests.runs.tiny import place, tiny_plan, tiny_run

CURVE = TrainStep(name="first", data="curve", model="net", seeds=2, config={"epochs": 4})
PLAN = Plan(name="two", steps=(CURVE, CURVE.model_copy(update={"name": "second"})))


def test_a_run_holds_everything() -> None:
    folder = tiny_run()
    assert folder.state.status == "complete"
    assert [step.status for step in folder.state.steps] == ["complete"] * 8
    assert {path.name for path in folder.path.iterdir()} == {
        *("plan.toml", "environment.json", "run.json", "comparisons.json", "models", "studies"),
        *("driver.lock", "ledger.db", "fits", "rows"),
    }
    for name in folder.results():
        assert {path.name for path in folder.step_path(name).iterdir()} >= {
            *("evaluation.json", "history.json", "model.json", "weights.safetensors"),
        }
    data = folder.environment["data"]
    assert data["curve"] == open_dataset("curve").checksum
    assert folder.environment["versions"]["torch"] == torch.__version__


def test_the_stored_plan_gives_the_same_weights(tmp_path: Path) -> None:
    resolved, _ = load_plan(tiny_run().plan_path)
    assert all(step.config["epochs"] for step in resolved.steps if isinstance(step, TrainStep))
    part = resolved.model_copy(update={"steps": (resolved.steps[1], resolved.steps[3])})
    again = run_plan(part, out=tmp_path / "again")
    for step in part.steps:
        weights = [run.step_path(step.name) / "weights.safetensors" for run in (tiny_run(), again)]
        assert weights[0].read_bytes() == weights[1].read_bytes()


@pytest.mark.parametrize(("step", "data"), [("net", "curve"), ("fc", "digits"), ("plane", "plane.csv")])
def test_the_exported_model_has_the_reported_score(step: str, data: str) -> None:
    folder = tiny_run()
    model = load_model(folder.step_path(step))
    dataset = open_dataset(data if "." not in data else place() / data, like=model)
    reported = folder.result(step).model
    assert reported is not None
    assert reported.test is not None
    scores = model.evaluate(dataset)
    assert (scores.loss, scores.metric, scores.n) == (
        reported.test.loss,
        reported.test.metric,
        reported.test.n,
    )


def test_each_step_has_its_seeds_and_the_first_is_exported() -> None:
    results = tiny_run().results()
    assert [len(results[name].trainings) for name in ("net", "net3", "fc", "plane", "hostile")] == [
        3,
        2,
        3,
        2,
        1,
    ]
    for result in results.values():
        assert result.exported == 0
        assert len({training.seed for training in result.trainings}) == len(result.trainings)
        assert result.model is not None
        interval = result.model.test_interval
        assert interval is not None
        assert result.model.test is not None
        assert interval.low <= result.model.test.metric <= interval.high


def test_a_refit_uses_all_training_rows_for_the_epochs_that_the_folds_chose() -> None:
    result, history = tiny_run().result("net3"), tiny_run().history("net3")
    assert result.folds is not None
    assert result.data.n_train == 100
    assert result.data.n_validation == 0
    curves = np.array([curve.validation_loss for curve in history.folds])  # [K, E]
    assert curves.shape == (3, 12)
    assert result.folds.best_epochs == curves.mean(axis=0).argmin() + 1
    assert [training.epochs for training in result.trainings] == [result.folds.best_epochs] * 2
    chosen = curves[:, result.folds.best_epochs - 1]
    assert result.folds.losses[0] == pytest.approx(chosen, rel=1e-5)
    assert all(training.validation is None for training in result.trainings)


def test_the_fitted_curve_is_that_of_the_exported_model() -> None:
    curve = tiny_run().result("net").evidence.curve
    assert curve is not None
    grid = torch.tensor(curve.x, dtype=torch.float64)[:, None]
    model = load_model(tiny_run().step_path("net"))
    assert curve.fits[0] == pytest.approx(model.predict(grid)[:, 0].numpy(), rel=1e-4, abs=1e-4)
    assert len(curve.fits) == 3
    assert curve.truth == pytest.approx(curve_function(np.array(curve.x)), rel=1e-4, abs=1e-4)
    assert [len(part.x) for part in (curve.train, curve.validation, curve.test)] == [80, 20, 100]
    assert min(curve.x) < -5 < 5 < max(curve.x)


def test_confusion_and_samples_are_those_of_the_exported_model() -> None:
    result, model, data = (
        tiny_run().result("fc"),
        load_model(tiny_run().step_path("fc")),
        open_dataset("digits"),
    )
    evidence = result.evidence
    assert evidence.confusion is not None
    assert data.test_rows is not None
    counts = np.array(evidence.confusion.counts)
    truth = data.targets[torch.from_numpy(data.test_rows)]
    assert counts.sum(axis=1).tolist() == truth.bincount(minlength=10).tolist()
    assert result.model is not None
    assert result.model.test is not None
    assert counts.trace() / counts.sum() == pytest.approx(result.model.test.metric)
    right = [sample.label == sample.predicted for sample in evidence.samples]
    assert right == [True] * 4 + [False] * 4
    for sample in evidence.samples:
        assert sample.row in data.test_rows
        assert sample.label == int(data.targets[sample.row])
        assert torch.equal(torch.tensor(sample.pixels), data.inputs[sample.row].int())
        probabilities = model.predict(data.inputs[sample.row : sample.row + 1])[0]
        assert sample.probabilities == pytest.approx(probabilities.numpy(), rel=1e-4, abs=1e-6)


def test_other_regressions_have_predictions() -> None:
    (rows,) = tiny_run().result("plane").evidence.predictions
    assert rows.target_name == "height"
    assert len(rows.true) == len(rows.predicted) == rows.n == 12


def test_progress_names_each_step_and_reaches_its_end() -> None:
    seen: list[RunProgress] = []
    run_plan(PLAN, out=place() / "progress", observe=seen.append)
    assert seen[0].message == "opening curve"
    for position, name in enumerate(("first", "second"), start=1):
        shares = [each.share for each in seen if each.step == name]
        assert shares == sorted(shares)
        assert (shares[0], shares[-1]) == (0.0, 1.0)
        assert {(each.position, each.n_steps) for each in seen if each.step == name} == {(position, 2)}
    assert seen[-1].seconds_left == 0


@pytest.mark.parametrize(
    ("error", "status"),
    [(KeyboardInterrupt, "interrupted"), (UnavailableError("the disk is full"), "failed")],
)
def test_what_was_finished_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[BaseException] | BaseException, status: str
) -> None:
    def stop_in_second(progress: RunProgress) -> None:
        if progress.step == "second":
            raise error

    prepared = PlanRun(PLAN, out=tmp_path / "run", observe=stop_in_second)
    with pytest.raises((KeyboardInterrupt, UnavailableError)):
        prepared.run()
    assert prepared.path == tmp_path / "run"
    folder = RunFolder(tmp_path / "run")
    assert folder.state.status == status
    assert folder.state.finished
    assert [step.status for step in folder.state.steps] == ["complete", "waiting"]
    assert list(folder.results()) == ["first"]
    assert load_model(folder.step_path("first")).scores
    assert [path.name for path in (folder.path / "models").iterdir()] == ["first"]


def test_a_step_that_is_interrupted_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("studium.runs.train_step.save_model", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_plan(PLAN, out=tmp_path / "run")
    state = RunFolder(tmp_path / "run").state
    assert [step.status for step in state.steps] == ["interrupted", "waiting"]
    assert list((tmp_path / "run" / "models").iterdir()) == []


def test_a_step_that_diverges_is_a_result(tmp_path: Path) -> None:
    wild = CURVE.model_copy(
        update={"config": {"epochs": 30, "optimizer": "sgd", "learning_rate": 1e12}, "folds": 2}
    )
    folder = run_plan(Plan(name="wild", steps=(wild,)), out=tmp_path / "run")
    result = folder.result("first")
    assert folder.state.status == "complete"
    assert (result.status, result.n_diverged, result.exported) == ("diverged", 2, None)
    assert result.metrics("test") == []
    assert not (folder.step_path("first") / "model.json").exists()


def test_records_hold_only_numbers_that_json_knows() -> None:
    for path in tiny_run().path.rglob("*.json"):
        json.loads(path.read_text(), parse_constant=pytest.fail)


def test_the_plan_of_a_run_names_its_budget() -> None:
    assert tiny_run().plan["budget"] == "quick"
    assert tiny_plan().budget == "quick"
