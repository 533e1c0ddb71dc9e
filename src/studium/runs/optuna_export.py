"""A run's studies as an Optuna storage, which Optuna's own tools open."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from studium.errors import OutputError, RunFolderError
from studium.files import write_atomic
from studium.runs.folder import RunFolder
from studium.studies import Dimension, parse_dimension
from studium.studies.results import Trial
from studium.studies.sampling import distribution


class _Exported(NamedTuple):
    name: str
    lower_is_better: bool
    metric: str
    dimensions: tuple[Dimension, ...]
    trials: Sequence[Trial]


def export_optuna(folder: RunFolder, path: Path) -> dict[str, int]:
    """Write the trials of all finished studies of a run.

    A study becomes one of Optuna's; a comparison one for each contender that was tuned, with the points of its tuning.
    A diverged or failed trial is ``FAIL``, which is Optuna's word for a trial without a value.

    Args:
        folder: The run.
        path: The SQLite file to write; there must be none.

    Returns:
        Number of trials by name of study.

    Raises:
        RunFolderError: The run has no finished studies.
        OutputError: The file is there already.
        UnavailableError: It cannot be written.
    """
    import optuna

    if path.exists():
        raise OutputError(
            f"{path} is there already, but nothing is overwritten: choose another file with --out"
        )
    found = list(_studies(folder))
    if not found:
        raise RunFolderError(f"{folder.path} has no finished studies to export: give a run of studies")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "optuna.db"
        storage = optuna.storages.RDBStorage(f"sqlite:///{file}")
        for each in found:
            _write(each, storage)
        storage.remove_session()
        storage.engine.dispose()
        write_atomic(path, file.read_bytes())
    return {each.name: len(each.trials) for each in found}


def _studies(folder: RunFolder) -> Iterator[_Exported]:
    for step in folder.finished("study"):
        found = folder.study(step.name).study
        dimensions = tuple(map(parse_dimension, found.space))
        yield _Exported(step.name, found.lower_is_better, found.metric, dimensions, found.trials)
    for step in folder.finished("compare", "optimizers"):
        compared = folder.comparison(step.name).comparison
        for each in compared.candidates:
            if each.space:
                dimensions = tuple(map(parse_dimension, each.space))
                name = f"{step.name}/{each.name}"
                yield _Exported(name, compared.lower_is_better, compared.metric, dimensions, each.tuning)


def _write(exported: _Exported, storage: object) -> None:
    import optuna
    from optuna.trial import TrialState, create_trial

    study = optuna.create_study(
        storage=storage,  # type: ignore[arg-type]
        study_name=exported.name,
        direction="minimize" if exported.lower_is_better else "maximize",
    )
    study.set_user_attr("metric", exported.metric)
    distributions = {each.name: distribution(each) for each in exported.dimensions}
    for trial in exported.trials:
        complete = trial.mean is not None
        study.add_trial(
            create_trial(
                state=TrialState.COMPLETE if complete else TrialState.FAIL,
                values=[trial.mean] if trial.mean is not None else None,
                params=trial.values,
                distributions=distributions,
                user_attrs={
                    "status": trial.status,
                    "n": trial.n,
                    "std": trial.std,
                    "interval": [trial.low, trial.high],
                    "not_worse": trial.not_worse,
                },
            )
        )
