"""From fits to trials with statistics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from studium.models import n_parameters
from studium.studies.assessment import Assessment
from studium.studies.results import Curve, Estimate, Trial
from studium.studies.sampling import Values
from studium.training import Fit
from studium.validation import Comparison, Replicates, band, interval, not_worse

_EPOCHS_SHOWN = 100


def scored(number: int, values: Values, found: Assessment, *, curves: bool = True) -> Trial:
    """A trial with its scores, interval and learning curves; :func:`judged` adds the verdicts.

    Args:
        number: Of the trial.
        values: Of the parameters.
        found: What training it gave.
        curves: Whether to keep the learning curves.
    """
    result, test_to_train = found.result, found.replicates.test_to_train
    around = interval(found.scores, test_to_train)
    fits = [fit for fit in result.fits if fit.status == "complete"]
    return Trial(
        number=number,
        values=values,
        status=result.status,
        scores=tuple(tuple(_number(score) for score in line) for line in found.scores),
        n=len(fits),
        n_diverged=result.n_diverged,
        n_failed=result.n_failed,
        mean=_number(around.mean),
        std=_number(around.std),
        low=_number(around.low),
        high=_number(around.high),
        epochs=_estimate([fit.epochs for fit in result.fits], test_to_train),
        best_epoch=_estimate([fit.best_epoch for fit in result.fits], test_to_train),
        parameters=n_parameters(found.point[0]),
        validation=_curve(fits, "validation_loss", test_to_train) if curves else None,
        training=_curve(fits, "train_loss", test_to_train) if curves else None,
    )


def judged(
    trials: Sequence[Trial], replicates: Replicates, *, lower_is_better: bool
) -> tuple[Comparison, list[Trial]]:
    """Verdicts: which trial is best, which are not worse.

    Errors are compared by ratios, since they scatter in proportion to their size; the best has then the smallest geometric
    mean. Accuracies are compared by differences. See :func:`studium.validation.not_worse`. Of trials that failed nothing is
    known; they take no part.

    Args:
        trials: At least one.
        replicates: What they were scored on.
        lower_is_better: Whether the score is an error.

    Returns:
        The comparison, in which the best is a position among the trials, and the trials with p-value and verdict.
    """
    known = [place for place, trial in enumerate(trials) if trial.status != "failed"] or list(
        range(len(trials))
    )
    scores = np.array([trials[place].scores for place in known], dtype=np.float64)  # [V, S, K]
    found = not_worse(scores, replicates.test_to_train, lower_is_better, ratios=lower_is_better)
    judged_trials = list(trials)
    for place, p, good in zip(known, found.p_values, found.not_worse, strict=True):
        verdict = {"p_value": _number(p), "not_worse": bool(good)}
        judged_trials[place] = trials[place].model_copy(update=verdict)
    return replace(found, best=None if found.best is None else known[found.best]), judged_trials


def description(found: Comparison, replicates: Replicates) -> str:
    """The test in one sentence."""
    words = "folds x seeds" if replicates.n_folds > 1 else "seeds"
    return found.description.replace("folds x seeds", words)


def advice(trials: Sequence[Trial], noun: str) -> str:
    """What became of trials without a score, in a sentence; empty when there are none.

    Args:
        trials: All of them.
        noun: What they are of, in the singular.
    """
    n = {status: sum(trial.status == status for trial in trials) for status in ("diverged", "failed")}
    if n["diverged"] == len(trials):
        return f"every {noun} diverged: lower the learning rate, or clip the gradient"
    consequences = {"diverged": "count as worse", "failed": "nothing is known of them"}
    sentences = (
        f"{number} of {len(trials)} {noun}s {status} and {consequences[status]}"
        for status, number in n.items()
        if number
    )
    return "; ".join(sentences)


def _estimate(values: Sequence[int], test_to_train: float) -> Estimate:
    around = interval(np.array(values, dtype=np.float64), test_to_train)
    return Estimate(mean=around.mean, low=_number(around.low), high=_number(around.high))


def _curve(fits: Sequence[Fit], name: str, test_to_train: float) -> Curve | None:
    curves = [getattr(fit.history, name) for fit in fits]
    if not curves:
        return None
    longest = max(map(len, curves))
    shown = np.unique(np.linspace(0, longest - 1, _EPOCHS_SHOWN).round().astype(int))
    table = np.stack([curve[np.minimum(shown, len(curve) - 1)] for curve in curves]).astype(np.float64)
    found = band(table, test_to_train)
    epochs = tuple((shown + 1).tolist())
    if len(curves) == 1:
        return Curve(epochs=epochs, mean=_rounded(found.mean))
    return Curve(epochs=epochs, mean=_rounded(found.mean), low=_rounded(found.low), high=_rounded(found.high))


def _rounded(values: np.ndarray) -> tuple[float, ...]:
    return tuple(float(f"{value:.6g}") for value in values)


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
