"""One door to all data: built-in names, files and folders."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from studium.data.builtin.curve import make_curve
from studium.data.builtin.digits import load_digits
from studium.data.builtin.fashion_mnist import FASHION_MNIST, load_fashion_mnist
from studium.data.cache import add_to_cache
from studium.data.dataset import Dataset, concatenate
from studium.data.idx import is_idx, read_idx
from studium.data.image_folder import read_image_folder
from studium.data.interpretation import Interpretation
from studium.data.npz import read_npz
from studium.data.schema import Task
from studium.data.table import read_table
from studium.data.table_file import SUFFIXES
from studium.data.targets import check_task
from studium.errors import DataError, SettingError, UnknownNameError

_COLLECTIONS = (FASHION_MNIST,)


@dataclass(frozen=True)
class BuiltIn:
    """A dataset that comes with Studium.

    Attributes:
        name: What ``open_dataset`` knows it by.
        description: One line.
        task: ``"regression"`` or ``"classification"``.
        input_shape: Shape of one input.
        n_outputs: Number of classes or target columns.
        n_train: Rows to train and validate on.
        n_test: Rows of the official test set.
    """

    name: str
    description: str
    task: Task
    input_shape: tuple[int, ...]
    n_outputs: int
    n_train: int
    n_test: int


_BUILT_IN = (
    BuiltIn(
        "curve",
        "noisy points on a curve with two bumps that lie in gaps; generated",
        "regression",
        (1,),
        1,
        100,
        100,
    ),
    BuiltIn(
        "digits",
        "handwritten digits, 8x8 grey pixels; scikit-learn's",
        "classification",
        (1, 8, 8),
        10,
        1442,
        355,
    ),
    BuiltIn(
        "fashion-mnist",
        "clothes, 28x28 grey pixels; Zalando's",
        "classification",
        (1, 28, 28),
        10,
        60_000,
        10_000,
    ),
)


def builtin_datasets() -> tuple[BuiltIn, ...]:
    """The datasets that come with Studium.

    Example:
        >>> [builtin.name for builtin in builtin_datasets()]
        ['curve', 'digits', 'fashion-mnist']
    """
    return _BUILT_IN


def add_files(paths: Sequence[Path]) -> list[Path]:
    """Put files of built-in datasets into the cache, after checking them.

    Args:
        paths: The files, known by their content, whatever they are called.

    Returns:
        Where each is now.

    Raises:
        DataError: A file cannot be read or belongs to no built-in dataset; nothing is added then.
        UnavailableError: The cache cannot be written.
    """
    return add_to_cache(paths, _COLLECTIONS)


def open_dataset(
    name: str | Path,
    *,
    target: str | None = None,
    task: str | None = None,
    test: str | Path | None = None,
    like: Interpretation | None = None,
    offline: bool = False,
    directory: Path | None = None,
) -> Dataset:
    """A dataset by built-in name or from a file or folder.

    Args:
        name: ``curve``, ``digits``, ``fashion-mnist``; a ``.csv``, ``.parquet`` or ``.npz`` file; an IDX file
            of images (its labels are found by the usual naming) or ``IMAGES,LABELS``; a folder with a
            sub-folder of pictures a class.
        target: For tables: heading of the target column, or several separated by commas; by default the last
            column.
        task: ``"regression"`` or ``"classification"``; by default decided by the target.
        test: A second file or folder of the same kind: the official test set, read with the columns,
            categories and classes of the first.
        like: An interpretation to follow, a dataset's or a model's: its columns, categories, classes and
            target.
        offline: Never touch the network.
        directory: A folder that may hold the files of a built-in dataset.

    Raises:
        DataError: The file is missing, or something in it breaks a rule.
        UnknownNameError: There is no such built-in dataset, target column or task.
        SettingError: A setting does not apply to this kind of data.
        UnavailableError: The files of a built-in dataset could not be had.

    Example:
        >>> open_dataset("curve").target_names
        ('label',)
    """
    wanted = check_task(task)
    builtin = next((each for each in _BUILT_IN if each.name == str(name)), None)
    if builtin is not None:
        _refuse(str(name), target=target, test=test)
        return _open_builtin(builtin, wanted, like, directory, offline)
    data = _read(str(name), target, wanted, like)
    if test is None:
        return data
    return concatenate(data, _read_test(data, str(name), str(test)))


def _open_builtin(
    builtin: BuiltIn, task: Task | None, like: Interpretation | None, directory: Path | None, offline: bool
) -> Dataset:
    if task not in (None, builtin.task):
        raise SettingError(
            f"the task is {task!r}, but {builtin.name} is a {builtin.task}: leave the task out"
        )
    loaders: dict[str, Callable[[], Dataset]] = {
        "curve": make_curve,
        "digits": load_digits,
        "fashion-mnist": lambda: load_fashion_mnist(directory=directory, offline=offline),
    }
    data = loaders[builtin.name]()
    if like is not None and (like.schema, like.class_names) != (data.schema, data.class_names):
        raise DataError(
            f"{builtin.name} has other inputs or classes than are needed: choose the data that the model was "
            "trained on"
        )
    return data


def _read(name: str, target: str | None, task: Task | None, like: Interpretation | None) -> Dataset:
    path = Path(name)
    if path.is_dir():
        _refuse(name, target=target, task=None if task == "classification" else task)
        return read_image_folder(path, like=like)
    if path.suffix.lower() in SUFFIXES and path.exists():
        return read_table(path, target=target, task=task, like=like)
    if path.suffix.lower() == ".npz" and path.exists():
        _refuse(name, target=target)
        return read_npz(path, task=task, like=like)
    images, labels = _idx_pair(name)
    _refuse(name, target=target)
    return read_idx(images, labels, task=task, like=like)


def _read_test(data: Dataset, name: str, test: str) -> Dataset:
    if _kind(name) != _kind(test):
        raise DataError(
            f"{test} is not of the same kind as {name}, but a test set must be: give such a file or folder"
        )
    return _read(test, None, None, data)


def _kind(name: str) -> str:
    path = Path(name)
    if path.is_dir():
        return "folder"
    suffix = path.suffix.lower()
    return "table" if suffix in SUFFIXES else suffix if suffix == ".npz" else "idx"


def _idx_pair(name: str) -> tuple[Path, Path | None]:
    path = Path(name)
    if is_idx(path):
        return path, None
    if path.exists():
        raise DataError(
            f"{name} is of no known kind, but data is a .csv, .parquet or .npz file, an IDX pair or a folder "
            "of pictures: convert it or correct its ending"
        )
    parts = [Path(part.strip()) for part in name.split(",")]
    if len(parts) == 2:
        for part in parts:
            _require_file(part)
        return parts[0], parts[1]
    raise _missing(name)


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise DataError(f"there is no file {path}: correct the path")


def _missing(name: str) -> Exception:
    if Path(name).suffix or len(Path(name).parts) > 1:
        return DataError(f"there is no file or folder {name}: correct the path")
    return UnknownNameError("dataset", name, [builtin.name for builtin in _BUILT_IN])


def _refuse(name: str, **settings: object) -> None:
    for setting, value in settings.items():
        if value is not None:
            raise SettingError(
                f"{setting} is {str(value)!r}, but {name} has no such choice: leave {setting} out"
            )
