"""The exploration of a step that still runs: points as they come, their scores provisional."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studium.studies.results import Curve, MetricName, Value
from studium.web.trials.exploration import Exploration, ExploredTrial
from studium.web.trials.fits import FinishedFit
from studium.web.trials.records import varying

_SHOWN = 100  # epochs of a curve, at most
_GOING = ("complete", "paused")  # a race may go on with the latter
_FROM_DATA = ("kind", "input_shape", "n_outputs")


class RunningTrials:
    """Trials of a step that runs: fits of equal network and training are one trial. Fits are only ever added.

    Nothing is known yet of folds and seeds to come, so there are means without intervals and no verdicts.

    Args:
        metric: What they are scored by.
    """

    def __init__(self, metric: MetricName) -> None:
        self._metric = metric
        self._points: dict[str, dict[str, FinishedFit]] = {}  # by point, then by identity
        self._trials: dict[str, ExploredTrial] = {}  # in the order of their first fit
        self._taken = 0

    def explored(self, fits: Sequence[FinishedFit]) -> Exploration | None:
        """The trials so far; ``None`` when there is none.

        Args:
            fits: All of the step that have ended; the first are those of the last time.
        """
        for key in self._take(fits[self._taken :]):
            number = self._trials[key].number if key in self._trials else len(self._trials)
            self._trials[key] = _trial(number, list(self._points[key].values()))
        self._taken = len(fits)
        if not self._trials:
            return None
        trials = list(self._trials.values())
        parameters = varying([trial.values for trial in trials])
        names = {parameter.name for parameter in parameters}
        return Exploration(
            trials=tuple(_only(trial, names) for trial in trials),
            parameters=tuple(parameters),
            metric=self._metric,
            scored_by="the trainings that have ended so far; intervals and verdicts come with the end of the step",
            finished=False,
        )

    def _take(self, fits: Sequence[FinishedFit]) -> list[str]:
        """Put new fits to their points; returns the points that have changed."""
        changed: dict[str, None] = {}
        for fit in fits:
            key = json.dumps([fit.spec, fit.config], sort_keys=True)
            point = self._points.setdefault(key, {})
            if fit.identity not in point or fit.epochs >= point[fit.identity].epochs:
                point[fit.identity] = fit
                changed[key] = None
        return list(changed)


def _trial(number: int, fits: Sequence[FinishedFit]) -> ExploredTrial:
    scores = [fit.score for fit in fits if fit.score is not None]
    broken = next((fit.status for fit in fits if fit.status not in _GOING), None)
    known = [fit for fit in fits if fit.status in _GOING]
    return ExploredTrial(
        number=number,
        values=_values(fits[0]),
        verdict=broken or "so far",
        score=None if broken or not scores else sum(scores) / len(scores),
        scores=(tuple(fit.score for fit in fits),),
        n=len(scores),
        epochs=sum(fit.epochs for fit in fits) / len(fits),
        training=_curve([fit.train_loss for fit in known]),
        validation=_curve([fit.validation_loss for fit in known]),
    )


def _values(fit: FinishedFit) -> dict[str, Value]:
    network = {name: value for name, value in fit.spec.items() if name not in _FROM_DATA}
    return {name: _value(value) for name, value in (fit.config | network).items()}


def _value(value: object) -> Value:
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        return value
    if value is None:
        return "none"
    if isinstance(value, list) and len(set(map(str, value))) == 1:
        return _value(value[0])
    return json.dumps(value)


def _only(trial: ExploredTrial, names: set[str]) -> ExploredTrial:
    return replace(trial, values={name: value for name, value in trial.values.items() if name in names})


def _curve(curves: Sequence[tuple[float, ...]]) -> Curve | None:
    """The mean over trainings; one that stopped early keeps its last value."""
    known = [curve for curve in curves if curve and all(map(math.isfinite, curve))]
    longest = max((len(curve) for curve in known), default=0)
    if not longest:
        return None
    epochs = np.unique(np.linspace(1, longest, min(longest, _SHOWN)).round().astype(int))
    values = np.array([[curve[min(epoch, len(curve)) - 1] for epoch in epochs] for curve in known])
    mean = values.mean(axis=0)
    return Curve(epochs=tuple(epochs.tolist()), mean=tuple(mean.tolist()))
