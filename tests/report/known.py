"""Results whose numbers are known by hand."""

from __future__ import annotations

from typing import Any

from studium.runs.evidence import Confusion, Evidence, FittedCurve, Points, PredictedRows, Sample
from studium.runs.results import DataFacts, Folds, Interval, NetworkFacts, Score, Training, TrainResult


def training(metric: float, seed: int = 0, n: int = 100) -> Training:
    score = Score(loss=2 * metric, metric=metric, n=n)
    interval = Interval(low=metric / 2, high=metric * 1.5, method="known")
    return Training(
        seed=seed,
        status="complete",
        epochs=3,
        best_epoch=2,
        seconds=1.5,
        train=score,
        validation=score,
        test=score,
        test_interval=interval,
    )


def diverged(seed: int = 0) -> Training:
    return Training(seed=seed, status="diverged", epochs=0, best_epoch=0, seconds=0.1)


def result(
    trainings: tuple[Training, ...] = (training(0.5),), *, classes: tuple[str, ...] = (), **more: Any
) -> TrainResult:
    data = DataFacts(
        name="known",
        asked="known",
        task="classification" if classes else "regression",
        origin="by hand",
        checksum="c" * 64,
        n_train=80,
        n_validation=20,
        n_test=100,
        inputs="1 input: x",
        targets=("y",),
        classes=classes,
    )
    exported = next((place for place, each in enumerate(trainings) if each.status == "complete"), None)
    settings: dict[str, Any] = {"config": {}, "seed": 0, "refit": False, "seconds": 4.0, "exported": exported}
    return TrainResult(
        data=data,
        network=NetworkFacts(name="net", n_parameters=25, layers=()),
        trainings=trainings,
        **(settings | more),
    )


def curve(**changes: Any) -> FittedCurve:
    values: dict[str, Any] = {
        "input_name": "x",
        "target_name": "y",
        "x": (0.0, 1.0, 2.0, 3.0),
        "fits": ((0.0, 1.0, 2.0, 9.0), (1.0, 1.0, 1.0, 9.0)),
        "truth": (0.0, 2.0, 2.0, 0.0),
        "train": Points(x=(0.0, 1.0), y=(0.1, 0.9)),
        "validation": Points(x=(1.5,), y=(1.5,)),
        "test": Points(x=(2.0,), y=(2.2,)),
    }
    return FittedCurve(**(values | changes))


def confusion(counts: tuple[tuple[int, ...], ...], classes: tuple[str, ...]) -> Evidence:
    return Evidence(confusion=Confusion(classes=classes, counts=counts))


def sample(probabilities: tuple[float, ...], label: int, **more: Any) -> Sample:
    predicted = probabilities.index(max(probabilities))
    return Sample(row=7, label=label, predicted=predicted, probabilities=probabilities, **more)


def rows(true: tuple[float, ...], predicted: tuple[float, ...], n: int | None = None) -> PredictedRows:
    return PredictedRows(target_name="y", true=true, predicted=predicted, n=n or len(true))


def folds(best_epochs: int = 2) -> Folds:
    return Folds(losses=((0.2, 0.4),), metrics=((0.1, 0.3),), best_epochs=best_epochs, test_to_train=0.5)
