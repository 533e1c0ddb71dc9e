"""From a dataset to a trained and scored model: split, train, score."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studium.data import Dataset, Split, split
from studium.models import CNNSpec, MLPSpec
from studium.training.config import TrainConfig
from studium.training.fit import Fit
from studium.training.member import Member
from studium.training.model import Model
from studium.training.progress import Progress
from studium.training.trainer import Device, Trainer


@dataclass(frozen=True, eq=False)
class Trained:
    """What :func:`train_model` gives.

    Attributes:
        fit: History, status, seconds.
        rows: Which rows were for what.
        model: With its scores; ``None`` when the training diverged.
    """

    fit: Fit
    rows: Split
    model: Model | None


def train_model(
    dataset: Dataset,
    spec: MLPSpec | CNNSpec,
    config: TrainConfig,
    *,
    name: str = "",
    validation: float = 0.2,
    seed: int = 0,
    device: Device = "auto",
    threads: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Trained:
    """Train one network on a dataset, and score it on the training, validation and test rows.

    Args:
        dataset: The data. Without an official test set, a fifth of its rows is kept for testing.
        spec: The network.
        config: The training.
        name: What to call the network.
        validation: Share of the training rows to validate on, in [0, 1).
        seed: Root of the split and of the training's streams.
        device: Where to train; scores are always computed on the CPU, so that they can be reproduced anywhere.
        threads: PyTorch threads of the training; by default all cores.
        progress: Called now and then with how far the training is.

    Raises:
        SettingError: A setting is outside its range, or network, training and data contradict each other.
        DataError: There are too few rows.

    Example:
        >>> from studium.data import open_dataset
        >>> from studium.models import preset
        >>> data = open_dataset("curve")
        >>> trained = train_model(data, preset("net", data.input_shape, data.n_outputs), TrainConfig(epochs=20))
        >>> sorted(trained.model.scores)
        ['test', 'train', 'validation']
    """
    rows = split(dataset, validation=validation, seed=seed)
    trainer = Trainer(dataset, device=device, threads=threads, progress=progress)
    fit = trainer.fit([Member(spec, config, rows.train, rows.validation, seed)])[0]
    if fit.status != "complete":
        return Trained(fit, rows, None)
    model = Model.from_fit(fit, dataset, test_rows=rows.test, name=name, threads=threads)
    return Trained(
        fit,
        rows,
        model.scored(dataset, {"train": rows.train, "validation": rows.validation, "test": rows.test}),
    )
