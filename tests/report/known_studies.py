"""Studies and comparisons whose numbers are known by hand."""

from __future__ import annotations

from typing import Any

from studium.runs.study_records import ComparisonRecord, StudyRecord
from studium.studies.results import (
    Candidate,
    ComparisonResult,
    Curve,
    Estimate,
    GoodValues,
    StudyResult,
    Trial,
    Value,
)
from tests.report.known import result

EPOCHS = (1, 2, 3)


def curve(last: float) -> Curve:
    mean = (4 * last, 2 * last, last)
    return Curve(
        epochs=EPOCHS,
        mean=mean,
        low=tuple(0.9 * each for each in mean),
        high=tuple(1.1 * each for each in mean),
    )


def trial(
    number: int, values: dict[str, Value], mean: float | None, *, not_worse: bool = False, **more: Any
) -> Trial:
    """A trial over 2 folds x 2 seeds; without a mean it diverged."""
    if mean is None:
        return Trial(number=number, values=values, status="diverged", n=1, n_diverged=3)
    settings: dict[str, Any] = {
        "scores": ((0.9 * mean, mean), (mean, 1.1 * mean)),
        "n": 4,
        "std": 0.1 * mean,
        "low": 0.8 * mean,
        "high": 1.2 * mean,
        "p_value": 1.0 if not_worse else 0.01,
        "epochs": Estimate(mean=3, low=3, high=3),
        "best_epoch": Estimate(mean=2, low=1, high=3),
        "parameters": 25,
        "validation": curve(mean),
        "training": curve(mean / 2),
    }
    return Trial(
        number=number, values=values, status="complete", mean=mean, not_worse=not_worse, **(settings | more)
    )


def rates(**more: Any) -> StudyResult:
    """Learning rates 1e-4 (worse), 1e-2 (the best), 1e-3 (not worse), 1 (diverged)."""
    trials = (
        trial(0, {"lr": 1e-4}, 0.9),
        trial(1, {"lr": 1e-2}, 0.3, not_worse=True),
        trial(2, {"lr": 1e-3}, 0.32, not_worse=True),
        trial(3, {"lr": 1.0}, None),
    )
    good = GoodValues(
        parameter="lr",
        text="learning rate: [1e-3, 1e-2], best 1e-2",
        best=1e-2,
        low=1e-3,
        high=1e-2,
        values=(1e-3, 1e-2),
    )
    return study(trials, (good,), labels=("learning rate",), log=(True,), best=1, **more)


def pairs(**more: Any) -> StudyResult:
    """Momentum and learning rate, four corners: only (0.9, 1e-2) is good, (0.9, 1) diverged."""
    trials = (
        trial(0, {"momentum": 0.0, "lr": 1e-2}, 0.9),
        trial(1, {"momentum": 0.9, "lr": 1e-2}, 0.3, not_worse=True),
        trial(2, {"momentum": 0.0, "lr": 1.0}, 0.6),
        trial(3, {"momentum": 0.9, "lr": 1.0}, None),
    )
    good = (
        GoodValues(parameter="momentum", text="momentum: [0.9, 0.9], best 0.9", best=0.9, low=0.9, high=0.9),
        GoodValues(
            parameter="lr", text="learning rate: [1e-2, 1e-2], best 1e-2", best=1e-2, low=1e-2, high=1e-2
        ),
    )
    return study(trials, good, labels=("momentum", "learning rate"), log=(False, True), best=1, **more)


def patience(**more: Any) -> StudyResult:
    """Patience 5 (worse), 50 (the best), none (not worse)."""
    trials = (
        trial(0, {"patience": 5}, 0.9, epochs=Estimate(mean=10, low=8, high=12)),
        trial(1, {"patience": 50}, 0.3, not_worse=True, epochs=Estimate(mean=120, low=100, high=140)),
        trial(2, {"patience": "none"}, 0.33, not_worse=True, epochs=Estimate(mean=1000, low=1000, high=1000)),
    )
    good = GoodValues(
        parameter="patience",
        text="patience: [50, 50], best 50 (not worse either: none)",
        best=50,
        low=50,
        high=50,
        values=(50,),
        others=("none",),
        reaches_highest=True,
    )
    settings: dict[str, Any] = {
        "watched": "early stopping watches rows of its own",
        "config": {"epochs": 1000},
    }
    return study(trials, (good,), labels=("patience",), log=(True,), best=1, **(settings | more))


def study(trials: tuple[Trial, ...], ranges: tuple[GoodValues, ...], **more: Any) -> StudyResult:
    names = tuple(trials[0].values)
    settings: dict[str, Any] = {
        "name": "known",
        "data": "known",
        "data_checksum": "c" * 64,
        "model": "net",
        "parameters": names,
        "space": tuple(f"{name}=known" for name in names),
        "config": {},
        "metric": "mse",
        "lower_is_better": True,
        "resampling": "2 folds x 2 seeds",
        "n_replicates": 4,
        "sampler": "grid",
        "seed": 0,
        "test": "a known test",
        "n_trainings": 4 * len(trials),
        "seconds": 1.0,
    }
    return StudyResult(trials=trials, ranges=ranges, **(settings | more))


def all_diverged() -> StudyResult:
    trials = (trial(0, {"lr": 1.0}, None), trial(1, {"lr": 10.0}, None))
    good = GoodValues(parameter="lr", text="learning rate: no good value, all diverged")
    return study(
        trials,
        (good,),
        labels=("learning rate",),
        log=(False,),
        best=None,
        advice="every value diverged: be careful",
    )


def study_record(found: StudyResult) -> StudyRecord:
    return StudyRecord(data=result().data, study=found, seconds=1.0)


def comparison(*, metric: str = "mse", best: int | None = 1) -> ComparisonResult:
    """Contenders a (worse), b (the best), c (not worse), d (diverged)."""
    means = {"a": (0.9, False), "b": (0.3, True), "c": (0.31, True), "d": (None, False)}
    candidates = tuple(
        Candidate(
            name=name,
            space=("lr=1e-3:1:log",),
            tuning=(trial(0, {"lr": 0.5}, mean), trial(1, {"lr": 0.1}, None if mean is None else 2 * mean)),
            tuned={"lr": 0.5},
            at_edge=("lr",) if name == "c" else (),
            score=trial(place, {"lr": 0.5}, mean, not_worse=good),
            best_epochs=0 if mean is None else 3,
        )
        for place, (name, (mean, good)) in enumerate(means.items())
    )
    return ComparisonResult.model_validate(
        {
            "name": "known",
            "data": "known",
            "data_checksum": "c" * 64,
            "metric": metric,
            "lower_is_better": metric == "mse",
            "tuning_resampling": "2 folds x 1 seed",
            "resampling": "2 folds x 2 seeds",
            "n_points": 2,
            "seed": 0,
            "candidates": candidates,
            "best": best,
            "test": "a known test",
            "n_trainings": 24,
            "seconds": 2.0,
        }
    )


def comparison_record(**more: Any) -> ComparisonRecord:
    settings: dict[str, Any] = {
        "kind": "compare",
        "data": result().data,
        "comparison": comparison(),
        "seconds": 2.0,
    }
    return ComparisonRecord(**(settings | more))
