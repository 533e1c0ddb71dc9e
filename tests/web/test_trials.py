"""Explorations: of studies and comparisons whose numbers are known, and of fits before their step has ended."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from studium.runs import Plan, RunFolder, run_plan
from studium.runs.search_steps import SearchStep
from studium.runs.study_steps import StudyStep
from studium.web.trials.exploration import Exploration
from studium.web.trials.explorer_figure import draw_explorer, explorer_data
from studium.web.trials.fits import FinishedFit, FitReader
from studium.web.trials.records import explored_comparison, explored_search, explored_study
from studium.web.trials.running import RunningTrials
from tests.report.known_searches import search, searched
from tests.report.known_studies import all_diverged, comparison, pairs, patience, rates


def test_a_study_is_explored_as_it_was_judged() -> None:
    found = explored_study(rates())
    assert [(trial.values["lr"], trial.verdict, trial.score) for trial in found.trials] == [
        (1e-4, "worse", 0.9),
        (1e-2, "best", 0.3),
        (1e-3, "not worse", 0.32),
        (1.0, "diverged", None),
    ]
    assert found.best is found.trials[1]
    assert (found.parameters[0].label, found.parameters[0].log) == ("learning rate", True)


def test_a_comparison_is_explored_over_contenders_and_all_that_was_tuned() -> None:
    found = explored_comparison(comparison())
    assert len(found.trials) == 4 * 3
    assert [parameter.name for parameter in found.parameters] == ["contender", "lr"]
    assert found.best is not None
    assert (found.best.values["contender"], found.best.score) == ("b", 0.3)
    assert {trial.verdict for trial in found.trials} == {"tuning", "worse", "best", "not worse", "diverged"}


def test_a_search_is_explored_over_what_was_trained_and_the_dropped_stand_where_they_were_dropped() -> None:
    found = explored_search(search())
    assert found is not None
    assert [(trial.number, trial.verdict, trial.score) for trial in found.trials] == [
        (0, "complete", 0.5),
        (1, "pruned", 0.7),
        (3, "complete", 0.4),
        (4, "pruned", 1.6),
        (5, "diverged", None),
        (7, "best", 0.45),
        (8, "failed", None),
    ]
    assert found.best is found.trials[5]  # on fresh rows, though trial 3 led the search
    assert "units2" not in found.trials[0].values
    drawn = draw_explorer("trials", explorer_data(found, "units2"))
    assert sorted(n for trace in drawn.figure.data for n in trace.customdata or ()) == [0, 1, 3, 4, 7]
    assert explored_search(search(trials=(searched(0, "invalid"),))) is None


@pytest.mark.parametrize(
    ("x", "y", "n"), [("", "score", 3), ("lr", "score", 3), ("lr", "momentum", 4), ("no", "no", 3)]
)
def test_every_trial_that_can_be_placed_is_drawn_with_its_number(x: str, y: str, n: int) -> None:
    drawing = draw_explorer("trials", explorer_data(explored_study(pairs()), x, y))
    numbers = [number for trace in drawing.figure.data for number in trace.customdata or ()]
    assert len(numbers) == n
    assert set(numbers) <= {0, 1, 2, 3}


def test_places_are_those_of_the_values() -> None:
    data = explorer_data(explored_study(pairs()), "lr", "momentum")
    best = next(trace for trace in draw_explorer("trials", data).figure.data if trace.name.startswith("best"))
    assert (best.x, best.y) == ((-2.0,), (0.9,))  # the power of ten, and the number itself


def test_an_open_trial_gets_a_ring() -> None:
    data = explorer_data(explored_study(rates()))
    assert (
        len(draw_explorer("trials", data, 2).figure.data)
        == len(draw_explorer("trials", data).figure.data) + 1
    )
    assert len(draw_explorer("trials", data, 3).figure.data) == len(
        draw_explorer("trials", data).figure.data
    )  # no score


def test_names_among_numbers_and_studies_without_a_score_are_drawn() -> None:
    drawing = draw_explorer("trials", explorer_data(explored_study(patience())))
    assert "none" in drawing.figure.layout.xaxis.ticktext
    nothing = draw_explorer("trials", explorer_data(explored_study(all_diverged())))
    assert nothing.alternative.endswith("none has a score.")
    assert nothing.table.rows == ()


@cache
def _studied(place: Path) -> RunFolder:
    step = StudyStep(
        name="rates",
        data="curve",
        model="net",
        parameters=("lr=1e-3,1e-2,1e-1",),
        folds=2,
        seeds=2,
        config={"epochs": 12, "patience": None},
    )
    return run_plan(Plan(name="studied", steps=(step,)), out=place / "studied")


@pytest.fixture(scope="module")
def studied(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return _studied(tmp_path_factory.mktemp("runs"))


def _all(reader: FitReader) -> tuple[FinishedFit, ...]:
    """All fits: a reader stops after a moment, and goes on the next time."""
    before, now = -1, 0
    while before != now:
        before, now = now, len(reader.read())
    return reader.read()


def _running(folder: RunFolder, since: float = 0.0) -> Exploration | None:
    fits = _all(FitReader(folder.path / "fits", since))
    return RunningTrials("mse").explored(fits)


def test_fits_give_the_means_that_the_study_will_give(studied: RunFolder) -> None:
    found = _running(studied)
    assert found is not None
    assert not found.finished
    assert [parameter.name for parameter in found.parameters] == ["learning_rate"]
    known = {trial.values["lr"]: trial for trial in studied.study("rates").study.trials}
    assert len(found.trials) == 3
    for trial in found.trials:
        judged = known[trial.values["learning_rate"]]
        assert trial.score == pytest.approx(judged.mean, rel=1e-5)
        assert trial.n == judged.n == 4
        assert trial.validation is not None
        assert judged.validation is not None
        assert trial.validation.mean == pytest.approx(judged.validation.mean, rel=1e-5)


def test_trials_grow_as_fits_come(studied: RunFolder) -> None:
    fits, growing = _all(FitReader(studied.path / "fits", 0.0)), RunningTrials("mse")
    for n in range(1, len(fits) + 1):
        found, whole = growing.explored(fits[:n]), RunningTrials("mse").explored(fits[:n])
        assert found is not None
        assert found.trials == whole.trials  # type: ignore[union-attr]
        assert sum(trial.n for trial in found.trials) == n


def test_fits_of_earlier_steps_are_left_out_and_each_file_is_read_once(studied: RunFolder) -> None:
    newest = max(path.stat().st_mtime for path in (studied.path / "fits").iterdir())
    assert _running(studied, newest + 2) is None
    reader = FitReader(studied.path / "fits", 0.0)
    assert len(_all(reader)) == len(reader.read()) == 12


def test_a_damaged_fit_is_passed_over(studied: RunFolder, tmp_path: Path) -> None:
    (tmp_path / f"{'0' * 64}.safetensors").write_bytes(b"no tensors")
    (tmp_path / "something else").write_bytes(b"")
    assert FitReader(tmp_path, 0.0).read() == ()
    assert FitReader(tmp_path / "nowhere", 0.0).read() == ()


def test_trainings_that_a_race_pauses_are_counted_once_with_their_latest_score(tmp_path: Path) -> None:
    step = SearchStep(
        name="search",
        data="curve",
        model="net",
        parameters={"lr": "1e-3:1e-1:log"},
        hand_made=("net",),
        trials=6,
        batch=6,
        keep=2,
        folds=2,
        config={"epochs": 16},
        leading=1,
        fresh_seeds=1,
        refits=1,
    )
    folder = run_plan(Plan(name="searched", steps=(step,)), out=tmp_path / "searched")
    found, known = _running(folder), folder.search("search").search
    assert found is not None
    points = {trial.values["learning_rate"]: trial for trial in found.trials}
    for trial in known.trials:
        last = trial.rungs[-1]
        point = points[trial.values["lr"]]
        if known.winner is not None and trial.number != known.winner.trial:  # which was trained again
            assert (point.n, point.epochs) == (2, last.epoch)
            assert point.score == pytest.approx(last.mean, rel=1e-5)
    assert {len(trial.rungs) for trial in known.trials} == {1, 2, 3}
