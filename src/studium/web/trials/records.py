"""Explorations of finished steps, from what they left in the run folder."""

from __future__ import annotations

import math
from collections.abc import Sequence

from studium.report.study_words import verdict
from studium.runs.folder import RunFolder
from studium.runs.state import StepState
from studium.studies.results import ComparisonResult, StudyResult, Trial, Value
from studium.studies.search_results import SearchResult, SearchTrial
from studium.web.trials.exploration import Exploration, ExploredParameter, ExploredTrial

_CONTENDER = "contender"
_UNTRAINED = ("invalid", "duplicate")
_DECADES = 2  # over which numbers are shown on a logarithmic scale


def explored(folder: RunFolder, step: StepState) -> Exploration | None:
    """The trials of a finished step; ``None`` for steps that try nothing.

    Raises:
        RunFolderError: Its record is missing or damaged.
    """
    if step.kind == "study":
        return explored_study(folder.study(step.name).study)
    if step.kind in ("compare", "optimizers"):
        return explored_comparison(folder.comparison(step.name).comparison)
    if step.kind == "search":
        return explored_search(folder.search(step.name).search)
    return None


def explored_study(study: StudyResult) -> Exploration:
    """The trials of a study."""
    parameters = zip(study.parameters, study.labels, study.log, strict=True)
    return Exploration(
        trials=tuple(
            _trial(trial, trial.number, trial.values, verdict(trial, study.best)) for trial in study.trials
        ),
        parameters=tuple(ExploredParameter(name, label, log) for name, label, log in parameters),
        metric=study.metric,
        scored_by=study.resampling,
    )


def explored_comparison(found: ComparisonResult) -> Exploration:
    """The trials of a comparison: every point that a contender was tuned over; the tuned ones carry the verdict."""
    trials: list[ExploredTrial] = []
    for candidate in found.candidates:
        own: dict[str, Value] = {_CONTENDER: candidate.name}
        for trial in candidate.tuning:
            trials.append(_trial(trial, len(trials), own | trial.values, _tuning_word(trial)))
        word = verdict(candidate.score, found.best)
        trials.append(_trial(candidate.score, len(trials), own | candidate.tuned, word))
    return Exploration(
        trials=tuple(trials),
        parameters=tuple(varying([trial.values for trial in trials])),
        metric=found.metric,
        scored_by=f"{found.tuning_resampling} while tuning, {found.resampling} for the verdicts",
    )


def explored_search(found: SearchResult) -> Exploration | None:
    """The trials of a search that were trained; a pruned one stands at its score when it was dropped."""
    best = None if found.winner is None else found.winner.trial
    trials = tuple(_searched(trial, best) for trial in found.trials if trial.status not in _UNTRAINED)
    if not trials:
        return None
    parameters = zip(found.parameters, found.labels, found.log, strict=True)
    return Exploration(
        trials=trials,
        parameters=tuple(ExploredParameter(name, label, log) for name, label, log in parameters),
        metric=found.metric,
        scored_by=f"{found.resampling}; the best is that of the leading trials on fresh rows and seeds",
    )


def _searched(trial: SearchTrial, best: int | None) -> ExploredTrial:
    dropped = trial.rungs[-1].mean if trial.status == "pruned" and trial.rungs else None
    return ExploredTrial(
        number=trial.number,
        values=trial.values,
        verdict="best" if trial.number == best else trial.status,
        score=trial.mean if dropped is None else dropped,
        low=trial.low,
        high=trial.high,
        scores=trial.scores,
        n=trial.n,
        epochs=trial.rungs[-1].epoch if trial.rungs else 0,
        parameters=trial.parameters,
    )


def varying(values: Sequence[dict[str, Value]]) -> list[ExploredParameter]:
    """The parameters of some trials that differ between them; all of them when none does.

    Args:
        values: Of each trial, by name; not every trial has every parameter.
    """
    names = dict.fromkeys(name for each in values for name in each)
    by_name = {name: [each[name] for each in values if name in each] for name in names}
    differing = {name: found for name, found in by_name.items() if len(set(found)) > 1} or by_name
    return [
        ExploredParameter(name, name.replace("_", " "), _is_log(found)) for name, found in differing.items()
    ]


def _is_log(values: Sequence[Value]) -> bool:
    numbers = [value for value in values if not isinstance(value, str)]
    return bool(numbers) and min(numbers) > 0 and math.log10(max(numbers) / min(numbers)) >= _DECADES


def _tuning_word(trial: Trial) -> str:
    return "tuning" if trial.status == "complete" else trial.status


def _trial(trial: Trial, number: int, values: dict[str, Value], word: str) -> ExploredTrial:
    return ExploredTrial(
        number=number,
        values=values,
        verdict=word,
        score=trial.mean,
        low=trial.low,
        high=trial.high,
        scores=trial.scores,
        n=trial.n,
        epochs=trial.epochs.mean,
        parameters=trial.parameters,
        training=trial.training,
        validation=trial.validation,
    )
