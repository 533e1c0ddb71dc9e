"""``studium search``: a whole space within a budget of trials; the best network retrained, tested and saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from studium.cli.data_options import DataOptions
from studium.cli.edge import FAILED
from studium.cli.execution_options import ExecutionOptions
from studium.cli.messages import say
from studium.cli.option_errors import require_known
from studium.cli.option_groups import panel, takes_groups
from studium.cli.options import Json, Seed
from studium.cli.output import print_json, print_line, print_table
from studium.cli.replication_options import ReplicationOptions
from studium.cli.run import described_run, run_and_report, tasks_line
from studium.cli.run_progress import run_progress
from studium.cli.search_output import (
    accounting_sentence,
    describe_search,
    difference_sentence,
    model_path,
    test_sentence,
    values_text,
)
from studium.cli.study_output import interval_text

if TYPE_CHECKING:
    from studium.runs import RunFolder
    from studium.runs.study_records import SearchRecord

STEP = "search"
"""Name of the only step of the run."""

_option = panel("Search")
_SAMPLERS = ("tpe", "gp", "qmc", "random", "grid")

Space = Annotated[
    str | None,
    _option(
        "--space",
        "NAME",
        "mlp, mlp-plus, cnn, cnn-plus, or a TOML file. Default: cnn on images, else mlp.",
    ),
]
Trials = Annotated[
    int, _option("--trials", "N", "Trials that count: networks that can be built and were not tried before.")
]
Sampler = Annotated[str, _option("--sampler", "NAME", "tpe, gp, qmc, random or grid.")]
OnInvalid = Annotated[
    str,
    _option(
        "--on-invalid",
        "WAY",
        "resample: a network that cannot be built is replaced; prune: it counts as a trial.",
    ),
]
Rungs = Annotated[
    int,
    _option("--rungs", "N", "How often the trials are compared while they train; 1 trains each to its end."),
]
Keep = Annotated[int, _option("--keep", "N", "One trial in N goes on at each comparison.")]
Batch = Annotated[
    int | None,
    _option("--batch", "N", "Trials that advance together. Default: 20; 10 of convolutional networks."),
]
Leading = Annotated[
    int | None,
    _option("--leading", "N", "Best trials that are measured again. Default: 5; 2 where a training is long."),
]
FreshSeeds = Annotated[int, _option("--fresh-seeds", "S", "Repetitions of that measurement.")]
Epochs = Annotated[int | None, _option("--epochs", "N", "Epochs of a whole training. Default: the space's.")]
Refits = Annotated[int, _option("--refits", "N", "Final trainings of the winner, each with another seed.")]
RefitEpochs = Annotated[
    int | None,
    _option(
        "--refit-epochs",
        "N",
        "Epochs of the final trainings. Default: as in the search; 4 times its usual ones of a small regression.",
    ),
]
Ensemble = Annotated[
    int, _option("--ensemble", "N", "Also export the mean of N networks of the leading trials.")
]
Out = Annotated[
    Path | None,
    panel("Output")("--out", "DIR", "Folder of the run, new or empty. Default: runs/search-1, -2 and so on."),
]


@takes_groups
def search(
    data: DataOptions,
    replication: ReplicationOptions,
    execution: ExecutionOptions,
    space: Space = None,
    trials: Trials = 50,
    sampler: Sampler = "tpe",
    on_invalid: OnInvalid = "resample",
    rungs: Rungs = 3,
    keep: Keep = 4,
    batch: Batch = None,
    leading: Leading = None,
    fresh_seeds: FreshSeeds = 3,
    epochs: Epochs = None,
    refits: Refits = 3,
    refit_epochs: RefitEpochs = None,
    ensemble: Ensemble = 0,
    seed: Seed = 0,
    out: Out = None,
    json: Json = False,
) -> None:
    """Search a space of networks and settings; measure the best again, retrain, test and save it."""
    from studium.runs import Plan, PlanRun
    from studium.runs.opening import DataOpener

    require_known("sampler", sampler, _SAMPLERS)
    require_known("way with invalid networks", on_invalid, ("resample", "prune"))
    given = {
        "space": space or "",
        "trials": trials,
        "sampler": sampler,
        "on_invalid": on_invalid,
        "rungs": rungs,
        "keep": keep,
        "batch": batch,
        "leading": leading,
        "fresh_seeds": fresh_seeds,
        "config": {} if epochs is None else {"epochs": epochs},
        "refits": refits,
        "refit_epochs": refit_epochs,
        "ensemble": ensemble,
        "seed": seed,
    }
    step = _step(data, replication, given)
    question = "Which network and which settings are best within the budget, and how sure is that?"
    plan = Plan(name="search", title=f"Search on {data.data}", question=question, steps=(step,))
    opener = DataOpener(offline=data.offline)
    with run_progress(plan.name) as observe:
        folder = run_and_report(
            PlanRun(plan, out=out, observe=observe, opener=opener, execution=execution.execution())
        )
    record = folder.search(STEP)
    if json:
        print_json(
            describe_search(record) | {"path": model_path(folder, STEP, record)} | described_run(folder)
        )
    else:
        _show(record, folder)
    if record.search.advice:
        say("note", record.search.advice)
    if record.winner is None or record.winner.model is None:
        raise typer.Exit(FAILED)


def _step(data: DataOptions, replication: ReplicationOptions, given: dict[str, Any]) -> Any:
    from studium.runs.search_steps import SearchStep
    from studium.training import TrainConfig

    TrainConfig(**given["config"])  # what is wrong with it is said of the option
    return SearchStep(name=STEP, **given, **data.settings(), **replication.settings())


def _show(record: SearchRecord, folder: RunFolder) -> None:
    found = record.search
    if found.winner is not None:
        print_line(f"best: {found.winner.name}, {values_text(found.winner.values)}")
        print_line(test_sentence(record))
    print_line("")
    headings = ["network", "in the search", "mean", "95% interval", "n"]
    print_table(f"{found.metric} on {found.data}, {found.fresh_resampling}", headings, _rows(record))
    print_line("")
    for sentence in (difference_sentence(found), accounting_sentence(found)):
        if sentence:
            print_line(sentence)
    print_line(f"{found.n_trainings:,} trainings in {folder.state.seconds:.1f} s")
    path = model_path(folder, STEP, record)
    if path is not None:
        print_line(f"saved in {path}")
    print_line(tasks_line(folder))
    print_line(f"report {folder.report_path}")


def _rows(record: SearchRecord) -> list[list[object]]:
    return [
        [each.name, each.searched, each.score.mean, interval_text(each.score), each.score.n]
        for each in record.search.finalists
    ]
