"""Whether a run's results can be computed again: tasks drawn from it, trained anew, their weights compared."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from studium.data import Dataset
from studium.environment import current_environment
from studium.errors import RunFolderError, SettingError
from studium.execution.fit_files import Result, machine, proof
from studium.execution.in_process import InProcess
from studium.execution.place import Died, Done, Raised
from studium.execution.record_file import DamagedRecordError
from studium.execution.row_files import RowFiles
from studium.execution.task import Task
from studium.execution.train_task import OnDisk
from studium.runs.execute import PlanRun
from studium.runs.folder import RunFolder
from studium.runs.plan_file import load_plan
from studium.seeding import numpy_stream
from studium.training.concurrency import never


@dataclass(frozen=True)
class Checked:
    """One task of a run, computed again.

    Attributes:
        task: Its id.
        n_members: Networks trained in it.
        kept: Hash of the weights that the run has; empty when they cannot be read.
        again: Hash of the weights computed now; empty when the computation failed.
        seconds: Time of the training, in the run.
        computed_on: Instructions and matrix kernel of the machine that trained it for the run.
        reason: Why there is nothing to compare.
    """

    task: str
    n_members: int
    kept: str
    again: str
    seconds: float
    computed_on: str
    reason: str = ""

    @property
    def is_equal(self) -> bool:
        """Whether every weight is the same to the last bit."""
        return bool(self.kept) and self.kept == self.again


@dataclass(frozen=True)
class Verification:
    """What verifying a run found.

    Attributes:
        checked: The tasks that were computed again.
        n_tasks: Finished tasks of the run.
        machine: Instructions and matrix kernel of this machine.
        differences: How this environment differs from the run's, in sentences; the guarantee holds where there are none.
    """

    checked: tuple[Checked, ...]
    n_tasks: int
    machine: str
    differences: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """Whether all weights are the same to the last bit."""
        return all(each.is_equal for each in self.checked)


def verify_run(
    path: Path,
    *,
    sample: int | None = 5,
    seed: int = 0,
    offline: bool = False,
) -> Verification:
    """Compute tasks of a run again, and compare their weights with those that are kept.

    Args:
        path: The run's folder; nothing in it is changed.
        sample: How many tasks, drawn without replacement; ``None``: all.
        seed: Of the draw.
        offline: Never touch the network.

    Raises:
        RunFolderError: There is no run, or it has no finished tasks.
        SettingError: The sample is empty.
        UnavailableError: The data cannot be had.
    """
    if sample is not None and sample < 1:
        raise SettingError(
            f"the sample is {sample} tasks, but at least 1 has to be computed again: choose more"
        )
    folder = RunFolder(path)
    results = OnDisk(folder.path)
    names = sorted(results.fits.tasks())
    if not names:
        raise RunFolderError(f"{path} has no finished tasks to verify: resume the run first")
    chosen = numpy_stream(seed, "verification").permutation(len(names))[: sample or len(names)]
    pools = _pools(folder, offline=offline)
    rows = RowFiles(folder.path / "rows")
    checked = tuple(_check(names[number], results, rows, pools) for number in sorted(chosen.tolist()))
    return Verification(checked, len(names), machine(), differences(folder))


def _pools(folder: RunFolder, *, offline: bool) -> dict[str, Dataset]:
    run = PlanRun(load_plan(folder.plan_path)[0], offline=offline)
    return {each.pool.checksum: each.pool for each in run.prepared}


def _check(name: str, results: OnDisk, rows: RowFiles, pools: Mapping[str, Dataset]) -> Checked:
    try:
        result = results.fits.read(name)
        assert result is not None
        task = Task.parse(result.spec, rows.read, partial(_spec, results))
    except DamagedRecordError as error:
        return Checked(
            name, 0, "", "", 0.0, "", f"the result is damaged ({error}); resuming the run computes it again"
        )
    kept = proof(result.outcomes)
    if task.data not in pools:
        return _checked(result, kept, "", "its data have changed since, or are not those of the plan")
    again, reason = _computed(task, pools[task.data])
    return _checked(result, kept, again, reason)


def _spec(results: OnDisk, task: str) -> str:
    result = results.fits.read(task)
    if result is None:
        raise DamagedRecordError(f"that of task {task[:12]}, which it goes on from, is missing")
    return result.spec


def _checked(result: Result, kept: str, again: str, reason: str) -> Checked:
    reference = result.reference
    return Checked(
        reference.task, len(result.outcomes), kept, again, reference.seconds, result.computed_on, reason
    )


def _computed(task: Task, dataset: Dataset) -> tuple[str, str]:
    with tempfile.TemporaryDirectory() as directory:
        place = InProcess(Path(directory), workers=1)
        for report in place.run(dataset, [task], never):
            if isinstance(report, Done):
                return report.written.reference.weights, ""
            if isinstance(report, Died | Raised):
                return "", report.reason
    return "", "it did not end"


def differences(folder: RunFolder) -> tuple[str, ...]:
    """How this environment differs from the one that a run was begun in, in sentences."""
    now = current_environment().model_dump(mode="json")
    then = folder.environment
    versions: Sequence[tuple[str, object, object]] = [
        (name, then.get("versions", {}).get(name), now["versions"][name])
        for name in ("torch", "numpy", "studium")
    ]
    facts = [
        (name.replace("_", " "), then.get(name), now[name]) for name in ("cpu_capability", "blas", "cores")
    ]
    return tuple(
        f"{name} was {before}, and is {here}" for name, before, here in (*versions, *facts) if before != here
    )
