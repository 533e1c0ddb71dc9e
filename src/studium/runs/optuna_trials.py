"""Trials of studies and searches as Optuna's, for its storages, its dashboard and its figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from studium.studies import parse_dimension
from studium.studies.results import Trial
from studium.studies.search_results import SearchResult, SearchTrial, by_progress

if TYPE_CHECKING:
    import optuna
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

_STATES = {
    "complete": "COMPLETE",
    "pruned": "PRUNED",
    "invalid": "PRUNED",
    "diverged": "FAIL",
    "failed": "FAIL",
}  # a duplicate is no trial of its own


def study_trials(space: Sequence[str], trials: Sequence[Trial]) -> list[FrozenTrial]:
    """Trials of a study; one that diverged or failed is ``FAIL``, which is Optuna's word for a trial without a value.

    Args:
        space: What varied, as written on the command line.
        trials: The trials.
    """
    distributions = _distributions(space)
    return [_study_trial(trial, distributions) for trial in trials]


def search_trials(found: SearchResult) -> list[FrozenTrial]:
    """Trials of a search, in its order, duplicates left out.

    A trial that was dropped is ``PRUNED``, with its scores at the rungs as intermediate values; so is one that could not be
    built, with its reason as a user attribute and the constraint ``structure`` broken. A diverged or failed trial is
    ``FAIL``. Every trial has the parameters that exist in it, and its number in the search as the user attribute ``trial``.
    """
    distributions = _distributions(found.dimensions)
    return [_search_trial(trial, distributions) for trial in found.trials if trial.status in _STATES]


def search_study(found: SearchResult) -> optuna.Study:
    """A search as a study in memory, for Optuna's figures."""
    return _in_memory(search_trials(found), maximise=not found.lower_is_better)


def ranked_study(found: SearchResult) -> optuna.Study:
    """Every trial that reached a rung as a complete one, its value its place: 1 is the best.

    Scores after different numbers of epochs cannot be compared; places can. Trials are ordered by how far they came, then
    by their scores there (:func:`studium.studies.search_results.by_progress`).
    """
    from optuna.trial import create_trial

    distributions = _distributions(found.dimensions)
    ranked = by_progress(found.trials, lower_is_better=found.lower_is_better)
    trials = [
        create_trial(
            value=place + 1,
            params=trial.values,
            distributions=_existing(distributions, trial.values),
            user_attrs={"trial": trial.number},
        )
        for place, trial in enumerate(ranked)
    ]
    return _in_memory(trials, maximise=False)


def _study_trial(trial: Trial, distributions: Mapping[str, BaseDistribution]) -> FrozenTrial:
    from optuna.trial import TrialState, create_trial

    return create_trial(
        state=TrialState.COMPLETE if trial.mean is not None else TrialState.FAIL,
        value=trial.mean,
        params=trial.values,
        distributions=_existing(distributions, trial.values),
        user_attrs={
            "status": trial.status,
            "n": trial.n,
            "std": trial.std,
            "interval": [trial.low, trial.high],
            "not_worse": trial.not_worse,
        },
    )


def _search_trial(trial: SearchTrial, distributions: Mapping[str, BaseDistribution]) -> FrozenTrial:
    from optuna.trial import TrialState, create_trial

    return create_trial(
        state=TrialState[_STATES[trial.status]],
        value=_value(trial),
        params=trial.values,
        distributions=_existing(distributions, trial.values),
        intermediate_values={rung.epoch: rung.mean for rung in trial.rungs},
        user_attrs=_attributes(trial),
        constraints={"structure": 1.0} if trial.status == "invalid" else None,
    )


def _value(trial: SearchTrial) -> float | None:
    # Of a pruned trial Optuna keeps the last intermediate value.
    if trial.status == "pruned" and trial.rungs:
        return trial.rungs[-1].mean
    return trial.mean


def _attributes(trial: SearchTrial) -> dict[str, Any]:
    attributes: dict[str, Any] = {"trial": trial.number, "status": trial.status}
    if trial.reason:
        attributes["reason"] = trial.reason
    if trial.parameters:
        attributes |= {"network_parameters": trial.parameters, "epochs": trial.epochs}
    if trial.status == "complete":
        attributes |= {"n": trial.n, "std": trial.std, "interval": [trial.low, trial.high]}
    return attributes


def _distributions(space: Sequence[str]) -> dict[str, BaseDistribution]:
    from studium.studies.sampling import distribution

    return {each.name: distribution(each) for each in map(parse_dimension, space)}


def _existing(
    distributions: Mapping[str, BaseDistribution], values: Mapping[str, object]
) -> dict[str, BaseDistribution]:
    return {name: distributions[name] for name in values}


def _in_memory(trials: Sequence[FrozenTrial], *, maximise: bool) -> optuna.Study:
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize" if maximise else "minimize")
    study.add_trials(trials)
    return study
