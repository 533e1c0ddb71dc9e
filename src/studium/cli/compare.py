"""``studium compare``: structures tuned with the same budget, compared, and the winner retrained, tested and saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from studium.cli.data_options import DataOptions
from studium.cli.edge import FAILED
from studium.cli.execution_options import ExecutionOptions
from studium.cli.messages import say
from studium.cli.option_groups import panel, takes_groups
from studium.cli.options import Json, Seed
from studium.cli.output import print_json, print_line, print_table
from studium.cli.replication_options import ReplicationOptions
from studium.cli.run import described_run, run_and_report, tasks_line
from studium.cli.run_progress import run_progress
from studium.cli.study_output import describe_comparison, describe_test, interval_text, tuned_text
from studium.cli.train_options import TrainOptions
from studium.errors import SettingError

if TYPE_CHECKING:
    from studium.runs import RunFolder
    from studium.runs.study_records import ComparisonRecord
    from studium.studies import ComparisonResult

STEP = "structures"
"""Name of the only step of the run."""

_option = panel("Comparison")

Models = Annotated[
    str | None,
    _option(
        "--models",
        "A,B,C",
        "Structures. Default: net, net_d, net3, net3_d, net4, net4_d; fc, cnn on images.",
    ),
]
Points = Annotated[
    int | None,
    _option(
        "--points",
        "N",
        "Points that each structure is tuned with. Default: 24; 6 where a training is long, 4 with --hold-out.",
    ),
]
TuningSeeds = Annotated[int, _option("--tuning-seeds", "S", "Repetitions that choose a structure's values.")]
Out = Annotated[
    Path | None,
    panel("Output")(
        "--out", "DIR", "Folder of the run, new or empty. Default: runs/compare-1, -2 and so on."
    ),
]


@takes_groups
def compare(
    data: DataOptions,
    training: TrainOptions,
    replication: ReplicationOptions,
    execution: ExecutionOptions,
    models: Models = None,
    points: Points = None,
    tuning_seeds: TuningSeeds = 1,
    seed: Seed = 0,
    out: Out = None,
    json: Json = False,
) -> None:
    """Tune structures with the same budget, compare them on fresh folds and seeds; retrain, test and save the winner."""
    from studium.runs import Plan, PlanRun
    from studium.runs.opening import DataOpener
    from studium.runs.study_steps import CompareStep

    names = tuple(name.strip() for name in models.split(",")) if models is not None else ()
    opener = DataOpener(offline=data.offline)
    _check(data, training, names, opener)
    step = CompareStep(
        name=STEP,
        models=names,
        config=training.chosen(),
        points=points,
        tuning_seeds=tuning_seeds,
        seed=seed,
        **data.settings(),
        **replication.settings(),
    )
    question = "Which structure is best once each is tuned, and how sure is that?"
    plan = Plan(name="compare", title=f"Structures on {data.data}", question=question, steps=(step,))
    with run_progress(plan.name) as observe:
        folder = run_and_report(
            PlanRun(plan, out=out, observe=observe, opener=opener, execution=execution.execution())
        )
    record = folder.comparison(STEP)
    if json:
        path = None if record.winner is None else str(folder.step_path(STEP))
        print_json(describe_comparison(record) | {"path": path} | described_run(folder))
    else:
        _show(record, folder)
    if record.comparison.advice:
        say("note", record.comparison.advice)
    if record.winner is None or record.winner.model is None:
        raise typer.Exit(FAILED)


def _check(data: DataOptions, training: TrainOptions, names: tuple[str, ...], opener: Any) -> None:
    """Say what is wrong with the options in their own words, before a plan is made of them."""
    from studium.models import preset
    from studium.runs.step_base import DataStep
    from studium.studies import usual_structures

    if training.weight_decay is not None:
        raise SettingError(
            f"--weight-decay is {training.weight_decay}, but each structure has its own tuned: leave the option out"
        )
    pool = opener.open(DataStep(name="data", **data.settings())).pool
    for name in names or usual_structures(pool):
        training.config(preset(name, pool.input_shape, pool.n_outputs), pool)


def _show(record: ComparisonRecord, folder: RunFolder) -> None:
    found = record.comparison
    if found.winner is not None:
        print_line(f"winner: {found.winner.name}, {tuned_text(found.winner)}")
        print_line(_test_sentence(record))
    print_line("")
    headings = ["structure", "tuned", "mean", "95% interval", "n", "verdict", "p"]
    print_table(f"{found.metric} on {found.data}, {found.resampling}", headings, _rows(found))
    print_line("")
    print_line(
        f"tuning: {found.n_points} points each, {found.tuning_resampling}; the verdicts rest on other folds and seeds"
    )
    for sentence in (f"test: {found.test}", found.watched):
        if sentence:
            print_line(sentence)
    print_line(f"{found.n_trainings:,} trainings in {folder.state.seconds:.1f} s")
    if found.winner is not None:
        print_line(f"saved in {folder.step_path(STEP)}")
    print_line(tasks_line(folder))
    print_line(f"report {folder.report_path}")


def _rows(found: ComparisonResult) -> list[list[object]]:
    from studium.report.study_words import p_text, verdict

    return [
        [
            each.name,
            tuned_text(each),
            each.score.mean,
            interval_text(each.score),
            each.score.n,
            verdict(each.score, found.best),
            p_text(each.score.p_value),
        ]
        for each in found.candidates
    ]


def _test_sentence(record: ComparisonRecord) -> str:
    tested, winner = describe_test(record), record.winner
    if tested is None or winner is None or winner.model is None:
        return "the retraining diverged, so there is no model"
    score = tested[record.data.metric]
    interval = (
        f", 95% interval {tested['interval'][0]:.4g} to {tested['interval'][1]:.4g}"
        if tested["interval"]
        else ""
    )
    return (
        f"retrained on all {record.data.n_train + record.data.n_validation:,} training rows for {winner.model.epochs:,} "
        f"epochs; test {record.data.metric} {score:.4g}{interval} ({tested['n']:,} rows)"
    )
