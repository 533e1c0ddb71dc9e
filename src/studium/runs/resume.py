"""Going on with a run after whatever ended it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from studium.errors import RunFolderError
from studium.execution import Ledger
from studium.execution.train_task import OnDisk
from studium.files import remove_partial
from studium.runs.execute import PlanRun
from studium.runs.execution import Execution
from studium.runs.folder import RunFolder
from studium.runs.lock import driving
from studium.runs.pace import Observer
from studium.runs.plan_file import load_plan
from studium.runs.results import TrainResult
from studium.runs.state import StepState
from studium.runs.verification import differences
from studium.training.concurrency import never


@dataclass(frozen=True)
class Resumed:
    """A run that was resumed.

    Attributes:
        folder: The run, finished.
        again: Steps that were done, in order; none when the run was finished already.
        notices: What was found wrong in the folder and is mended, in sentences.
    """

    folder: RunFolder
    again: tuple[str, ...]
    notices: tuple[str, ...]


def resume_run(
    path: Path,
    *,
    offline: bool = False,
    observe: Observer = lambda _: None,
    execution: Execution | None = None,
    stop: Callable[[], bool] = never,
    notice: Callable[[str], None] = lambda _: None,
) -> Resumed:
    """Go on with a run: after Ctrl-C, after it was killed or failed, and after files of it were lost.

    Finished steps stay as they are; the others are driven again, and every task whose result is there is answered from it,
    so that only what was running is computed again. The result is that of an undisturbed run, to the last bit.

    Args:
        path: The run's folder.
        offline: Never touch the network.
        observe: Called with the progress.
        execution: Where the tasks are computed; it may be another place than before.
        stop: Once it is true, what runs is kept and the run ends, interrupted.
        notice: Called with what was found wrong and is mended.

    Returns:
        The run, finished.

    Raises:
        RunFolderError: There is no run, or one of another version, or its data have changed, or somebody else drives it.
        UnavailableError: The folder cannot be written, or data cannot be had.
        KeyboardInterrupt: It was stopped again.
    """
    folder = RunFolder(path)
    with driving(folder.path):
        folder = RunFolder(path)  # as it is now that nobody else writes
        remove_partial(folder.path)
        lost = lost_tasks(folder.path)
        notices = (*_damages(folder), *((f"{lost}; what depends on them is done again",) if lost else ()))
        for each in notices:
            notice(each)
        again = tuple(step.name for step in folder.state.steps if lost or not _is_done(folder, step))
        if not again and folder.state.status == "complete":
            return Resumed(folder, (), notices)
        run = PlanRun(
            load_plan(folder.plan_path)[0],
            offline=offline,
            observe=observe,
            execution=execution,
        )
        _check_data(folder, run)
        for each in differences(folder):
            notice(f"{each} since the run began: what is computed now may differ in its last bits")
        return Resumed(run.resume(folder, again, stop), again, notices)


def lost_tasks(path: Path) -> str:
    """What is wrong with the tasks of a run, in words; empty when each has its whole result.

    Args:
        path: The run's folder.
    """
    if not (path / "fits").exists() and not (path / "ledger.db").exists():
        return ""  # nothing was trained, or by a version without tasks
    fits = OnDisk(path).fits
    ledger = Ledger(path / "ledger.db")
    try:
        lines = list(ledger.tasks())
    finally:
        ledger.close()
    failed = sum(line.state == "failed" for line in lines)
    damaged = sum(line.state == "complete" and not fits.is_whole(line.id) for line in lines)
    if ledger.replaced is not None or (not lines and any(True for _ in fits.tasks())):
        return "the ledger is lost"
    words = (f"{failed} {_tasks(failed)} failed" if failed else "",)
    return "; ".join(
        filter(None, (*words, f"{damaged} {_tasks(damaged)} no whole result" if damaged else ""))
    )


def _tasks(number: int) -> str:
    return "task has" if number == 1 else "tasks have"


def _is_done(folder: RunFolder, step: StepState) -> bool:
    return step.status == "complete" and not _damage(folder, step)


def _damages(folder: RunFolder) -> tuple[str, ...]:
    return tuple(
        f"the results of step {step.name!r} are missing or damaged ({reason}); it is done again"
        for step in folder.state.steps
        if step.status == "complete" and (reason := _damage(folder, step))
    )


def _damage(folder: RunFolder, step: StepState) -> str:
    try:
        trained = _READERS[step.kind](folder, step.name)
    except RunFolderError as error:
        return str(error).split(": ")[0]
    weights = folder.step_path(step.name) / "weights.safetensors"
    has_model = trained is not None and trained.exported is not None
    return f"{weights} is not there" if has_model and not weights.exists() else ""


def _studied(folder: RunFolder, step: str) -> None:
    folder.study(step)


def _compared(folder: RunFolder, step: str) -> TrainResult | None:
    return folder.comparison(step).winner


def _searched(folder: RunFolder, step: str) -> TrainResult | None:
    return folder.search(step).winner


def _inspected(folder: RunFolder, step: str) -> None:
    folder.inspection(step)


_READERS: dict[str, Callable[[RunFolder, str], TrainResult | None]] = {
    "train": RunFolder.result,
    "study": _studied,
    "optimizers": _compared,
    "compare": _compared,
    "search": _searched,
    "inspect": _inspected,
}


def _check_data(folder: RunFolder, run: PlanRun) -> None:
    known = folder.environment.get("data", {})
    for each in run.prepared:
        for name, checksum in each.checksums.items():
            if known.get(name, checksum) != checksum:
                raise RunFolderError(
                    f"{name} has changed since the run began (its checksum is {checksum[:12]}, and was {known[name][:12]}): "
                    "restore the data, or run the plan anew"
                )
