"""``studium predict``: what a saved model says about inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from studium.cli.data_options import Offline
from studium.cli.evaluate import ModelFolder
from studium.cli.options import Json
from studium.cli.output import print_json, print_table
from studium.errors import SettingError

if TYPE_CHECKING:
    from studium.training.model_predictions import Prediction

InputList = Annotated[
    list[str],
    typer.Argument(
        metavar="INPUT...",
        help="A number, or one value for each column separated by commas; a CSV, Parquet, .npz or IDX file; a "
        "picture; or DATA:INDEX, a row of the data's test set counted from 0.",
    ),
]


def predict(model: ModelFolder, inputs: InputList, offline: Offline = False, json: Json = False) -> None:
    """Predict the value, or the class with all probabilities, of each input."""
    from studium.training.ensemble import load_predictor
    from studium.training.model_inputs import InputReader, join
    from studium.training.model_predictions import predictions

    _refuse_options(inputs)
    loaded = load_predictor(model)
    reader = InputReader(loaded, offline=offline)
    results = predictions(loaded, join([reader.read(text) for text in inputs]))
    if json:
        entries = [each.as_dict() for each in results]
        print_json({"model": str(model), "task": loaded.task, "predictions": entries})
    else:
        _show(results)


def _refuse_options(inputs: list[str]) -> None:
    # Unknown options pass as inputs, because a negative number looks like one.
    for text in inputs:
        if text.startswith("-") and not text.startswith(("-inf", "-nan")) and text[1:2] not in ".0123456789":
            raise SettingError(
                f"there is no option {text!r}: see `studium predict --help`, or write ./{text} for such a file"
            )


def _show(results: list[Prediction]) -> None:
    if results[0].probabilities:
        headings = ["input", "class", "probability", "next", "probability", "actual"]
        rows = [[each.label, *_best_two(each), each.actual] for each in results]
    else:
        headings = ["input", *results[0].values, "actual"]
        rows = [[each.label, *each.values.values(), each.actual] for each in results]
    if all(each.actual is None for each in results):
        headings, rows = headings[:-1], [row[:-1] for row in rows]
    print_table("", headings, rows)


def _best_two(prediction: Prediction) -> list[str | float]:
    ranked = sorted(prediction.probabilities.items(), key=lambda item: -item[1])[:2]
    return [part for pair in ranked for part in pair]
