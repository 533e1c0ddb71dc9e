"""A dataset: inputs and targets in memory, and what they mean."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from torch import Tensor

from studium.data.schema import Schema, Task


@dataclass(frozen=True, eq=False)
class Dataset:
    """Inputs and targets in memory.

    Letters: N rows, F features, C channels, H height, W width, T targets.

    Attributes:
        name: What it is called in messages, figures and reports.
        task: ``"regression"`` or ``"classification"``.
        inputs: ``[N, F]`` float64 for tables, ``[N, C, H, W]`` uint8 for images (they stay uint8 until a
            batch is made).
        targets: ``[N, T]`` float64 for regression, ``[N]`` int64 class indices for classification.
        schema: How raw rows or pictures become inputs; travels with every model trained on the data.
        class_names: Name of each class; empty for regression.
        target_names: Name of each target column.
        test_rows: Row indices of the official test set, when there is one; no other rows may be used as test.
        origin: Where it came from, in words.
        mirrorable: Whether an image's mirror image (left and right exchanged) is as good an example of its class, as of
            clothes but not of digits; known of built-in data alone.
    """

    name: str
    task: Task
    inputs: Tensor
    targets: Tensor
    schema: Schema
    class_names: tuple[str, ...] = ()
    target_names: tuple[str, ...] = ("target",)
    test_rows: np.ndarray | None = None
    origin: str = field(default="memory")
    mirrorable: bool = False

    def __len__(self) -> int:
        return len(self.inputs)

    @property
    def n_outputs(self) -> int:
        """Number of outputs a network for this data needs: classes, or target columns."""
        return len(self.class_names) if self.task == "classification" else int(self.targets.shape[1])

    @property
    def input_shape(self) -> tuple[int, ...]:
        """Shape of one input."""
        return self.schema.input_shape

    @cached_property
    def training_pool(self) -> np.ndarray:
        """Row indices that are not the official test set, in order; shape ``[N - N_test]``."""
        rows = np.arange(len(self))
        return rows if self.test_rows is None else np.setdiff1d(rows, self.test_rows)

    @cached_property
    def checksum(self) -> str:
        """SHA-256 over inputs, targets, schema, names and test rows; equal data gives equal checksums."""
        digest = hashlib.sha256(self.schema.canonical().encode())
        digest.update(repr((self.task, self.class_names, self.target_names)).encode())
        for tensor in (self.inputs, self.targets):
            digest.update(f"{tensor.dtype}{tuple(tensor.shape)}".encode())
            digest.update(tensor.contiguous().numpy().data)
        if self.test_rows is not None:
            digest.update(np.ascontiguousarray(self.test_rows, dtype=np.int64).data)
        return digest.hexdigest()


def concatenate(training: Dataset, test: Dataset) -> Dataset:
    """One dataset whose official test set is another file's rows.

    Args:
        training: Data to train on; its own test rows, if any, are left out.
        test: Data of the same schema, task and names.

    Returns:
        Rows of ``training`` followed by the rows of ``test``.
    """
    kept = torch.from_numpy(training.training_pool)
    return Dataset(
        name=training.name,
        task=training.task,
        inputs=torch.cat([training.inputs[kept], test.inputs]),
        targets=torch.cat([training.targets[kept], test.targets]),
        schema=training.schema,
        class_names=training.class_names,
        target_names=training.target_names,
        test_rows=np.arange(len(kept), len(kept) + len(test)),
        origin=training.origin
        if training.origin == test.origin
        else f"{training.origin}; test: {test.origin}",
        mirrorable=training.mirrorable,
    )
