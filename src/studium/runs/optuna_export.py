"""A run's studies and searches as an Optuna storage, which Optuna's own tools open."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from studium.errors import OutputError, RunFolderError
from studium.files import write_atomic
from studium.runs.folder import RunFolder
from studium.runs.optuna_trials import search_trials, study_trials

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial


class _Exported(NamedTuple):
    name: str
    lower_is_better: bool
    metric: str
    trials: list[FrozenTrial]


def export_optuna(folder: RunFolder, path: Path) -> dict[str, int]:
    """Write the trials of all finished studies and searches of a run.

    A study or a search becomes one of Optuna's; a comparison one for each contender that was tuned, with the points of its
    tuning. What becomes of each trial: :mod:`studium.runs.optuna_trials`.

    Args:
        folder: The run.
        path: The SQLite file to write; there must be none.

    Returns:
        Number of trials by name of study.

    Raises:
        RunFolderError: The run has no finished studies or searches.
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
        raise RunFolderError(
            f"{folder.path} has no finished studies or searches to export: give a run that has"
        )
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
        yield _Exported(
            step.name, found.lower_is_better, found.metric, study_trials(found.space, found.trials)
        )
    for step in folder.finished("compare", "optimizers"):
        compared = folder.comparison(step.name).comparison
        for each in compared.candidates:
            if each.space:
                trials, name = study_trials(each.space, each.tuning), f"{step.name}/{each.name}"
                yield _Exported(name, compared.lower_is_better, compared.metric, trials)
    for step in folder.finished("search"):
        searched = folder.search(step.name).search
        yield _Exported(step.name, searched.lower_is_better, searched.metric, search_trials(searched))


def _write(exported: _Exported, storage: object) -> None:
    import optuna

    study = optuna.create_study(
        storage=storage,  # type: ignore[arg-type]
        study_name=exported.name,
        direction="minimize" if exported.lower_is_better else "maximize",
    )
    study.set_user_attr("metric", exported.metric)
    study.add_trials(exported.trials)
