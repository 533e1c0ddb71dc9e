"""``studium run``: a whole plan as one command."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from studium.cli.data_options import Offline
from studium.cli.edge import FAILED
from studium.cli.execution_options import ExecutionOptions
from studium.cli.inspection_output import describe_inspection, seen_in
from studium.cli.interruption import stopping
from studium.cli.messages import say
from studium.cli.option_errors import require_known
from studium.cli.option_groups import panel, takes_groups
from studium.cli.options import Json
from studium.cli.output import print_json, print_line, print_table
from studium.cli.run_progress import run_progress
from studium.cli.study_output import describe_step, found_in
from studium.errors import InputError, StudiumError

if TYPE_CHECKING:
    from studium.runs import PlanRun, RunFolder
    from studium.runs.plan import Budget
    from studium.runs.results import TrainResult

STUDIES = ("study", "optimizers", "compare", "search")
"""Kinds of steps that study."""

PlanName = Annotated[
    str,
    typer.Argument(
        metavar="PLAN",
        help="regression, classification, all, their parts (regression-studies, structures, regression-search, "
        "classification-studies, classification-search), or a plan of your own as a .toml file.",
    ),
]
BudgetName = Annotated[
    str | None,
    panel("Computation")(
        "--budget", "NAME", "quick (a few minutes; the default) or full (more seeds and folds)."
    ),
]
Out = Annotated[
    Path | None,
    panel("Output")("--out", "DIR", "Folder of the run, new or empty. Default: runs/PLAN-1, -2 and so on."),
]

Write = Annotated[
    Path | None,
    panel("Output")("--write", "FILE", "Write a built-in plan as a TOML file to edit, and run nothing."),
]


@takes_groups
def run(
    plan: PlanName,
    execution: ExecutionOptions,
    budget: BudgetName = None,
    out: Out = None,
    write: Write = None,
    offline: Offline = False,
    json: Json = False,
) -> None:
    """Run a plan: train, test, save and compare its networks, and write the report."""
    from studium.runs import PlanRun, load_plan

    if budget is not None:
        require_known("budget", budget, ("quick", "full"))
    if write is not None:
        _write(plan, write, json=json)
        return
    chosen, where = load_plan(plan, cast("Budget | None", budget))
    with run_progress(chosen.name) as observe:
        options: Any = {"where": where, "out": out, "offline": offline, "observe": observe}
        folder = run_and_report(PlanRun(chosen, execution=execution.execution(), **options))
    show_run(folder, json=json)


def _write(plan: str, path: Path, *, json: bool) -> None:
    from studium.runs.plan_copy import write_plan

    write_plan(plan, path)
    print_json({"plan": plan, "file": str(path)}) if json else print_line(f"plan {path}")


def show_run(folder: RunFolder, *, json: bool) -> None:
    """Print what a finished run found; exits with 1 when a step has nothing to show."""
    result = describe(folder)
    print_json(result) if json else _show(result, folder)
    for status, cure in _CURES.items():
        if lost := [each["step"] for each in result["scores"] if each["status"] == status]:
            say("error", f"every training of {', '.join(lost)} {status}: {cure}")
    if any(each["status"] != "complete" for each in result["scores"]):
        raise typer.Exit(FAILED)


_CURES = {
    "diverged": "choose a smaller learning rate in the plan",
    "failed": "see the notes above for the reason, then resume the run",
}


def describe(folder: RunFolder) -> dict[str, Any]:
    """A finished run as data."""
    return {
        **described_run(folder),
        "plan": folder.state.plan,
        "budget": folder.plan.get("budget"),
        "status": folder.state.status,
        "notices": list(folder.state.notices),
        "scores": [_scores(name, result) for name, result in folder.results().items()],
        "comparisons": [each.model_dump(mode="json") for each in folder.comparisons],
        "studies": [describe_step(folder, step) for step in folder.finished(*STUDIES)],
        "inspections": [describe_inspection(folder, step) for step in folder.finished("inspect")],
    }


def described_run(folder: RunFolder) -> dict[str, Any]:
    """Where a run is, and how long it took."""
    return {
        "run": str(folder.path),
        "report": str(folder.report_path),
        "seconds": round(folder.state.seconds, 3),
        "tasks": None if folder.state.tasks is None else folder.state.tasks.model_dump(mode="json"),
    }


def run_and_report(prepared: PlanRun) -> RunFolder:
    """Run a plan and write its report, also of what was finished before an interruption."""
    with stopping() as stop:
        return reported(lambda: prepared.run(stop), lambda: prepared.path)


def reported(drive: Callable[[], RunFolder], path: Callable[[], Path | None]) -> RunFolder:
    """Drive a run and write its report, also of what was finished when it ends early.

    Args:
        drive: Does it.
        path: The run's folder, as soon as there is one.
    """
    from studium.report import write_report
    from studium.runs.folder import RunFolder

    try:
        folder = drive()
    except InputError:  # nothing has been done
        raise
    except BaseException:  # Ctrl-C, too: what is finished gets its report
        where = path()
        if where is not None and (where / "run.json").exists():
            with suppress(StudiumError):  # of a full disk; what happened matters more
                say("note", f"the report of what was finished is {write_report(RunFolder(where))}")
            say("note", f"to go on: studium resume {where}")
        raise
    write_report(folder)
    return folder


def _scores(name: str, result: TrainResult) -> dict[str, Any]:
    model = result.model
    return {
        "step": name,
        "kind": result.kind,
        "task": result.data.task,
        "data": result.data.name,
        "model": result.network.name,
        "parameters": result.network.n_parameters,
        "status": result.status,
        "epochs": None if model is None else model.epochs,
        "seconds": round(result.seconds, 3),
        "metric": result.data.metric,
        "train": _summary(result.metrics("train")),
        "validation": _summary(result.metrics("validation")),
        "test": _summary(result.metrics("test")),
        "exported": None if model is None else _exported(result),
    }


def _summary(values: list[float]) -> dict[str, Any] | None:
    from studium.runs.summary import summarise

    summary = summarise(values)
    return (
        None
        if summary is None
        else {"mean": summary.mean, "std": summary.std, "n": summary.n, "values": values}
    )


def _exported(result: TrainResult) -> dict[str, Any]:
    model = result.model
    assert model is not None
    interval = model.test_interval
    return {
        "seed": model.seed,
        "test": None
        if model.test is None
        else {"loss": model.test.loss, result.data.metric: model.test.metric},
        "interval": None if interval is None else [interval.low, interval.high],
        "level": None if interval is None else interval.level,
    }


def _show(result: dict[str, Any], folder: RunFolder) -> None:
    print_line(f"run {result['run']}, {result['seconds']:.0f} s")
    for step in folder.finished(*STUDIES):
        for line in found_in(folder, step):
            print_line(f"{step.name}: {line}")
    for step in folder.finished("inspect"):
        for line in seen_in(folder, step):
            print_line(f"{step.name}: {line}")
    rows = [
        [each["step"], each["data"], each["metric"], *_cells(each["test"], each["status"]), each["seconds"]]
        for each in result["scores"]
    ]
    if rows:
        print_table("", ["step", "data", "test metric", "mean", "sd", "n", "seconds"], rows)
    print_line(tasks_line(folder))
    print_line(f"report {result['report']}")


def tasks_line(folder: RunFolder) -> str:
    """What became of the tasks of a run, in a line."""
    tasks = folder.state.tasks
    if tasks is None:
        return "tasks none"
    failed = f", {tasks.failed} failed" if tasks.failed else ""
    return f"tasks {tasks.computed} computed, {tasks.reused} known{failed}, {tasks.place}; weights {tasks.weights[:16]}"


def _cells(summary: dict[str, Any] | None, status: str) -> list[Any]:
    return [status, None, 0] if summary is None else [summary["mean"], summary["std"], summary["n"]]
