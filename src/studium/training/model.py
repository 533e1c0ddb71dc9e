"""A trained model: a network, its weights, and everything needed to use it on raw data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import torch
from torch import Tensor, nn

from studium.data import Dataset, Normalisation, Schema, TableSchema, Task
from studium.environment import Environment, current_environment, resolve_device, torch_threads
from studium.errors import DataError, ModelFileError, SettingError
from studium.models import CNNSpec, MLPSpec, build, n_parameters
from studium.training.config import TrainConfig
from studium.training.evaluation import Scores, network_outputs
from studium.training.fit import Fit
from studium.training.flip_averaging import as_scored
from studium.training.losses import module_loss
from studium.training.model_record import DataRecord, Part, TrainingRecord
from studium.training.model_scoring import score
from studium.training.trainer import Device

RowChoice = Literal["test", "all"]


@dataclass(frozen=True, eq=False)
class Model:
    """A trained network that takes raw inputs and gives values in the targets' units, or class probabilities.

    It is an :class:`~studium.data.Interpretation`, so ``open_dataset(name, like=model)`` reads data as the model needs it.

    Attributes:
        spec: The network.
        weights: Tensor by name, as in ``build(spec).state_dict()``.
        normalisation: From the training rows.
        schema: How raw rows or pictures become inputs.
        task: ``"regression"`` or ``"classification"``.
        class_names: Name of each class; empty for regression.
        target_names: Name of each target column.
        config: The training.
        training: How the weights came about.
        data: Name and checksum of the training data.
        environment: Where it was trained.
        test_rows: Rows of the training data that were kept for testing, when it has no official test set of its own.
        scores: By part of the data.
        name: What to call the network, for example a preset's name.
    """

    spec: MLPSpec | CNNSpec
    weights: Mapping[str, Tensor]
    normalisation: Normalisation
    schema: Schema
    task: Task
    class_names: tuple[str, ...]
    target_names: tuple[str, ...]
    config: TrainConfig
    training: TrainingRecord
    data: DataRecord
    environment: Environment
    test_rows: np.ndarray | None = None
    scores: Mapping[Part, Scores] = field(default_factory=dict)
    name: str = ""

    @classmethod
    def from_fit(
        cls,
        fit: Fit,
        dataset: Dataset,
        *,
        test_rows: np.ndarray | None = None,
        scores: Mapping[Part, Scores] | None = None,
        name: str = "",
        threads: int | None = None,
    ) -> Model:
        """The model of a fit.

        Args:
            fit: What training gave.
            dataset: What it was trained on.
            test_rows: Rows kept for testing, ``[N_test]``, when the dataset has no official test set; they travel with
                the model.
            scores: By part of the data, when they are known already; see :meth:`scored`.
            name: What to call the network.
            threads: PyTorch threads that it was trained with; by default all that PyTorch uses.

        Raises:
            SettingError: The fit diverged, so it has no weights.
        """
        if fit.status != "complete":
            raise SettingError(
                f"the fit has {fit.status}, but only a complete fit makes a model: train it again"
            )
        held_out = None if dataset.test_rows is not None else test_rows
        return cls(
            spec=fit.member.spec,
            weights=fit.weights,
            normalisation=fit.normalisation,
            schema=dataset.schema,
            task=dataset.task,
            class_names=dataset.class_names,
            target_names=dataset.target_names,
            config=fit.member.config,
            training=_training_record(fit),
            data=DataRecord(name=dataset.name, checksum=dataset.checksum),
            environment=current_environment(threads),
            test_rows=None if held_out is None or len(held_out) == 0 else held_out,
            scores=scores or {},
            name=name,
        )

    @property
    def n_parameters(self) -> int:
        """Exact number of trained numbers."""
        return n_parameters(self.spec)

    def module(self) -> nn.Sequential:
        """A new module with these weights, in evaluation mode, on the CPU; without flip averaging, see :meth:`predict`."""
        network = build(self.spec).to(getattr(torch, self.config.precision))
        network.load_state_dict(dict(self.weights))
        if isinstance(self.spec, CNNSpec):  # faster so
            network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        return network.eval()

    def predict(self, inputs: Tensor) -> Tensor:
        """Predictions for raw inputs, with flip averaging where the training says so.

        Args:
            inputs: ``[N, F]`` float64 or ``[N, C, H, W]`` uint8, as in a :class:`~studium.data.Dataset`.

        Returns:
            Float64: values in the targets' units ``[N, T]``, or probabilities of the classes ``[N, K]``.

        Raises:
            DataError: The inputs have another shape than the network's.
        """
        if tuple(inputs.shape[1:]) != self.spec.input_shape:
            raise DataError(
                f"the inputs have shape {tuple(inputs.shape[1:])}, but the model takes {self.spec.input_shape}: reshape them"
            )
        with torch_threads(1):
            network = as_scored(self.module(), self.config, self.task)
            outputs = network_outputs(network, inputs, self.normalisation)
        if self.task == "classification":
            return outputs.double().softmax(dim=1)
        return self.normalisation.predictions(outputs)

    def evaluate(self, dataset: Dataset, rows: np.ndarray | None = None, *, device: Device = "cpu") -> Scores:
        """Scores on a dataset, the same to the last bit in every process on the same machine and versions.

        Args:
            dataset: The data; its inputs and classes must be the model's.
            rows: Row indices ``[N]``; by default those of :meth:`rows_to_score`.
            device: ``cpu``, ``cuda`` or ``auto``; scores of another device differ in their last bits.

        Raises:
            DataError: Inputs, task or classes of the data are not the model's.
        """
        self.require_fitting(dataset)
        chosen = self.rows_to_score(dataset)[0] if rows is None else rows
        network = as_scored(self.module(), self.config, self.task).to(resolve_device(device))
        return score(network, dataset, chosen, self.normalisation, module_loss(self.config, self.task))

    def scored(self, dataset: Dataset, parts: Mapping[Part, np.ndarray]) -> Model:
        """The same model with its scores on parts of the training data; parts without rows are left out."""
        scores = {part: self.evaluate(dataset, rows) for part, rows in parts.items() if len(rows)}
        return replace(self, scores=scores)

    def rows_to_score(self, dataset: Dataset) -> tuple[np.ndarray, RowChoice]:
        """Rows of a dataset that the model is to be judged by.

        Returns:
            The official test rows when the dataset has them; the rows that were kept for testing when it is the training
            data; otherwise all rows. And which of these: ``"test"`` or ``"all"``.

        Raises:
            ModelFileError: The kept rows are not in the data; the model file was forged.
        """
        if dataset.test_rows is not None:
            return np.sort(dataset.test_rows), "test"
        if self.test_rows is not None and self.was_trained_on(dataset):
            return _require_inside(self.test_rows, dataset), "test"
        return np.arange(len(dataset)), "all"

    def was_trained_on(self, dataset: Dataset) -> bool:
        """Whether a dataset is, to the last value, the one that the training rows came from."""
        return dataset.checksum == self.data.checksum

    def require_fitting(self, dataset: Dataset) -> None:
        """Make sure that the model can be used on a dataset.

        Raises:
            DataError: Inputs, task or classes differ; the first difference is named.
        """
        difference = _difference(self, dataset)
        if difference:
            raise DataError(
                f"{dataset.name} has {difference[0]}, but the model was trained on {difference[1]}: "
                "choose data like that of the training"
            )


def _training_record(fit: Fit) -> TrainingRecord:
    return TrainingRecord(
        seed=fit.member.seed,
        epochs=fit.epochs,
        best_epoch=fit.best_epoch,
        seconds=fit.seconds,
        n_train=len(fit.member.train),
        n_validation=len(fit.member.validation),
    )


def _require_inside(rows: np.ndarray, dataset: Dataset) -> np.ndarray:
    if rows[-1] >= len(dataset):
        raise ModelFileError(
            f"the model keeps row {rows[-1]} of {dataset.name} for testing, but the data has {len(dataset)} rows: "
            "train the model again"
        )
    return rows


def _difference(model: Model, dataset: Dataset) -> tuple[str, str] | None:
    """What the dataset has and what the model needs, in words."""
    if dataset.schema != model.schema:
        return _describe(dataset.schema), _describe(model.schema)
    if dataset.task != model.task:
        return f"a {dataset.task} target", f"a {model.task}"
    if dataset.class_names != model.class_names:
        return f"the classes {', '.join(dataset.class_names)}", f"{', '.join(model.class_names)}"
    if model.task == "regression" and len(dataset.target_names) != len(model.target_names):
        return f"{len(dataset.target_names)} target columns", f"{len(model.target_names)}"
    return None


def _describe(schema: Schema) -> str:
    if isinstance(schema, TableSchema):
        return f"the inputs {', '.join(schema.feature_names)}"
    return f"images {schema.channels}x{schema.height}x{schema.width} (channels x height x width)"
