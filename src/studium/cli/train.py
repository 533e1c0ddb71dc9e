"""``studium train``: one network, trained, validated, tested and saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from studium.cli.data_options import DataOptions
from studium.cli.device import require_device
from studium.cli.edge import FAILED
from studium.cli.messages import say
from studium.cli.network_options import NetworkOptions
from studium.cli.option_groups import panel, takes_groups
from studium.cli.options import Device, Json, Seed, Threads
from studium.cli.output import print_json, print_line, print_table
from studium.cli.progress import training_progress
from studium.cli.train_options import TrainOptions

if TYPE_CHECKING:
    from studium.data import Dataset
    from studium.training.model_record import Part
    from studium.training.model_training import Trained

DIVERGED = "the loss stopped being finite: choose a smaller --lr, --gradient-clip 1, or another --optimizer"

Out = Annotated[
    Path | None,
    panel("Output")(
        "--out", "DIR", "Folder of the model; an older model is replaced. Default: models/DATA-MODEL."
    ),
]
Validation = Annotated[
    float, panel("Data")("--validation", "SHARE", "Share of the training rows to validate on.")
]


@takes_groups
def train(
    data: DataOptions,
    network: NetworkOptions,
    training: TrainOptions,
    validation: Validation = 0.2,
    seed: Seed = 0,
    device: Device = "auto",
    threads: Threads = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Train one network, score it on training, validation and test rows, and save it."""
    from studium.training.model_files import check_model_place, save_model
    from studium.training.model_training import train_model

    on = require_device(device)
    if out is not None:
        check_model_place(out)
    dataset = data.open()
    spec = network.spec(dataset)
    config = training.config(spec, dataset)
    place = out or Path("models") / f"{dataset.name}-{network.model}"
    check_model_place(place)
    options: dict[str, Any] = {"validation": validation, "seed": seed, "device": on, "threads": threads}
    with training_progress(f"{network.model} on {dataset.name}") as progress:
        trained = train_model(dataset, spec, config, name=network.model, progress=progress, **options)
    if trained.model is not None:
        save_model(trained.model, place)
    result = describe(trained, dataset, network.model, seed, place)
    print_json(result) if json else _show(result)
    if trained.model is None:
        say("error", f"{network.model} diverged after {trained.fit.epochs} epochs, {DIVERGED}")
        raise typer.Exit(FAILED)


def describe(trained: Trained, dataset: Dataset, name: str, seed: int, place: Path) -> dict[str, Any]:
    """The result of a training as data."""
    from studium.models import n_parameters

    fit, scores = trained.fit, trained.model.scores if trained.model else {}
    parts: tuple[Part, ...] = ("train", "validation", "test")
    return {
        "task": dataset.task,
        "data": dataset.name,
        "model": name,
        "parameters": n_parameters(fit.member.spec),
        "epochs": fit.epochs,
        "best_epoch": fit.best_epoch,
        "seconds": round(fit.seconds, 3),
        "seed": seed,
        "status": fit.status,
        "path": str(place) if trained.model else None,
        **{part: scores[part].as_dict() if part in scores else None for part in parts},
        "config": fit.member.config.model_dump(mode="json"),
    }


def _show(result: dict[str, Any]) -> None:
    scores = {part: result[part] for part in ("train", "validation", "test") if result[part]}
    if not scores:
        return
    title = (
        f"{result['model']} on {result['data']}: {result['parameters']:,} parameters, {result['epochs']} epochs "
        f"in {result['seconds']:.1f} s"
    )
    metric = "accuracy" if result["task"] == "classification" else "mse"
    rows = [[part, each["n"], each["loss"], each[metric]] for part, each in scores.items()]
    print_table(title, ["rows", "n", "loss", metric], rows)
    print_line(f"saved in {result['path']}")
