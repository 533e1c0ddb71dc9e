"""Everything that can be known before anything runs is said before anything runs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studium.data import Dataset, open_dataset
from studium.errors import InputError, UnavailableError
from studium.runs import Plan, Reference, TrainStep, load_plan, run_plan
from studium.runs.inspect_steps import InspectStep
from studium.runs.opening import DataOpener
from studium.runs.train_step import prepare_train
from tests.runs.tiny import write_plane

STEP = 'name = "mine"\n[[steps]]\nkind = "train"\nname = "ok"\ndata = "curve"\nmodel = "net"\nconfig = { epochs = 1 }\n'
SECOND = '[[steps]]\nkind = "train"\nname = "a"\ndata = "curve"\nmodel = "net"\n'


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("second", "parts"),
    [
        (SECOND.replace('"curve"', '"curv"'), ["line 11", "did you mean 'curve'"]),
        (SECOND.replace('"net"', '"nett"'), ["line 12", "did you mean 'net'"]),
        (SECOND.replace('"net"', '"cnn"'), ["line 12", "needs images"]),
        (f"{SECOND}config = {{ epochs = 0 }}", ["line 13", "'epochs' is 0"]),
        (f"{SECOND}[steps.config]\nepoch = 3", ["line 14", "did you mean 'epochs'"]),
        (f"{SECOND}config = {{ optimizer = 'adm' }}", ["line 13", "'adm'", "'adam'"]),
        (f"{SECOND}config = {{ optimizer = 'adam', momentum = 0.5 }}", ["line 13", "has no momentum"]),
        (f"{SECOND}config = {{ loss = 'cross_entropy' }}", ["line 13", "choose mse, mae or huber"]),
        (f"{SECOND}config = {{ augmentation = {{ shift = 1 }} }}", ["line 13", "needs images"]),
        (f"{SECOND}network = {{ hiden = [3] }}", ["line 13", "did you mean 'hidden'"]),
        (f"{SECOND}network = {{ input_shape = [3] }}", ["line 13", "'input_shape'"]),
        (f"{SECOND}network = {{ hidden = [4], dropout = [0.1, 0.1] }}", ["line 13", "one per hidden layer"]),
        (f"{SECOND}folds = 101", ["line 13", "100 rows for 101 folds"]),
        (f"{SECOND}validation = 0.001", ["line 13", "at least one row on each side"]),
        (f"{SECOND}target = 'x'", ["line 11", "leave target out"]),
    ],
)
def test_an_impossible_later_step_stops_the_run_before_it_begins(second: str, parts: list[str]) -> None:
    Path("mine.toml").write_text(STEP + second)
    plan, where = load_plan("mine.toml")
    with pytest.raises(InputError) as caught:
        run_plan(plan, where=where)
    for part in ["mine.toml", "step 'a'", *parts]:
        assert part in str(caught.value)
    assert not Path("runs").exists()


def test_settings_that_follow_from_others_do() -> None:
    opener = DataOpener()
    step = TrainStep(
        name="a", data="curve", model="net_d", config={"optimizer": "sgd"}, network={"activation": "relu"}
    )
    prepared = prepare_train(step, opener)
    assert prepared.resolved.config.learning_rate == 0.1  # that of SGD, not of the usual optimiser
    assert prepared.resolved.spec.activation == "relu"
    assert prepared.step.network["dropout"] == [0.2, 0.2]
    assert prepared.step.config["learning_rate"] == 0.1


def test_a_dataset_without_a_test_set_gets_one_that_no_split_touches(tmp_path: Path) -> None:
    write_plane(tmp_path / "plane.csv")
    step = TrainStep(name="a", data="plane.csv", model="net", folds=3, test_share=0.25)
    prepared = prepare_train(step, DataOpener())
    test = set(prepared.opened.test_rows.tolist())
    assert len(test) == 15
    assert prepared.folds is not None
    for replicate in (*prepared.finals.items, *prepared.folds.items):
        assert not test & {*replicate.train.tolist(), *replicate.validation.tolist()}
        assert len(replicate.train) + len(replicate.validation) == 45
    again = prepare_train(step.model_copy(update={"name": "b"}), DataOpener())
    other = prepare_train(step.model_copy(update={"seed": 1}), DataOpener())
    assert np.array_equal(again.opened.test_rows, prepared.opened.test_rows)
    assert not np.array_equal(other.opened.test_rows, prepared.opened.test_rows)


class TestDataThatCannotBeHad:
    @pytest.fixture(autouse=True)
    def no_fashion(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def open_without(name: str, **settings: object) -> Dataset:
            if name == "fashion-mnist":
                raise UnavailableError("fashion-mnist cannot be had")
            return open_dataset(name, **settings)  # type: ignore[arg-type]

        monkeypatch.setattr("studium.runs.opening.open_dataset", open_without)

    def test_the_named_replacement_is_used_and_said(self, caplog: pytest.LogCaptureFixture) -> None:
        step = TrainStep(
            name="fc",
            data="fashion-mnist",
            fallback="digits",
            model="fc",
            config={"epochs": 1},
            seeds=1,
            reference=Reference(test=0.85),
        )
        plan = load_plan("classification")[0].model_copy(update={"steps": (step,)})
        folder = run_plan(plan, out=Path("out"))
        (notice,) = folder.state.notices
        assert "fashion-mnist could not be had, so digits was used in its place" in notice
        assert notice in caplog.text
        facts = folder.result("fc").data
        assert (facts.name, facts.asked, facts.replaced) == ("digits", "fashion-mnist", True)
        assert folder.plan["steps"][0]["data"] == "digits"
        assert "reference" not in folder.plan["steps"][0]  # of other data

    def test_what_is_looked_at_is_chosen_anew_for_the_replacement(self) -> None:
        train = TrainStep(
            name="fc", data="fashion-mnist", fallback="digits", model="fc", config={"epochs": 1}, seeds=1
        )
        look = InspectStep(name="look", of="fc", inputs=("coat",), units=("bag",))
        folder = run_plan(Plan(name="replaced", steps=(train, look)), out=Path("out"))
        assert folder.state.steps[1].notices == (
            "look shows the first test row and the fifth unit of the replacement",
        )
        found = folder.inspection("look")
        assert found.maximization is not None
        assert [unit.name for unit in found.maximization.units] == ["4"]
        assert (folder.plan["steps"][1]["inputs"], folder.plan["steps"][1]["units"]) == ([], [4])

    def test_without_a_replacement_it_is_an_error(self) -> None:
        with pytest.raises(UnavailableError):
            prepare_train(TrainStep(name="fc", data="fashion-mnist", model="fc"), DataOpener())
