"""Searches as data and in sentences, for all commands that print them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studium.runs import RunFolder
    from studium.runs.results import TrainResult
    from studium.runs.study_records import SearchRecord
    from studium.studies.search_results import Finalist, SearchResult


def describe_search(record: SearchRecord) -> dict[str, Any]:
    """A search as data: what won, what the trials came to, and what was saved."""
    found = record.search
    return {
        "name": found.name,
        "data": found.data,
        "task": record.data.task,
        "metric": found.metric,
        "space": found.space,
        "share_valid": found.share_valid,
        "sampler": found.sampler,
        "seed": found.seed,
        "resampling": found.resampling,
        "rungs": list(found.rungs),
        "best": None if found.winner is None else {**_finalist(found.winner), "given": found.winner_is_given},
        "trials": found.counts,
        "invalid": found.invalid_reasons,
        "finalists": [_finalist(each) for each in found.finalists],
        "hand_made": None if found.difference is None else found.difference.model_dump(mode="json"),
        "importance": [each.model_dump(mode="json") for each in found.importance],
        "test": describe_tests(record.winner),
        "ensemble": None if record.ensemble is None else record.ensemble.model_dump(mode="json"),
        "saved": found.saved,
        "advice": found.advice or None,
        "n_trainings": found.n_trainings,
    }


def describe_tests(result: TrainResult | None) -> dict[str, Any] | None:
    """What the final trainings score on the test rows: the exported one, and all of them."""
    if result is None or result.model is None or result.model.test is None:
        return None
    from studium.runs.summary import summarise

    model, metric, values = result.model, result.data.metric, result.metrics("test")
    interval, summary = model.test_interval, summarise(values)
    return {
        metric: result.model.test.metric,
        "loss": result.model.test.loss,
        "n": result.model.test.n,
        "interval": None if interval is None else [interval.low, interval.high],
        "epochs": model.epochs,
        "parameters": result.network.n_parameters,
        "refits": None
        if summary is None
        else {"mean": summary.mean, "std": summary.std, "n": summary.n, "values": values},
    }


def model_path(folder: RunFolder, step: str, record: SearchRecord) -> str | None:
    """Where what the search exports is: the ensemble, when one was asked for, else the winner."""
    if record.winner is None or record.winner.model is None:
        return None
    path = folder.step_path(step)
    return str(path if record.ensemble is None else path / record.ensemble.folder)


def values_text(values: Mapping[str, Any]) -> str:
    """Values of a trial in a line."""
    from studium.numerals import compact_number

    return ", ".join(
        f"{name} {value if isinstance(value, str) else compact_number(float(f'{value:.3g}'))}"
        for name, value in values.items()
    )


def difference_sentence(found: SearchResult) -> str:
    """How the winner compares with what is made by hand; empty where nothing was."""
    each = found.difference
    if each is None or each.low is None or each.p_value is None:
        return ""
    what = "error ratio" if each.ratio else "difference"
    interval = f"{each.low:.4g} to {each.high:.4g}"
    return (
        f"against {each.hand_made}: {what} {each.value:.4g} ({interval}), p {each.p_value:.2g}; {each.test}"
    )


def accounting_sentence(found: SearchResult) -> str:
    """What became of all points, and what the race saved."""
    counts = ", ".join(f"{number} {status}" for status, number in found.counts.items() if number)
    return f"trials: {counts}; {100 * found.saved:.0f}% of the training avoided"


def test_sentence(record: SearchRecord) -> str:
    """What the retrained winner scores on the test rows."""
    tested = describe_tests(record.winner)
    if tested is None:
        return "the retraining diverged, so there is no model"
    metric, refits = record.data.metric, tested["refits"]
    spread = f", sd {refits['std']:.2g}" if refits["std"] is not None else ""
    score = f"test {metric} {refits['mean']:.4g}{spread}, n {refits['n']}"
    own = f"retrained on all training rows for {tested['epochs']:,} epochs; {score}"
    if record.ensemble is None:
        return own
    return f"{own}; together {len(record.ensemble.members)} networks of the leading trials {record.ensemble.test.metric:.4g}"


def _finalist(each: Finalist) -> dict[str, Any]:
    score = each.score
    return {
        "name": each.name,
        "parameters": each.values,
        "searched": each.searched,
        "mean": score.mean,
        "interval": None if score.low is None else [score.low, score.high],
        "std": score.std,
        "n": score.n,
        "p_value": score.p_value,
        "not_worse": None if each.trial is None else score.not_worse,
        "network_parameters": score.parameters,
    }
