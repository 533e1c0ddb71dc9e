"""Data: from files and built-in names to inputs and targets in memory, split and normalised.

::

    open_dataset(name) -> Dataset -> split / folds -> rows
                                  -> fit_normalisation(dataset, rows) -> Normalisation
"""

from studium.data.arrays import dataset_from_arrays
from studium.data.builtin.curve import curve_function, make_curve
from studium.data.catalogue import BuiltIn, add_files, builtin_datasets, open_dataset
from studium.data.dataset import Column, Dataset, ImageSchema, Schema, TableSchema, Task, concatenate
from studium.data.image_folder import encode_images
from studium.data.interpretation import Interpretation
from studium.data.normalisation import Normalisation, fit_normalisation
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
