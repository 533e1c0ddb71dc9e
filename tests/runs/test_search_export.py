"""Searches as Optuna's studies."""

from __future__ import annotations

from pathlib import Path

import optuna
from optuna.trial import TrialState

from studium.runs.optuna_export import export_optuna
from studium.runs.optuna_trials import ranked_study, search_trials
from tests.report.known_searches import all_diverged, search
from tests.runs.tiny_search import searched_run


def test_every_outcome_has_its_state() -> None:
    found = {trial.user_attrs["trial"]: trial for trial in search_trials(search())}
    assert {number: trial.state.name for number, trial in found.items()} == {
        0: "COMPLETE",
        1: "PRUNED",
        2: "PRUNED",
        3: "COMPLETE",
        4: "PRUNED",
        5: "FAIL",
        7: "COMPLETE",
        8: "FAIL",
        9: "PRUNED",
    }  # 6 is a duplicate
    assert found[3].value == 0.4
    assert found[3].intermediate_values == {1: 0.7, 4: 0.5, 16: 0.4}
    assert found[1].intermediate_values == {1: 0.8, 4: 0.7}
    assert (found[2].constraints, found[1].constraints) == ({"structure": 1.0}, {})
    assert found[2].user_attrs["reason"].startswith("layer 'conv1' cannot be built")
    assert found[2].intermediate_values == {}


def test_conditional_parameters_are_only_where_they_exist() -> None:
    found = {trial.user_attrs["trial"]: trial for trial in search_trials(search())}
    assert set(found[0].params) == set(found[0].distributions) == {"layers", "lr"}
    assert found[3].params == {"layers": 2, "lr": 1e-4, "units2": 16}


def test_ranks_follow_how_far_trials_came_before_their_scores() -> None:
    ranked = {trial.user_attrs["trial"]: trial.value for trial in ranked_study(search()).trials}
    assert ranked == {3: 1, 7: 2, 0: 3, 1: 4, 4: 5}
    assert ranked_study(all_diverged()).trials == []


def test_a_search_is_read_back_by_optuna(tmp_path: Path) -> None:
    run = searched_run()
    path = tmp_path / "optuna.db"
    found = run.search("networks").search
    written = export_optuna(run, path)
    assert written == {"networks": len(found.trials) - found.counts["duplicate"]}
    study = optuna.load_study(study_name="networks", storage=f"sqlite:///{path}")
    n = {state: len(study.get_trials(states=(state,))) for state in TrialState}
    assert n[TrialState.COMPLETE] == found.counts["complete"] > 0
    assert n[TrialState.PRUNED] == found.counts["pruned"] + found.counts["invalid"] > 0
    best = min(trial.mean for trial in found.trials if trial.status == "complete" and trial.mean is not None)
    assert study.best_value == best
    dropped = study.get_trials(states=(TrialState.PRUNED,))[0]
    assert list(dropped.intermediate_values) == [found.rungs[0]]
