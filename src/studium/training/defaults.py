"""The one home of what a training does when nothing is said: settings by the size of the data and the optimiser."""

from __future__ import annotations

from studium.data import Dataset
from studium.models import CNNSpec, MLPSpec
from studium.training.config import Optimizer, TrainConfig, has_momentum

_SMALL = 1000  # training rows; a regression on fewer trains with all of them at each step
_SMALL_EPOCHS = 1000
_SMALL_RATES: dict[Optimizer, float] = {
    "sgd": 0.1,
    "momentum": 0.03,
    "nesterov": 0.03,
    "rmsprop": 3e-3,
    "adam": 3e-3,
    "adamw": 3e-3,
}

_BATCH_SIZE, _SMALL_BATCH_SIZE = 128, 32
_STEPS = {"mlp": 7500, "cnn": 3500}  # aimed at; a convolutional network needs fewer, and each costs more
_LEAST_EPOCHS, _MOST_EPOCHS = 8, 100
_RATES: dict[Optimizer, float] = {
    "sgd": 0.2,
    "momentum": 0.05,
    "nesterov": 0.05,
    "rmsprop": 1e-3,
    "adam": 3e-3,
    "adamw": 3e-3,
}
_DECAY: dict[Optimizer, float] = {"adamw": 0.05}


def default_config(
    spec: MLPSpec | CNNSpec, dataset: Dataset, *, optimizer: Optimizer | None = None
) -> TrainConfig:
    """Sensible settings for training a network on a dataset.

    A fully connected network in a regression on at most 1000 training rows is trained with all rows at each step, for
    1000 epochs of momentum SGD that end in a cosine. Everything else is trained in batches, for about 7500 steps
    (3500 of a convolutional network) of AdamW under the one-cycle schedule.

    Args:
        spec: The network.
        dataset: The data.
        optimizer: The optimiser, when it is chosen already; learning rate and weight decay follow it.

    Example:
        >>> from studium.data import open_dataset
        >>> from studium.models import preset
        >>> data = open_dataset("curve")
        >>> default_config(preset("net", data.input_shape, data.n_outputs), data).epochs
        1000
    """
    n_rows = len(dataset.training_pool)
    if dataset.task == "regression" and n_rows <= _SMALL and isinstance(spec, MLPSpec):
        chosen = optimizer or "momentum"
        return TrainConfig(
            optimizer=chosen,
            learning_rate=_SMALL_RATES[chosen],
            weight_decay=_DECAY.get(chosen, 0.0),
            epochs=_SMALL_EPOCHS,
            schedule="cosine",
        )
    chosen = optimizer or "adamw"
    batch_size = _BATCH_SIZE if n_rows > _SMALL else _SMALL_BATCH_SIZE
    epochs = round(_STEPS[spec.kind] / max(n_rows / batch_size, 1))
    return TrainConfig(
        optimizer=chosen,
        learning_rate=_RATES[chosen],
        weight_decay=_DECAY.get(chosen, 0.0),
        epochs=min(max(epochs, _LEAST_EPOCHS), _MOST_EPOCHS),
        batch_size=batch_size,
        schedule="one_cycle",
    )


def with_optimizer(config: TrainConfig, optimizer: Optimizer) -> TrainConfig:
    """The same training with another optimiser.

    A learning rate or weight decay that is the old optimiser's default becomes the new one's; any other stays. A momentum
    that the new one does not have is dropped.

    Args:
        config: The training.
        optimizer: The other optimiser.

    Example:
        >>> config = TrainConfig(optimizer="momentum", learning_rate=0.03, momentum=0.8)
        >>> changed = with_optimizer(config, "adam")
        >>> changed.learning_rate, changed.momentum
        (0.003, None)
    """
    rates = _SMALL_RATES if config.batch_size is None else _RATES
    old = config.optimizer
    changes: dict[str, object] = {"optimizer": optimizer}
    if config.learning_rate == rates[old]:
        changes["learning_rate"] = rates[optimizer]
    if config.weight_decay == _DECAY.get(old, 0.0):
        changes["weight_decay"] = _DECAY.get(optimizer, 0.0)
    if not has_momentum(optimizer):
        changes["momentum"] = None
    return TrainConfig.model_validate(config.model_dump() | changes)
