"""Data: from files and built-in names to inputs and targets in memory, split and normalised.

::

    open_dataset(name) -> Dataset -> split / folds -> rows
                                  -> fit_normalisation(dataset, rows) -> Normalisation

Each name is loaded when it is first used: what describes data is light, and what holds it brings PyTorch along.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studium.data.arrays import dataset_from_arrays
    from studium.data.builtin.curve import curve_function, make_curve
    from studium.data.catalogue import BuiltIn, add_files, builtin_datasets, open_dataset
    from studium.data.dataset import Dataset, concatenate
    from studium.data.image_folder import encode_images
    from studium.data.interpretation import Interpretation
    from studium.data.normalisation import Normalisation, fit_normalisation
    from studium.data.schema import Column, ImageSchema, Schema, TableSchema, Task
    from studium.data.splits import Split, folds, split
    from studium.data.table import encode_table

__all__ = [
    "BuiltIn",
    "Column",
    "Dataset",
    "ImageSchema",
    "Interpretation",
    "Normalisation",
    "Schema",
    "Split",
    "TableSchema",
    "Task",
    "add_files",
    "builtin_datasets",
    "concatenate",
    "curve_function",
    "dataset_from_arrays",
    "encode_images",
    "encode_table",
    "fit_normalisation",
    "folds",
    "make_curve",
    "open_dataset",
    "split",
]

_HOMES = {
    "BuiltIn": "catalogue",
    "Column": "schema",
    "Dataset": "dataset",
    "ImageSchema": "schema",
    "Interpretation": "interpretation",
    "Normalisation": "normalisation",
    "Schema": "schema",
    "Split": "splits",
    "TableSchema": "schema",
    "Task": "schema",
    "add_files": "catalogue",
    "builtin_datasets": "catalogue",
    "concatenate": "dataset",
    "curve_function": "builtin.curve",
    "dataset_from_arrays": "arrays",
    "encode_images": "image_folder",
    "encode_table": "table",
    "fit_normalisation": "normalisation",
    "folds": "splits",
    "make_curve": "builtin.curve",
    "open_dataset": "catalogue",
    "split": "splits",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
