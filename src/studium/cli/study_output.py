"""Studies and comparisons as data, for all commands that print them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from studium.cli.search_output import describe_search, values_text

if TYPE_CHECKING:
    from studium.runs import RunFolder
    from studium.runs.state import StepState
    from studium.runs.study_records import ComparisonRecord
    from studium.studies import Candidate, StudyResult, Trial


def describe_study(found: StudyResult) -> dict[str, Any]:
    """A parameter study as data, without its learning curves."""
    best = found.best_trial
    return {
        "name": found.name,
        "data": found.data,
        "model": found.model,
        "parameters": list(found.parameters),
        "metric": found.metric,
        "resampling": found.resampling,
        "sampler": found.sampler,
        "seed": found.seed,
        "best": None if best is None else describe_score(best),
        "ranges": [each.model_dump(mode="json") for each in found.ranges],
        "trials": [describe_trial(each) for each in found.trials],
        "test": found.test,
        "watched": found.watched or None,
        "advice": found.advice or None,
        "n_trainings": found.n_trainings,
    }


def describe_comparison(record: ComparisonRecord) -> dict[str, Any]:
    """A comparison as data."""
    found, winner = record.comparison, record.comparison.winner
    return {
        "name": found.name,
        "data": found.data,
        "task": record.data.task,
        "metric": found.metric,
        "resampling": found.resampling,
        "tuning": {"points": found.n_points, "resampling": found.tuning_resampling},
        "seed": found.seed,
        "candidates": [_candidate(each) for each in found.candidates],
        "statistics": found.test,
        "watched": found.watched or None,
        "advice": found.advice or None,
        "winner": None if winner is None else winner.name,
        "epochs": None if winner is None else winner.best_epochs,
        "test": describe_test(record),
        "n_trainings": found.n_trainings + (record.winner is not None),
    }


def describe_score(trial: Trial) -> dict[str, Any]:
    """Values and score of a trial, with its uncertainty."""
    interval = None if trial.low is None else [trial.low, trial.high]
    return {"values": trial.values, "mean": trial.mean, "interval": interval, "n": trial.n, "std": trial.std}


def describe_trial(trial: Trial) -> dict[str, Any]:
    """A trial as data, without its curves."""
    return {
        "values": trial.values,
        "mean": trial.mean,
        "low": trial.low,
        "high": trial.high,
        "n": trial.n,
        "std": trial.std,
        "diverged": trial.n_diverged,
        "failed": trial.n_failed,
        "p_value": trial.p_value,
        "not_worse": trial.not_worse,
        "epochs": trial.epochs.mean,
        "best_epoch": trial.best_epoch.mean,
    }


def describe_test(record: ComparisonRecord) -> dict[str, Any] | None:
    """What the retrained winner scores on the test rows; ``None`` where there is none."""
    model = None if record.winner is None else record.winner.model
    if model is None or model.test is None:
        return None
    interval = model.test_interval
    return {
        "loss": model.test.loss,
        record.data.metric: model.test.metric,
        "n": model.test.n,
        "interval": None if interval is None else [interval.low, interval.high],
        "level": None if interval is None else interval.level,
        "method": None if interval is None else interval.method,
    }


def describe_step(folder: RunFolder, step: StepState) -> dict[str, Any]:
    """A finished step that studies, as data."""
    if step.kind == "study":
        found = describe_study(folder.study(step.name).study)
    elif step.kind == "search":
        found = describe_search(folder.search(step.name))
    else:
        found = describe_comparison(folder.comparison(step.name))
    return {"step": step.name, "kind": step.kind, **found}


def interval_text(trial: Trial) -> str:
    """The 95% interval of a trial's mean."""
    return "" if trial.low is None else f"{trial.low:.4g} to {trial.high:.4g}"


def tuned_text(candidate: Candidate) -> str:
    """The values that a contender was tuned to."""
    return ", ".join(f"{name} {value:.3g}" for name, value in candidate.tuned.items())


def found_in(folder: RunFolder, step: StepState) -> list[str]:
    """What a finished step found, one line each."""
    if step.kind == "study":
        return [each.text for each in folder.study(step.name).study.ranges]
    if step.kind == "search":
        best = folder.search(step.name).search.winner
        return ["every trial diverged" if best is None else f"best {best.name}, {values_text(best.values)}"]
    winner = folder.comparison(step.name).comparison.winner
    return ["all diverged" if winner is None else f"best {winner.name}, {tuned_text(winner)}"]


def _candidate(candidate: Candidate) -> dict[str, Any]:
    trial = describe_trial(candidate.score)
    del trial["values"]
    return {
        "name": candidate.name,
        "tuned": candidate.tuned,
        **trial,
        "scores": [list(line) for line in candidate.score.scores],
        "best_epochs": candidate.best_epochs,
        "parameters": candidate.score.parameters,
        "space": list(candidate.space),
        "at_edge": list(candidate.at_edge),
        "tuning": [describe_score(each) for each in candidate.tuning],
    }
