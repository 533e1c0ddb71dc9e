"""Datasets by their checksum: how a worker comes by the data of a task without being sent them each time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from pydantic import TypeAdapter

from studium.config import cache_directory
from studium.data import Dataset
from studium.data.schema import Schema
from studium.execution.record_file import DamagedRecordError, decode, encode
from studium.files import write_atomic

_Schema: TypeAdapter[Schema] = TypeAdapter(Schema)


class DataCache:
    """Datasets as they are in memory, one checked file each.

    Args:
        directory: The folder; by default ``datasets`` in the cache.
    """

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory or cache_directory() / "datasets"

    def path(self, checksum: str) -> Path:
        """Where the dataset with this checksum is, or would be."""
        return self._directory / f"{checksum}.safetensors"

    def keep(self, dataset: Dataset) -> None:
        """Write a dataset, unless it is there and whole.

        Raises:
            UnavailableError: The disk is full, or the cache cannot be written.
        """
        if self.open(dataset.checksum) is None:
            write_atomic(self.path(dataset.checksum), packed_dataset(dataset))

    def put(self, checksum: str, content: bytes) -> None:
        """Write what :func:`packed_dataset` gave elsewhere.

        Raises:
            UnavailableError: As :meth:`keep`.
        """
        write_atomic(self.path(checksum), content)

    def open(self, checksum: str) -> Dataset | None:
        """The dataset with this checksum; ``None`` when it is not there, or not whole."""
        try:
            dataset = _unpacked(*decode(self.path(checksum).read_bytes()))
        except (OSError, DamagedRecordError, KeyError, ValueError):
            return None
        return dataset if dataset.checksum == checksum else None


def packed_dataset(dataset: Dataset) -> bytes:
    """A dataset as the content of its file."""
    facts = {
        "name": dataset.name,
        "task": dataset.task,
        "schema": dataset.schema.model_dump(mode="json"),
        "class_names": dataset.class_names,
        "target_names": dataset.target_names,
        "origin": dataset.origin,
    }
    arrays = {"inputs": dataset.inputs.numpy(), "targets": dataset.targets.numpy()}
    if dataset.test_rows is not None:
        arrays["test_rows"] = np.asarray(dataset.test_rows, dtype=np.int64)
    return encode(facts, arrays)


def _unpacked(facts: dict[str, Any], arrays: dict[str, np.ndarray]) -> Dataset:
    return Dataset(
        name=facts["name"],
        task=facts["task"],
        inputs=torch.from_numpy(arrays["inputs"].copy()),
        targets=torch.from_numpy(arrays["targets"].copy()),
        schema=_Schema.validate_python(facts["schema"]),
        class_names=tuple(facts["class_names"]),
        target_names=tuple(facts["target_names"]),
        test_rows=arrays["test_rows"].copy() if "test_rows" in arrays else None,
        origin=facts["origin"],
    )
