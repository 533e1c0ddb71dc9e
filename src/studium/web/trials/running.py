"""The exploration of a step that still runs: points as they come, their scores provisional."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studium.studies.results import Curve, Value
from studium.web.trials.exploration import Exploration, ExploredTrial
from studium.web.trials.fits import FinishedFit
from studium.web.trials.records import varying

_SHOWN = 100  # epochs of a curve, at most
_FROM_DATA = ("kind", "input_shape", "n_outputs")


def explored_fits(fits: Sequence[FinishedFit], metric: str) -> Exploration | None:
    """Fits that have ended, those of equal network and training as one trial.

    Nothing is known yet of folds and seeds to come, so there are means without intervals and no verdicts.

    Args:
        fits: Of one step.
        metric: ``mse`` or ``accuracy``.

    Returns:
        The trials in the order of their first fit; ``None`` when there is none.
    """
    points: dict[str, list[FinishedFit]] = {}
    for fit in fits:
        points.setdefault(json.dumps([fit.spec, fit.config], sort_keys=True), []).append(fit)
    trials = [_trial(number, group) for number, group in enumerate(points.values())]
    if not trials:
        return None
    parameters = varying([trial.values for trial in trials])
    names = {parameter.name for parameter in parameters}
    return Exploration(
        trials=tuple(_only(trial, names) for trial in trials),
        parameters=tuple(parameters),
        metric=metric,
        scored_by="the trainings that have ended so far; intervals and verdicts come with the end of the step",
        finished=False,
    )


def metric_of(fits: Sequence[FinishedFit]) -> str:
    """The metric of some fits: ``accuracy`` where they minimise the cross-entropy, else ``mse``."""
    return "accuracy" if any(fit.config.get("loss") == "cross_entropy" for fit in fits) else "mse"


def _trial(number: int, fits: Sequence[FinishedFit]) -> ExploredTrial:
    scores = [fit.score for fit in fits if fit.score is not None]
    broken = next((fit.status for fit in fits if fit.status != "complete"), None)
    known = [fit for fit in fits if fit.status == "complete"]
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
