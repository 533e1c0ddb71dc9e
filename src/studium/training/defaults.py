"""The one home of what a training does when nothing is said: settings by the size of the data and the optimiser."""

from __future__ import annotations

from studium.data import Dataset
from studium.environment import has_fast_bfloat16
from studium.models import CNNSpec, MLPSpec
from studium.training.config import Augmentation, Optimizer, TrainConfig, has_momentum

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

# Convolutional networks with batch normalisation take higher rates.
_NORMALISED_STEPS = 6500
_NORMALISED_RATES = _RATES | {"sgd": 0.5, "momentum": 0.15, "nesterov": 0.15}
_NORMALISED_DECAY = _DECAY | {"sgd": 5e-4, "momentum": 5e-4, "nesterov": 5e-4}
_NORMALISED_SMOOTHING = 0.1
_SHIFT, _LEAST_SHIFT, _MOST_SHIFT = 1 / 14, 1, 16  # share of an image's side, and pixels
_FLIP = 0.5


def default_config(
    spec: MLPSpec | CNNSpec,
    dataset: Dataset,
    *,
    optimizer: Optimizer | None = None,
    precision: str | None = None,
) -> TrainConfig:
    """Sensible settings for training a network on a dataset.

    A fully connected network in a regression on at most 1000 training rows is trained with all rows at each step, for
    1000 epochs of momentum SGD that end in a cosine. Everything else is trained in batches, for about 7500 steps
    (3500 of a convolutional network) of AdamW under the one-cycle schedule. A convolutional network with batch normalisation
    has settings of its own: 6500 steps of Nesterov SGD on shifted images, with label smoothing for classes, with flips and
    flip averaging where the data is known to allow them, and in mixed precision where the processor is fast in it.

    Args:
        spec: The network.
        dataset: The data.
        optimizer: The optimiser, when it is chosen already; learning rate and weight decay follow it.
        precision: Likewise; mixed precision is of ``float32`` alone.

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
    if _is_normalised(spec):
        config = _normalised(dataset, optimizer or "nesterov")
        mixed = has_fast_bfloat16() and precision in (None, "float32")
        return config.model_copy(update={"mixed_precision": mixed})
    return _in_batches(n_rows, _STEPS[spec.kind], optimizer or "adamw")


def _in_batches(n_rows: int, steps: int, optimizer: Optimizer) -> TrainConfig:
    batch_size = _BATCH_SIZE if n_rows > _SMALL else _SMALL_BATCH_SIZE
    epochs = round(steps / max(n_rows / batch_size, 1))
    return TrainConfig(
        optimizer=optimizer,
        learning_rate=_RATES[optimizer],
        weight_decay=_DECAY.get(optimizer, 0.0),
        epochs=min(max(epochs, _LEAST_EPOCHS), _MOST_EPOCHS),
        batch_size=batch_size,
        schedule="one_cycle",
    )


def _normalised(dataset: Dataset, optimizer: Optimizer) -> TrainConfig:
    config = _in_batches(len(dataset.training_pool), _NORMALISED_STEPS, optimizer)
    shift = round(_SHIFT * min(dataset.input_shape[1:]))
    return config.model_copy(
        update={
            "learning_rate": _NORMALISED_RATES[optimizer],
            "weight_decay": _NORMALISED_DECAY.get(optimizer, 0.0),
            "label_smoothing": _NORMALISED_SMOOTHING if dataset.task == "classification" else 0.0,
            "augmentation": Augmentation(
                shift=min(max(shift, _LEAST_SHIFT), _MOST_SHIFT), flip=_FLIP if dataset.mirrorable else 0.0
            ),
            "flip_averaging": dataset.mirrorable,
        }
    )


def _is_normalised(spec: MLPSpec | CNNSpec) -> bool:
    return isinstance(spec, CNNSpec) and any(stage.batch_norm for stage in spec.convolutions)


def with_optimizer(spec: MLPSpec | CNNSpec, config: TrainConfig, optimizer: Optimizer) -> TrainConfig:
    """The same training with another optimiser.

    A learning rate or weight decay that is the old optimiser's default becomes the new one's; any other stays. A momentum
    that the new one does not have is dropped.

    Args:
        spec: The network, by which the defaults go.
        config: The training.
        optimizer: The other optimiser.

    Example:
        >>> spec = MLPSpec(input_shape=(1,), n_outputs=1, hidden=(8,))
        >>> config = TrainConfig(optimizer="momentum", learning_rate=0.03, momentum=0.8)
        >>> changed = with_optimizer(spec, config, "adam")
        >>> changed.learning_rate, changed.momentum
        (0.003, None)
    """
    rates, decay = _SMALL_RATES if config.batch_size is None else _RATES, _DECAY
    if _is_normalised(spec):
        rates, decay = _NORMALISED_RATES, _NORMALISED_DECAY
    old = config.optimizer
    changes: dict[str, object] = {"optimizer": optimizer}
    if config.learning_rate == rates[old]:
        changes["learning_rate"] = rates[optimizer]
    if config.weight_decay == decay.get(old, 0.0):
        changes["weight_decay"] = decay.get(optimizer, 0.0)
    if not has_momentum(optimizer):
        changes["momentum"] = None
    return TrainConfig.model_validate(config.model_dump() | changes)
