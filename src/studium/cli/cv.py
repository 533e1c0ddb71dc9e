"""``studium cv``: one network and one training, cross-validated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from studium.cli.data_options import DataOptions
from studium.cli.device import require_device
from studium.cli.edge import FAILED
from studium.cli.messages import say
from studium.cli.network_options import NetworkOptions
from studium.cli.option_groups import panel, takes_groups
from studium.cli.options import Device, Json, Seed, Threads
from studium.cli.output import print_json, print_table
from studium.cli.progress import training_progress
from studium.cli.train import DIVERGED
from studium.cli.train_options import TrainOptions

if TYPE_CHECKING:
    from studium.data import Dataset
    from studium.validation import CrossValidation

_option = panel("Validation")

Folds = Annotated[int, _option("--folds", "K", "Folds, at least 2.")]
Seeds = Annotated[int, _option("--seeds", "S", "Repetitions, each with other folds and streams.")]


@takes_groups
def cv(
    data: DataOptions,
    network: NetworkOptions,
    training: TrainOptions,
    folds: Folds = 5,
    seeds: Seeds = 1,
    seed: Seed = 0,
    device: Device = "auto",
    threads: Threads = None,
    json: Json = False,
) -> None:
    """Cross-validate one network; the test rows are never touched."""
    from studium.training import Trainer
    from studium.validation import KFoldCrossValidator

    on = require_device(device)
    dataset = data.open()
    spec = network.spec(dataset)
    config = training.config(spec, dataset)
    with training_progress(f"{network.model} on {dataset.name}, {folds} folds x {seeds}") as progress:
        trainer = Trainer(dataset, device=on, threads=threads, progress=progress)
        validator = KFoldCrossValidator(dataset, n_folds=folds, n_seeds=seeds, seed=seed, trainer=trainer)
        outcome = validator.run(spec, config)
    result = describe(outcome, dataset, network.model, seed)
    print_json(result) if json else _show(result)
    if outcome.n_diverged:
        say("error", f"{outcome.n_diverged} of {len(outcome.fits)} trainings diverged, {DIVERGED}")
        raise typer.Exit(FAILED)


def describe(outcome: CrossValidation, dataset: Dataset, name: str, seed: int) -> dict[str, Any]:
    """The result of a cross-validation as data."""
    from studium.models import n_parameters
    from studium.training.metrics import metric_name
    from studium.validation import interval

    member, overlap = outcome.fits[0].member, outcome.replicates.test_to_train
    metric, loss = interval(outcome.metrics, overlap), interval(outcome.losses, overlap)
    return {
        "task": dataset.task,
        "data": dataset.name,
        "model": name,
        "parameters": n_parameters(member.spec),
        "metric": metric_name(dataset.task),
        "mean": metric.mean,
        "std": metric.std,
        "n": metric.n,
        "interval": [metric.low, metric.high],
        "confidence": metric.confidence,
        "folds": outcome.metrics.tolist(),
        "loss": {"mean": loss.mean, "std": loss.std, "interval": [loss.low, loss.high]},
        "seconds": round(sum(fit.seconds for fit in outcome.fits), 3),
        "seed": seed,
        "status": outcome.status,
        "config": member.config.model_dump(mode="json"),
    }


def _show(result: dict[str, Any]) -> None:
    matrix, (low, high) = result["folds"], result["interval"]
    title = (
        f"{result['model']} on {result['data']}: {result['metric']} {result['mean']:.4g}, "
        f"{result['confidence']:.0%} interval {low:.4g} to {high:.4g}, standard deviation {result['std']:.2g} "
        f"over {result['n']} trainings in {result['seconds']:.1f} s"
    )
    headings = ["repetition", *(f"fold {fold + 1}" for fold in range(len(matrix[0])))]
    print_table(title, headings, [[index + 1, *row] for index, row in enumerate(matrix)])
