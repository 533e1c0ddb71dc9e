"""Options that say which data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from studium.cli.option_groups import panel

if TYPE_CHECKING:
    from studium.data import Dataset, Interpretation

_option = panel("Data")

DATA_HELP = (
    "curve, digits or fashion-mnist; a CSV, Parquet or .npz file; a pair of IDX files IMAGES,LABELS; or a folder with "
    "one sub-folder of images a class."
)
Test = Annotated[str | None, _option("--test", "T", "File or folder with the official test set.")]
Target = Annotated[
    str | None,
    _option("--target", "COLUMN", "Target column of a table, or several with commas; by default the last."),
]
Task = Annotated[
    str | None, _option("--task", "NAME", "regression or classification; by default decided by the target.")
]
Offline = Annotated[bool, _option("--offline", None, "Never touch the network.")]


@dataclass(frozen=True)
class DataOptions:
    """Which data, and how to read it."""

    data: Annotated[str, _option("--data", "D", DATA_HELP)]
    test: Test = None
    target: Target = None
    task: Task = None
    offline: Offline = False

    def open(self, like: Interpretation | None = None) -> Dataset:
        """The dataset; ``like`` is a model that it must be read for."""
        from studium.data import open_dataset

        return open_dataset(
            self.data, target=self.target, task=self.task, test=self.test, like=like, offline=self.offline
        )

    def settings(self) -> dict[str, Any]:
        """As settings of a plan's step."""
        return {"data": self.data, "target": self.target, "task": self.task, "test": self.test}
