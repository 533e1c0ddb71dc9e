"""From fits to the result of a `train` step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from studium.runs.evidence import Curve, Evidence, History
from studium.runs.facts import data_facts, network_facts
from studium.runs.observation import observe, squared_errors
from studium.runs.opening import OpenedData
from studium.runs.results import Folds, Interval, Score, Training, TrainResult
from studium.runs.uncertainty import accuracy_interval, error_interval
from studium.training import Fit, Scores
from studium.training.model import Model
from studium.validation import CrossValidation


@dataclass(frozen=True, eq=False)
class TrainOutcome:
    """What the trainings of a step gave.

    Attributes:
        model: Name of the network.
        seed: Root of all seeds.
        refit: Whether all training rows were used, for the number of epochs that ``validated`` chose.
        opened: The data.
        fits: Of the final trainings, one per seed.
        models: Likewise, with scores; ``None`` for one that diverged.
        validated: The cross-validation; ``None`` without.
        seconds: Time of everything.
    """

    model: str
    seed: int
    refit: bool
    opened: OpenedData
    fits: Sequence[Fit]
    models: Sequence[Model | None]
    validated: CrossValidation | None
    seconds: float

    @property
    def exported(self) -> int | None:
        """Which model is exported: the first that there is, whatever it scores."""
        return next((place for place, model in enumerate(self.models) if model is not None), None)

    def result(self) -> TrainResult:
        """Facts, scores and evidence."""
        member = self.fits[self.exported or 0].member
        return TrainResult(
            data=data_facts(self.opened, member),
            network=network_facts(self.model, member.spec),
            config=member.config.model_dump(mode="json"),
            seed=self.seed,
            refit=self.refit,
            folds=_folds(self.validated, at_best=self.refit),
            trainings=tuple(map(self._training, self.fits, self.models)),
            exported=self.exported,
            seconds=self.seconds,
            evidence=self._evidence(),
        )

    def history(self) -> History:
        """The learning curves."""
        folds = () if self.validated is None else self.validated.fits
        return History(trainings=tuple(map(_curve, self.fits)), folds=tuple(map(_curve, folds)))

    def _evidence(self) -> Evidence:
        models = [model for model in self.models if model is not None]
        if self.exported is None:
            return Evidence()
        return observe(models, self.opened, self.fits[self.exported].member, self.seed)

    def _training(self, fit: Fit, model: Model | None) -> Training:
        scores = {} if model is None else model.scores
        return Training(
            seed=fit.member.seed,
            status=fit.ending,
            epochs=fit.epochs,
            best_epoch=fit.best_epoch,
            seconds=fit.seconds,
            train=_score(scores.get("train")),
            validation=_score(scores.get("validation")),
            test=_score(scores.get("test")),
            test_interval=None if model is None else self._interval(model),
        )

    def _interval(self, model: Model) -> Interval | None:
        test = model.scores["test"]
        if test.metric_name == "accuracy":
            return accuracy_interval(test.metric, test.n)
        return error_interval(squared_errors(model, self.opened))


def _folds(validated: CrossValidation | None, *, at_best: bool) -> Folds | None:
    if validated is None:
        return None
    losses, metrics = validated.losses, validated.metrics
    if at_best:
        losses, metrics = (
            _at_best(validated, name, losses.shape) for name in ("validation_loss", "validation_metric")
        )
    return Folds(
        losses=_matrix(losses),
        metrics=_matrix(metrics),
        best_epochs=validated.best_epochs,
        test_to_train=validated.replicates.test_to_train,
    )


def _at_best(validated: CrossValidation, name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Values after the number of epochs that the folds chose, or at the end of a training that stopped before."""
    values = [
        getattr(fit.history, name)[: validated.best_epochs][-1] if fit.status == "complete" else np.nan
        for fit in validated.fits
    ]
    return np.array(values, dtype=np.float64).reshape(shape)


def _matrix(values: np.ndarray) -> tuple[tuple[float | None, ...], ...]:
    return tuple(tuple(float(value) if np.isfinite(value) else None for value in row) for row in values)


def _score(scores: Scores | None) -> Score | None:
    return None if scores is None else Score(loss=scores.loss, metric=scores.metric, n=scores.n)


def _curve(fit: Fit) -> Curve:
    history = fit.history
    return Curve(
        seed=fit.member.seed,
        train_loss=_numbers(history.train_loss),
        validation_loss=_numbers(history.validation_loss),
        validation_metric=_numbers(history.validation_metric),
    )


def _numbers(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(f"{value:.6g}") for value in values)
