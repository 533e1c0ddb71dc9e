"""``studium data``: what data there is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from studium.cli.data_options import DATA_HELP, Offline, Target, Task, Test
from studium.cli.options import Json
from studium.cli.output import print_json, print_line, print_table

if TYPE_CHECKING:
    from studium.data import Dataset

app = typer.Typer(name="data", help="List, show and add data.")

Name = Annotated[str, typer.Argument(metavar="NAME", help=DATA_HELP)]
Files = Annotated[
    list[Path], typer.Argument(metavar="FILE...", help="Files of built-in data, known by their content.")
]


@app.command("list")
def list_(json: Json = False) -> None:
    """List the built-in data."""
    from dataclasses import asdict

    from studium.data import builtin_datasets

    known = builtin_datasets()
    if json:
        print_json({"datasets": [asdict(each) for each in known]})
        return
    rows = [
        [each.name, each.task, f"{each.n_train:,}", f"{each.n_test:,}", each.description] for each in known
    ]
    print_table("", ["name", "task", "training", "test", "what"], rows)


@app.command()
def show(
    name: Name,
    test: Test = None,
    target: Target = None,
    task: Task = None,
    offline: Offline = False,
    json: Json = False,
) -> None:
    """Show what data holds: rows, inputs, classes or range of the target, checksum."""
    from studium.data import open_dataset

    facts = describe(open_dataset(name, target=target, task=task, test=test, offline=offline))
    if json:
        print_json(facts)
        return
    print_table("", ["what", "value"], [[what, _words(value)] for what, value in facts.items() if value])


@app.command()
def add(files: Files) -> None:
    """Put files of built-in data into the cache, after checking them; for machines without a network."""
    from studium.data import add_files

    for path in add_files(files):
        print_line(f"added {path}")


@app.command()
def path() -> None:
    """Print the folder where downloads are kept.

    STUDIUM_CACHE chooses another; STUDIUM_DATA names one more folder to look for files in.
    """
    from studium.config import cache_directory

    print_line(str(cache_directory()))


def describe(dataset: Dataset) -> dict[str, Any]:
    """What a dataset holds, as data."""
    from studium.data import TableSchema

    n_test = 0 if dataset.test_rows is None else len(dataset.test_rows)
    classes = dataset.task == "classification"
    return {
        "name": dataset.name,
        "task": dataset.task,
        "rows": len(dataset),
        "training": len(dataset) - n_test,
        "test": n_test,
        "inputs": list(dataset.schema.feature_names) if isinstance(dataset.schema, TableSchema) else None,
        "input_shape": list(dataset.input_shape),
        "classes": _class_counts(dataset) if classes else None,
        "targets": None if classes else _target_ranges(dataset),
        "checksum": dataset.checksum,
        "origin": dataset.origin,
    }


def _class_counts(dataset: Dataset) -> dict[str, int]:
    counts = dataset.targets.bincount(minlength=dataset.n_outputs).tolist()
    return dict(zip(dataset.class_names, counts, strict=True))


def _target_ranges(dataset: Dataset) -> dict[str, list[float]]:
    low, high = dataset.targets.min(dim=0).values.tolist(), dataset.targets.max(dim=0).values.tolist()
    return {name: list(pair) for name, *pair in zip(dataset.target_names, low, high, strict=True)}


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} ({_words(each)})" for name, each in value.items())
    if isinstance(value, list):
        return (" to " if isinstance(value[0], float) else ", ").join(_words(each) for each in value)
    return f"{value:.4g}" if isinstance(value, float) else str(value)
