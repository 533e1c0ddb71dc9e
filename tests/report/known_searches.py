"""Searches whose numbers are known by hand."""

from __future__ import annotations

from typing import Any

from studium.runs.study_records import SearchRecord
from studium.studies.results import Estimate, Trial, Value
from studium.studies.search_results import (
    Difference,
    Finalist,
    Importance,
    RungScore,
    SearchResult,
    SearchTrial,
)
from tests.report.known import result

RUNGS = (1, 4, 16)


def searched(number: int, status: str, scores: tuple[float, ...] = (), **more: Any) -> SearchTrial:
    """A trial of ``layers``, ``lr`` and, with two layers, ``units2``; its scores are those at the rungs."""
    values: dict[str, Value] = {"layers": 1 + number % 2, "lr": 10.0 ** -(1 + number % 4)}
    if values["layers"] == 2:
        values["units2"] = 4 * (number + 1)
    settings: dict[str, Any] = {"values": values, "parameters": 25, "epochs": 10}
    settings["rungs"] = tuple(
        RungScore(epoch=epoch, mean=score) for epoch, score in zip(RUNGS, scores, strict=False)
    )
    if status == "complete" and scores:
        mean = scores[-1]
        settings |= {"mean": mean, "std": 0.1, "low": mean - 0.1, "high": mean + 0.1, "n": 2}
    return SearchTrial(number=number, batch=0, status=status, **(settings | more))  # type: ignore[arg-type]


TRIALS = (
    searched(0, "complete", (0.9, 0.6, 0.5)),
    searched(1, "pruned", (0.8, 0.7)),
    searched(
        2, "invalid", reason="layer 'conv1' cannot be built: kernel of 6 on 4 pixels; widen", parameters=0
    ),
    searched(3, "complete", (0.7, 0.5, 0.4)),
    searched(4, "pruned", (1.6,)),
    searched(5, "diverged"),
    searched(6, "duplicate", same_as=2, parameters=0),
    searched(7, "complete", (0.9, 0.55, 0.45)),
    searched(8, "failed"),
    searched(
        9, "invalid", reason="layer 'conv1' cannot be built: kernel of 5 on 3 pixels; widen", parameters=0
    ),
)
"""Ten points: three complete (0.5, 0.4, 0.45), two dropped, two invalid, one each of the others."""


def measured(place: int, mean: float | None, *, not_worse: bool = False) -> Trial:
    """A score over two fresh trainings; without a mean it diverged."""
    if mean is None:
        return Trial(number=place, values={}, status="diverged", n=1, n_diverged=1, parameters=25)
    return Trial(
        number=place,
        values={},
        status="complete",
        mean=mean,
        std=0.05,
        low=mean - 0.05,
        high=mean + 0.05,
        n=2,
        p_value=0.8 if not_worse else 0.01,
        not_worse=not_worse,
        epochs=Estimate(mean=16),
        parameters=25,
    )


def finalist(place: int, number: int, searched_score: float, mean: float | None, **more: bool) -> Finalist:
    return Finalist(
        name=f"trial {number}",
        trial=number,
        values=TRIALS[number].values,
        searched=searched_score,
        score=measured(place, mean, **more),
    )


def by_hand(place: int, name: str, mean: float | None) -> Finalist:
    return Finalist(name=name, trial=None, values={}, searched=None, score=measured(place, mean))


FINALISTS = (
    finalist(0, 3, 0.4, 0.5, not_worse=True),
    finalist(1, 7, 0.45, 0.44, not_worse=True),
    finalist(2, 0, 0.5, 0.625),
    by_hand(3, "net", 0.9),
    by_hand(4, "net3", None),
)
"""Trial 3 led the search; trial 7 wins on fresh rows, trial 0 is worse; net is the best made by hand."""

DIFFERENCE = Difference(
    hand_made="net", value=0.489, low=0.4, high=0.6, p_value=0.002, n=2, ratio=True, test="a known test"
)


def search(**more: Any) -> SearchResult:
    settings: dict[str, Any] = {
        "name": "known",
        "data": "known",
        "data_checksum": "c" * 64,
        "space": "mine",
        "parameters": ("layers", "lr", "units2"),
        "labels": ("hidden layers", "learning rate", "units 2"),
        "dimensions": ("layers=1:2", "lr=1e-4:1e-1:log", "units2=4:64"),
        "log": (False, True, False),
        "conditional": ("units2",),
        "share_valid": 0.72,
        "metric": "mse",
        "lower_is_better": True,
        "resampling": "2 folds x 1 seed",
        "fresh_resampling": "2 folds x 3 seeds",
        "n_replicates": 2,
        "sampler": "tpe",
        "on_invalid": "resample",
        "asked": 7,
        "rungs": RUNGS,
        "keep": 4,
        "seed": 0,
        "trials": TRIALS,
        "finalists": FINALISTS,
        "best": 1,
        "difference": DIFFERENCE,
        "importance": (),
        "n_trainings": 24,
        "n_epochs": 120,
        "n_epochs_without_race": 160,
        "seconds": 3.0,
    }
    return SearchResult(**(settings | more))


def importance() -> tuple[Importance, ...]:
    return (
        Importance(parameter="units2", label="units 2", mean=0.6, low=0.1, high=0.9),
        Importance(parameter="lr", label="learning rate", mean=0.3, low=0.2, high=0.5),
        Importance(parameter="layers", label="hidden layers", mean=0.1, low=0.0, high=0.2),
    )


def all_diverged() -> SearchResult:
    return search(
        trials=(searched(0, "diverged"), searched(1, "diverged")),
        asked=2,
        finalists=(),
        best=None,
        difference=None,
        n_epochs=0,
        n_epochs_without_race=0,
        advice="every trial diverged: lower the learning rates of the space, or clip the gradient",
    )


def one_parameter() -> SearchResult:
    """Only the learning rate, without structures made by hand, without a race."""
    trials = tuple(
        searched(
            number, "complete", (), values={"lr": lr}, mean=mean, rungs=(RungScore(epoch=16, mean=mean),)
        )
        for number, (lr, mean) in enumerate([(1e-3, 0.5), (1e-2, 0.25)])
    )
    found = Finalist(
        name="trial 1",
        trial=1,
        values={"lr": 1e-2},
        searched=0.25,
        score=measured(0, 0.3, not_worse=True),
    )
    return search(
        parameters=("lr",),
        labels=("learning rate",),
        dimensions=("lr=1e-4:1e-1:log",),
        log=(True,),
        conditional=(),
        share_valid=1.0,
        asked=2,
        rungs=(16,),
        trials=trials,
        finalists=(found,),
        best=0,
        difference=None,
        n_epochs=32,
        n_epochs_without_race=32,
    )


def record(found: SearchResult | None = None, **more: Any) -> SearchRecord:
    settings: dict[str, Any] = {"data": result().data, "search": found or search(), "seconds": 4.0}
    return SearchRecord(**(settings | more))
