"""Which parameters decide about being among the best trials."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
import optuna
from optuna.exceptions import ExperimentalWarning
from optuna.importance import PedAnovaImportanceEvaluator, get_param_importances
from optuna.trial import FrozenTrial, TrialState, create_trial

from studium.seeding import numpy_stream
from studium.studies.sampling import distribution
from studium.studies.search_results import Importance, SearchTrial, by_progress
from studium.studies.space import Dimension

_RESAMPLES = 40
_LEAST = 10  # trials
_TARGET = 0.2  # the best fifth


def importances(
    trials: Sequence[SearchTrial], dimensions: Sequence[Dimension], *, lower_is_better: bool, seed: int = 0
) -> tuple[Importance, ...]:
    """Importance of each parameter by PED-ANOVA (Watanabe et al. 2023), conditional ones too, over resamples of the trials.

    What is explained is whether a trial is among the best fifth of all that were trained. Trials are ordered by how far they
    came, then by their scores there, so that those that were dropped early take part as what they were: not among the best.

    Args:
        trials: Of the search.
        dimensions: The parameters.
        lower_is_better: Direction of the score.
        seed: Of the resampling.

    Returns:
        The most important first; nothing with fewer than ten trials.
    """
    trained = by_progress(trials, lower_is_better=lower_is_better)
    if len(trained) < _LEAST:
        return ()
    table = {each.name: each for each in dimensions}
    frozen = [_frozen(trial, rank, table) for rank, trial in enumerate(trained)]
    stream = numpy_stream(seed, "importance")
    found = [
        _shares([frozen[place] for place in stream.integers(len(frozen), size=len(frozen))])
        for _ in range(_RESAMPLES)
    ]
    lines = []
    for each in dimensions:
        shares = np.array([share.get(each.name, 0.0) for share in found])
        low, high = np.quantile(shares, [0.05, 0.95])
        lines.append(
            Importance(
                parameter=each.name,
                label=each.parameter.label,
                mean=float(shares.mean()),
                low=float(low),
                high=float(high),
            )
        )
    return tuple(sorted(lines, key=lambda line: -line.mean))


def _frozen(trial: SearchTrial, rank: int, table: dict[str, Dimension]) -> FrozenTrial:
    return create_trial(
        state=TrialState.COMPLETE,
        value=float(rank),
        params=trial.values,
        distributions={name: distribution(table[name]) for name in trial.values},
    )


def _shares(trials: Sequence[FrozenTrial]) -> dict[str, float]:
    study = optuna.create_study()
    study.add_trials(trials)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExperimentalWarning)
        warnings.simplefilter("ignore", UserWarning)  # of few trials with a parameter: its spread tells
        return get_param_importances(study, evaluator=PedAnovaImportanceEvaluator(target_quantile=_TARGET))
