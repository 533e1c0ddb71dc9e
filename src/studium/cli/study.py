"""``studium study``: one or two parameters varied, and which of their values are good."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from studium.cli.data_options import DataOptions
from studium.cli.execution_options import ExecutionOptions
from studium.cli.messages import say
from studium.cli.network_options import NetworkOptions
from studium.cli.option_groups import panel, takes_groups
from studium.cli.options import Json, Seed
from studium.cli.output import print_json, print_line, print_table
from studium.cli.replication_options import ReplicationOptions
from studium.cli.run import described_run, run_and_report, tasks_line
from studium.cli.run_progress import run_progress
from studium.cli.study_output import describe_study, interval_text
from studium.cli.train_options import TrainOptions

if TYPE_CHECKING:
    from studium.runs import RunFolder
    from studium.runs.study_steps import StudyStep
    from studium.studies import StudyResult

_option = panel("Study")

Parameters = Annotated[
    list[str],
    _option(
        "--parameter",
        "NAME[=VALUES]",
        "One or two of lr, momentum, weight-decay, l1, dropout, patience, epochs, batch-size, width, optimizer, activation, "
        "initialisation; VALUES is LOW:HIGH, LOW:HIGH:log or A,B,C.",
    ),
]
Sampler = Annotated[
    str | None,
    _option(
        "--sampler",
        "NAME",
        "grid, qmc, random or tpe. Default: qmc for two parameters over ranges, else grid.",
    ),
]
Points = Annotated[
    int | None,
    _option(
        "--points",
        "N",
        "Values of a grid along each range, or points in all. Default: 17, or 9 x 9 or 64 for two.",
    ),
]
Out = Annotated[
    Path | None,
    panel("Output")(
        "--out", "DIR", "Folder of the run, new or empty. Default: runs/study-NAME-1, -2 and so on."
    ),
]


@takes_groups
def study(
    data: DataOptions,
    network: NetworkOptions,
    parameter: Parameters,
    training: TrainOptions,
    replication: ReplicationOptions,
    execution: ExecutionOptions,
    sampler: Sampler = None,
    points: Points = None,
    seed: Seed = 0,
    out: Out = None,
    json: Json = False,
) -> None:
    """Vary one or two parameters, score every value over the same folds and seeds, and say which are good."""
    from studium.runs import Plan, PlanRun
    from studium.runs.opening import DataOpener

    opener = DataOpener(offline=data.offline)
    given = {"sampler": sampler, "points": points, "seed": seed, **replication.settings()}
    step = _step(data, network, training, tuple(parameter), given, opener)
    plan = Plan(name=f"study-{step.name}", title=_title(step), question=_question(step), steps=(step,))
    with run_progress(plan.name) as observe:
        folder = run_and_report(
            PlanRun(plan, out=out, observe=observe, opener=opener, execution=execution.execution())
        )
    found = folder.study(step.name).study
    if json:
        print_json(describe_study(found) | described_run(folder))
    else:
        _show(found, folder)
    if found.advice:
        say("note", found.advice)


def _step(
    data: DataOptions,
    network: NetworkOptions,
    training: TrainOptions,
    parameters: tuple[str, ...],
    given: dict[str, Any],
    opener: Any,
) -> StudyStep:
    from studium.runs.step_base import DataStep
    from studium.runs.study_steps import StudyStep
    from studium.studies import parse_dimension

    names = [parse_dimension(text).name for text in parameters]
    on = data.settings()
    pool = opener.open(DataStep(name="data", **on)).pool
    spec = network.spec(pool)
    if "momentum" in names and "optimizer" not in names and training.optimizer is None:
        training = replace(training, optimizer="momentum")
    config = training.config(spec, pool)
    return StudyStep(
        name="-".join(name.replace("_", "-") for name in names),
        model=network.model,
        network=spec.model_dump(mode="json", exclude={"kind", "input_shape", "n_outputs"}),
        config=config.model_dump(mode="json"),
        parameters=parameters,
        **on,
        **given,
    )


def _title(step: StudyStep) -> str:
    return f"{' and '.join(_labels(step)).capitalize()} of {step.model} on {step.data}"


def _question(step: StudyStep) -> str:
    return f"Which values of {' and '.join(_labels(step))} are good, and how sure is that?"


def _labels(step: StudyStep) -> list[str]:
    from studium.studies import parse_dimension

    return [parse_dimension(text).parameter.label for text in step.parameters]


def _show(found: StudyResult, folder: RunFolder) -> None:
    for good in found.ranges:
        print_line(good.text)
    what = f"{found.metric} of {found.model} on {found.data}, {found.resampling}"
    how = "; the best has the smallest geometric mean" if found.lower_is_better else ""
    print_line("")
    print_table(f"{what}{how}", [*found.labels, "mean", "95% interval", "n", "verdict", "p"], _rows(found))
    print_line("")
    for sentence in [f"test: {found.test}", found.watched, *(good.open_end for good in found.ranges)]:
        if sentence:
            print_line(sentence)
    print_line(f"{found.n_trainings:,} trainings in {folder.state.seconds:.1f} s")
    print_line(tasks_line(folder))
    print_line(f"report {folder.report_path}")


def _rows(found: StudyResult) -> list[list[object]]:
    from studium.report.study_words import p_text, verdict

    trials = sorted(found.trials, key=lambda trial: tuple(map(_order, trial.values.values())))
    return [
        [
            *(trial.values[name] for name in found.parameters),
            trial.mean,
            interval_text(trial),
            trial.n,
            verdict(trial, found.best),
            p_text(trial.p_value),
        ]
        for trial in trials
    ]


def _order(value: object) -> tuple[bool, float, str]:
    # Numbers first, ascending; names after them.
    return (True, 0.0, str(value)) if isinstance(value, str) else (False, float(str(value)), "")
