"""Folds and seeds of a step, and how they follow from the size of the data."""

from __future__ import annotations

from typing import Any, TypeVar

from studium.data import Dataset
from studium.errors import InputError
from studium.runs.resolution import StepError
from studium.runs.study_steps import ReplicatedStep
from studium.validation import Replicates, hold_out, k_fold

Step = TypeVar("Step", bound=ReplicatedStep)

_LARGE = 20_000  # training rows from which folds would add nothing but time
_FOLDS, _FOLD_SEEDS = 5, 3
_HOLD_OUT, _HOLD_OUT_SEEDS = 0.2, 5


def with_replication(step: Step, data: Dataset, *, n_seeds: int | None = None) -> Step:
    """The step with folds or hold-out, and seeds, written out.

    Args:
        step: The step.
        data: Its data.
        n_seeds: Repetitions where the step says nothing; by default 3 of folds, 5 of hold-out splits.
    """
    changes: dict[str, Any] = {}
    if step.folds is None and step.hold_out is None:
        large = len(data.training_pool) > _LARGE
        changes = {"hold_out": _HOLD_OUT} if large else {"folds": _FOLDS}
    step = step.model_copy(update=changes)
    seeds = n_seeds or (_FOLD_SEEDS if step.hold_out is None else _HOLD_OUT_SEEDS)
    return step if step.seeds is not None else step.model_copy(update={"seeds": seeds})


def replicates(step: ReplicatedStep, data: Dataset, *, seed: int, n_seeds: int | None = None) -> Replicates:
    """The rows and seeds of a step whose replication is written out.

    Args:
        step: The step.
        data: Its data.
        seed: Root seed.
        n_seeds: Repetitions; by default the step's.

    Raises:
        StepError: There are too few rows.
    """
    repetitions = n_seeds or step.seeds or 1
    try:
        if step.hold_out is not None:
            return hold_out(data, validation=step.hold_out, n_seeds=repetitions, seed=seed)
        return k_fold(data, n_folds=step.folds or _FOLDS, n_seeds=repetitions, seed=seed)
    except InputError as error:
        raise StepError(("folds" if step.hold_out is None else "hold_out",), str(error)) from error
