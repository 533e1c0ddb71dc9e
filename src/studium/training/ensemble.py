"""An ensemble: trained models that answer together, by the mean of what each of them says."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from pydantic import Field, ValidationError
from torch import Tensor
from torch.nn import functional

from studium.config import Frozen
from studium.data import Dataset, Schema, Task
from studium.errors import ModelFileError, SettingError
from studium.files import atomic_directory, write_atomic
from studium.training.evaluation import Scores
from studium.training.metrics import metric_name
from studium.training.model import Model, RowChoice
from studium.training.model_files import RECORD, load_model, save_model
from studium.training.model_record import DataRecord, Part

ENSEMBLE = "ensemble.json"

_CURE = "restore it from a copy, or train the ensemble again"


@dataclass(frozen=True, eq=False)
class Ensemble:
    """Models of the same data whose predictions are averaged: values for regression, probabilities for classification.

    By Jensen's inequality its squared error, and its cross-entropy, are at most the means of its members'.

    Attributes:
        members: At least one; all trained on the same data.
        scores: By part of the data.
        name: What to call it.
    """

    members: tuple[Model, ...]
    scores: dict[Part, Scores]
    name: str = ""

    def __post_init__(self) -> None:
        if not self.members:
            raise SettingError("an ensemble has 0 members, but needs at least one: add models")
        if len({model.data.checksum for model in self.members}) > 1:
            raise SettingError(
                "the members of an ensemble were trained on different data, but their answers have to mean the same: choose "
                "models of one dataset"
            )

    @property
    def task(self) -> Task:
        """``"regression"`` or ``"classification"``."""
        return self.members[0].task

    @property
    def schema(self) -> Schema:
        """How raw rows or pictures become inputs."""
        return self.members[0].schema

    @property
    def class_names(self) -> tuple[str, ...]:
        """Name of each class; empty for regression."""
        return self.members[0].class_names

    @property
    def target_names(self) -> tuple[str, ...]:
        """Name of each target column."""
        return self.members[0].target_names

    @property
    def data(self) -> DataRecord:
        """Name and checksum of the training data."""
        return self.members[0].data

    @property
    def n_parameters(self) -> int:
        """Trained numbers of all members."""
        return sum(model.n_parameters for model in self.members)

    def predict(self, inputs: Tensor) -> Tensor:
        """The mean of what :meth:`studium.training.model.Model.predict` gives for each member, float64, ``[N, T or K]``."""
        return torch.stack([model.predict(inputs) for model in self.members]).mean(0)

    def evaluate(self, dataset: Dataset, rows: np.ndarray | None = None, *, device: str = "cpu") -> Scores:
        """Scores of the averaged predictions; the loss is that of the predictions without a training's own choices.

        Args:
            dataset: The data; its inputs and classes must be the members'.
            rows: Row indices ``[N]``; by default those of :meth:`rows_to_score`.
            device: ``cpu`` or ``auto``: ensembles are evaluated on the CPU.

        Raises:
            DataError: Inputs, task or classes of the data are not the members'.
            SettingError: Another device is asked for.
        """
        if device not in ("cpu", "auto"):
            raise SettingError(
                f"the device is {device}, but an ensemble is evaluated on the CPU: leave the device out"
            )
        self.require_fitting(dataset)
        chosen = self.rows_to_score(dataset)[0] if rows is None else rows
        index = torch.from_numpy(chosen)
        predictions, targets = self.predict(dataset.inputs[index]), dataset.targets[index]
        if self.task == "classification":
            loss = float(functional.nll_loss(predictions.clamp_min(1e-12).log(), targets))
            metric = float((predictions.argmax(1) == targets).double().mean())
        else:
            errors = predictions - targets
            metric = float((errors**2).mean())
            loss = float(((errors / self.members[0].normalisation.target_std) ** 2).mean())
        return Scores(loss, metric, metric_name(self.task), len(chosen))

    def scored(self, dataset: Dataset, parts: dict[Part, np.ndarray]) -> Ensemble:
        """The same ensemble with its scores on parts of the data; parts without rows are left out."""
        return replace(
            self, scores={part: self.evaluate(dataset, rows) for part, rows in parts.items() if len(rows)}
        )

    def rows_to_score(self, dataset: Dataset) -> tuple[np.ndarray, RowChoice]:
        """Rows that it is to be judged by, see :meth:`studium.training.model.Model.rows_to_score`."""
        return self.members[0].rows_to_score(dataset)

    def was_trained_on(self, dataset: Dataset) -> bool:
        """Whether a dataset is the one that the training rows came from."""
        return self.members[0].was_trained_on(dataset)

    def require_fitting(self, dataset: Dataset) -> None:
        """Make sure that it can be used on a dataset.

        Raises:
            DataError: Inputs, task or classes differ.
        """
        self.members[0].require_fitting(dataset)


Predictor = Model | Ensemble
"""What answers for raw inputs and can be scored: one model, or several together."""


class _Record(Frozen):
    format: Literal["studium-ensemble"] = "studium-ensemble"
    version: Literal[1] = 1
    name: str = ""
    members: tuple[str, ...] = Field(min_length=1)
    records: tuple[str, ...]  # SHA-256 of each member's description, which has those of its other files
    scores: dict[str, dict[str, Any]] = Field(default={})


def save_ensemble(ensemble: Ensemble, path: Path) -> None:
    """Write an ensemble: a folder with ``ensemble.json`` and one model's folder a member; it appears whole or not at all.

    Raises:
        UnavailableError: The place cannot be written.
    """
    names = tuple(f"member-{number}" for number in range(1, len(ensemble.members) + 1))
    with atomic_directory(path.resolve()) as folder:
        for name, model in zip(names, ensemble.members, strict=True):
            save_model(model, folder / name)
        record = _Record(
            name=ensemble.name,
            members=names,
            records=tuple(_digest(folder / name) for name in names),
            scores={part: vars(scores) for part, scores in ensemble.scores.items()},
        )
        write_atomic(folder / ENSEMBLE, record.model_dump_json(indent=1) + "\n")


def load_predictor(path: Path | str) -> Predictor:
    """A model, or an ensemble of models, by its folder.

    Raises:
        ModelFileError: It is missing or damaged.
    """
    folder = Path(path)
    if not (folder / ENSEMBLE).is_file():
        return load_model(folder)
    try:
        record = _Record.model_validate_json((folder / ENSEMBLE).read_text(encoding="utf-8"))
        scores = _scores(record)
    except (OSError, ValidationError, UnicodeDecodeError, TypeError) as error:
        raise ModelFileError(f"{folder / ENSEMBLE} is damaged: {_CURE}") from error
    if len(record.members) != len(record.records):
        raise ModelFileError(f"{folder / ENSEMBLE} does not describe all of its members: {_CURE}")
    return Ensemble(_members(folder, record), scores, record.name)


def _members(folder: Path, record: _Record) -> tuple[Model, ...]:
    for name, digest in zip(record.members, record.records, strict=True):
        if Path(name).name != name or not (folder / name / RECORD).is_file():
            raise ModelFileError(f"{folder / name} is missing, but the ensemble needs it: {_CURE}")
        if _digest(folder / name) != digest:
            raise ModelFileError(f"{folder / name} is not the model that the ensemble was made of: {_CURE}")
    return tuple(load_model(folder / name) for name in record.members)


def _scores(record: _Record) -> dict[Part, Scores]:
    known: Sequence[Part] = ("train", "validation", "test")
    return {part: Scores(**record.scores[part]) for part in known if part in record.scores}


def _digest(folder: Path) -> str:
    return hashlib.sha256((folder / RECORD).read_bytes()).hexdigest()
