"""What the commands of ``studium inspect`` share: the model, the place of the page, and the data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from studium.cli.data_options import DATA_HELP, Offline, Test
from studium.cli.option_groups import panel
from studium.errors import OutputError, SettingError

if TYPE_CHECKING:
    from studium.data import Dataset
    from studium.introspection.arrays import Result
    from studium.report.inspection import Inspection
    from studium.training.model import Model

PAGE, DATA = ".html", ".json"

_data, _what, _output = panel("Data"), panel("What to look at"), panel("Output")

InspectedModel = Annotated[
    Path,
    typer.Argument(metavar="MODEL", help="Folder of a model, or of a run's step: RUN/models/STEP."),
]
LayerName = Annotated[
    str | None,
    _what("--layer", "L", "One layer, for example conv1, linear2 or output; by default all."),
]
UnitName = Annotated[
    str | None,
    _what(
        "--unit",
        "U",
        "One unit of the layer: its index from 0, or in the output layer the name of a class or target.",
    ),
]
Out = Annotated[
    Path | None,
    _output(
        "--out",
        "FILE",
        "Where to write: a page (.html) or the data (.json); by default a page in this folder, named for the model.",
    ),
]


@dataclass(frozen=True)
class ModelDataOptions:
    """The data of the training, where something needs it."""

    data: Annotated[
        str | None,
        _data(
            "--data",
            "D",
            f"The data of the training; by default the model's own where that is built in. {DATA_HELP}",
        ),
    ] = None
    test: Test = None
    offline: Offline = False

    def open(self, model: Model) -> Dataset | None:
        """The dataset, read for the model; ``None`` when none was named."""
        from studium.data import open_dataset

        if self.data is None:
            if self.test is not None:
                raise SettingError(
                    f"--test is {self.test!r}, but it needs the data that it belongs to: add --data"
                )
            return None
        return open_dataset(self.data, test=self.test, like=model, offline=self.offline)


def open_model(path: Path) -> Model:
    """The model of a folder.

    Raises:
        SettingError: The folder is a run or an ensemble, which has several models; they are named.
        ModelFileError: It is no model.
    """
    from studium.training.ensemble import ENSEMBLE
    from studium.training.model_files import RECORD, load_model

    holds_models = path.name == "models" or (path / ENSEMBLE).is_file()
    folder = path if holds_models else path / "models"
    inside = sorted(each for each in folder.glob("*") if (each / RECORD).is_file())
    if inside and not (path / RECORD).exists():
        names = ", ".join(str(each) for each in inside)
        raise SettingError(f"{path} holds several models, but one is looked into: choose one of {names}")
    return load_model(path)


def output_path(out: Path | None, default: str) -> Path:
    """Where to write, checked before any work is spent.

    Args:
        out: What the user chose.
        default: Name of a page in the current folder.

    Raises:
        OutputError: It is a folder, has another ending, or cannot be written.
    """
    from studium.files import check_writable

    path = Path(default) if out is None else out
    if path.suffix.lower() not in (PAGE, DATA):
        raise OutputError(
            f"--out is {str(path)!r}, but what is written is a page (.html) or data (.json): choose such an ending"
        )
    if path.is_dir():
        raise OutputError(f"--out is the folder {str(path)!r}, but it must be a file: add a name")
    check_writable(path.parent)
    return path


def page_name(model: Model, path: Path, view: str) -> str:
    """Name of a page by default: the model's folder and what is shown."""
    return f"{path.resolve().name or model.name or 'model'}-{view}{PAGE}"


def write_view(path: Path, results: Result | list[Any], page: Inspection) -> None:
    """Write the page, or the data, by the ending of the path."""
    import json

    from studium.files import write_atomic
    from studium.report.inspection import write_inspection

    if path.suffix.lower() == PAGE:
        write_inspection(path, page)
        return
    content = results if isinstance(results, list) else results.model_dump(mode="json")
    write_atomic(path, json.dumps(content, allow_nan=False) + "\n")
