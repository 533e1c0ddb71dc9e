"""What ``model.json`` holds: everything about a model but its weights."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Final, Literal, Self

import torch
from pydantic import Field, model_validator

from studium.config import Frozen
from studium.data import ImageSchema, Normalisation, TableSchema, Task
from studium.environment import Environment
from studium.models import ModelSpec
from studium.training.config import TrainConfig
from studium.training.losses import loss_name
from studium.training.metrics import MetricName, metric_name

FORMAT: Final = "studium-model"
VERSION: Final = 1

Part = Literal["train", "validation", "test"]
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Deviations = tuple[Annotated[float, Field(gt=0)], ...]


def seal(content: dict[str, Any]) -> str:
    """SHA-256 of a description in canonical form, as with an empty checksum.

    Args:
        content: As in the file. A file that was written before a setting existed does not name it, and stays valid.
    """
    text = json.dumps(content | {"checksum": ""}, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


class NormalisationRecord(Frozen):
    """A normalisation as numbers; float64 survives JSON unchanged.

    Attributes:
        input_mean: One number a feature of a table, or a channel of images.
        input_std: Likewise, above 0.
        target_mean: One number a target column; empty for classes.
        target_std: Likewise, above 0.
    """

    input_mean: tuple[float, ...]
    input_std: Deviations
    target_mean: tuple[float, ...]
    target_std: Deviations

    @classmethod
    def of(cls, normalisation: Normalisation) -> NormalisationRecord:
        """The numbers of a normalisation."""
        return cls(
            input_mean=tuple(normalisation.input_mean.flatten().tolist()),
            input_std=tuple(normalisation.input_std.flatten().tolist()),
            target_mean=tuple(normalisation.target_mean.tolist()),
            target_std=tuple(normalisation.target_std.tolist()),
        )

    def restore(self, schema: TableSchema | ImageSchema) -> Normalisation:
        """The normalisation, with the shapes that inputs of a schema need."""
        shape = (-1, 1, 1) if isinstance(schema, ImageSchema) else (-1,)
        mean, std, target_mean, target_std = (
            torch.tensor(values, dtype=torch.float64)
            for values in (self.input_mean, self.input_std, self.target_mean, self.target_std)
        )
        return Normalisation(mean.reshape(shape), std.reshape(shape), target_mean, target_std)


class ScoreRecord(Frozen):
    """Scores on some rows; ``None`` where a number was not finite."""

    loss: float | None
    metric: float | None
    metric_name: MetricName
    n: int = Field(ge=1)


class TrainingRecord(Frozen):
    """How the weights came about.

    Attributes:
        seed: Root of the training's streams.
        epochs: Epochs run.
        best_epoch: Epoch of the smallest validation loss; with early stopping the weights are of this one.
        seconds: Wall time.
        n_train: Training rows.
        n_validation: Validation rows.
    """

    seed: int
    epochs: int = Field(ge=1)
    best_epoch: int = Field(ge=0)
    seconds: float = Field(ge=0)
    n_train: int = Field(ge=1)
    n_validation: int = Field(ge=0)


class DataRecord(Frozen):
    """What the model was trained on: the dataset's name and checksum."""

    name: str
    checksum: Sha256


class ModelRecord(Frozen):
    """The content of ``model.json``.

    Attributes:
        format: Tells a model from other JSON.
        version: Of the format; a reader refuses a newer one.
        name: What to call the network, for example a preset's name; may be empty.
        spec: The network.
        config: The training.
        task: The data's.
        inputs: How raw rows or pictures become inputs.
        class_names: Of the outputs, for classes.
        target_names: Of the target columns.
        normalisation: From the training rows.
        training: How the weights came about.
        data: What it was trained on.
        scores: By part of the data.
        environment: Where it was trained.
        n_test_rows: Rows of the training data that were kept for testing, in a file of their own; 0: there is none.
        files: SHA-256 of the other files of the model, by name.
        checksum: SHA-256 of all this in canonical form, with an empty checksum.
    """

    format: Literal["studium-model"] = FORMAT
    version: Literal[1] = VERSION
    name: str
    spec: ModelSpec
    config: TrainConfig
    task: Task
    inputs: Annotated[TableSchema | ImageSchema, Field(discriminator="kind")]
    class_names: tuple[str, ...]
    target_names: tuple[str, ...]
    normalisation: NormalisationRecord
    training: TrainingRecord
    data: DataRecord
    scores: dict[Part, ScoreRecord]
    environment: Environment
    n_test_rows: int = Field(default=0, ge=0, le=1 << 31)
    files: dict[str, Sha256]
    checksum: str = ""

    def sealed(self) -> ModelRecord:
        """The same with its checksum."""
        return self.model_copy(update={"checksum": seal(self.model_dump(mode="json"))})

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        loss_name(self.config, self.task)
        features = (
            self.inputs.channels if isinstance(self.inputs, ImageSchema) else self.inputs.input_shape[0]
        )
        targets = 0 if self.task == "classification" else len(self.target_names)
        normalisation = self.normalisation
        names = self.class_names if self.task == "classification" else self.target_names
        fits = {
            "spec and inputs": self.spec.input_shape == self.inputs.input_shape,
            "spec and names of outputs": self.spec.n_outputs == len(names),
            "task and class names": (self.task == "classification") == bool(self.class_names),
            "inputs and their normalisation": len(normalisation.input_mean)
            == len(normalisation.input_std)
            == features,
            "targets and their normalisation": len(normalisation.target_mean)
            == len(normalisation.target_std)
            == targets,
            "inputs and flip averaging": isinstance(self.inputs, ImageSchema)
            or not self.config.flip_averaging,
            "task and scores": all(
                each.metric_name == metric_name(self.task) for each in self.scores.values()
            ),
        }
        wrong = next((pair for pair, fit in fits.items() if not fit), None)
        if wrong is not None:
            raise ValueError(f"{wrong} contradict each other")
        return self
