"""A model before its training: what can be asked of it is known already."""

from __future__ import annotations

from studium.data import Dataset, fit_normalisation
from studium.environment import current_environment
from studium.models import CNNSpec, MLPSpec, build
from studium.training import TrainConfig
from studium.training.model import Model
from studium.training.model_record import DataRecord, TrainingRecord


def untrained_model(pool: Dataset, spec: MLPSpec | CNNSpec) -> Model:
    """A model with initial weights, to check questions about layers, units and inputs before anything is trained.

    Args:
        pool: The data, with test rows.
        spec: The network.
    """
    rows = pool.training_pool
    return Model(
        spec=spec,
        weights=build(spec).state_dict(),
        normalisation=fit_normalisation(pool, rows),
        schema=pool.schema,
        task=pool.task,
        class_names=pool.class_names,
        target_names=pool.target_names,
        config=TrainConfig(epochs=1),
        training=TrainingRecord(seed=0, epochs=1, best_epoch=0, seconds=0, n_train=len(rows), n_validation=0),
        data=DataRecord(name=pool.name, checksum=pool.checksum),
        environment=current_environment(),
    )
