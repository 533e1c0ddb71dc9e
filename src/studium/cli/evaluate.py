"""``studium evaluate``: the score of a saved model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from studium.cli.data_options import DataOptions
from studium.cli.device import require_device
from studium.cli.messages import note
from studium.cli.option_groups import takes_groups
from studium.cli.options import Device, Json
from studium.cli.output import print_json, print_table
from studium.errors import SettingError

if TYPE_CHECKING:
    from studium.data import Dataset
    from studium.training.ensemble import Predictor

ModelFolder = Annotated[
    Path,
    typer.Argument(
        metavar="MODEL", help="Folder of a model, as `studium train` writes it, or of an ensemble."
    ),
]


@takes_groups
def evaluate(model: ModelFolder, data: DataOptions, device: Device = "cpu", json: Json = False) -> None:
    """Score a saved model on the test rows of the data, or on all rows when it has none."""
    from studium.training.ensemble import load_predictor

    on = require_device(device)
    loaded = load_predictor(model)
    _require_same_reading(loaded, data)
    dataset = data.open(like=loaded)
    rows, choice = loaded.rows_to_score(dataset)
    if choice == "all":
        note(_why_all(loaded, dataset))
    scores = loaded.evaluate(dataset, rows, device=on)
    if json:
        about = {"model": str(model), "data": dataset.name, "task": loaded.task, "rows": choice}
        print_json(about | scores.as_dict())
    else:
        row = [scores.n, scores.loss, scores.metric]
        print_table(f"{model} on {dataset.name}, {choice} rows", ["n", "loss", scores.metric_name], [row])


def _require_same_reading(model: Predictor, data: DataOptions) -> None:
    """The model says which column is the target and what the task is."""
    if data.task not in (None, model.task):
        raise SettingError(
            f"--task is {data.task!r}, but the model was trained for {model.task}: leave the option out"
        )
    names = ",".join(model.target_names)
    if data.target is not None and data.target.replace(" ", "") != names.replace(" ", ""):
        raise SettingError(
            f"--target is {data.target!r}, but the model predicts {names!r}: leave the option out"
        )


def _why_all(model: Predictor, dataset: Dataset) -> str:
    if model.was_trained_on(dataset):
        why = "those that the model was trained on among them"
    else:
        why = "because it has no test set and is not the data that the model was trained on"
    return f"all {len(dataset)} rows of {dataset.name} are scored, {why}"
