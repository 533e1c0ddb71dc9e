"""The comparisons of the source report: structures, and optimisers, each with its own tuned ranges."""

from __future__ import annotations

from collections.abc import Sequence

from studium.data import Dataset
from studium.errors import UnknownNameError
from studium.models import preset
from studium.studies.comparison import Contender
from studium.studies.space import parse_dimension, point_at
from studium.training.defaults import default_config
from studium.validation import Point

STRUCTURES = ("net", "net_d", "net3", "net3_d", "net4", "net4_d")
"""The structures that the source compares."""

IMAGE_STRUCTURES = ("fc", "cnn")
"""The structures that the source compares on images."""

OPTIMIZERS = ("sgd", "momentum", "rmsprop", "adam")
"""The optimisers that the source compares."""

# Learning rates are tuned from a tenth of the structure's own up to a little over three times it; higher ones often diverge.
_BELOW, _ABOVE = 0.1, 10 / 3
_DECAY = "weight_decay=1e-5:1e-1:log"
_DROPOUT = "dropout=0.01:0.5:log"
_TUNED_OPTIMIZERS = {
    "sgd": ("lr=1e-3:1:log",),
    "momentum": ("lr=1e-4:3e-1:log", "momentum=0.2:0.98"),
    "nesterov": ("lr=1e-4:3e-1:log", "momentum=0.2:0.98"),
    "rmsprop": ("lr=1e-5:1e-1:log",),
    "adam": ("lr=1e-4:1e-1:log",),
    "adamw": ("lr=1e-4:1e-1:log",),
}


def usual_structures(dataset: Dataset) -> tuple[str, ...]:
    """The structures that the source compares on data of this kind."""
    return IMAGE_STRUCTURES if len(dataset.input_shape) == 3 else STRUCTURES


def structures(dataset: Dataset, names: Sequence[str] | None = None) -> list[Contender]:
    """Structures with their default trainings, each to be tuned.

    Args:
        dataset: The data.
        names: Presets; ``None``: those of :func:`usual_structures`.
    """
    points = []
    for name in names or usual_structures(dataset):
        spec = preset(name, dataset.input_shape, dataset.n_outputs)
        points.append((name, (spec, default_config(spec, dataset))))
    return [structure(name, point) for name, point in points]


def structure(name: str, point: Point) -> Contender:
    """A structure with learning rate and weight decay to tune, and dropout where it has any.

    Args:
        name: In the result.
        point: Network and training; the learning rate is tuned around its own.
    """
    rate = point[1].learning_rate
    texts = [f"lr={rate * _BELOW:.3g}:{rate * _ABOVE:.3g}:log", _DECAY]
    if point[0].dropout:
        texts.append(_DROPOUT)
    return Contender(name, point, tuple(map(parse_dimension, texts)))


def optimizers(point: Point, names: Sequence[str] = OPTIMIZERS) -> list[Contender]:
    """Optimisers, each with its own ranges of learning rate and, where it has one, momentum.

    Args:
        point: Network and training, of which the optimiser is exchanged.
        names: Optimisers.

    Raises:
        UnknownNameError: There is no such optimiser.
    """
    dimension = parse_dimension("optimizer")
    for name in names:
        if name not in _TUNED_OPTIMIZERS:
            raise UnknownNameError("optimizer", name, _TUNED_OPTIMIZERS)
    return [
        Contender(
            name,
            point_at(point, [dimension], {"optimizer": name}),
            tuple(parse_dimension(text) for text in _TUNED_OPTIMIZERS[name]),
        )
        for name in names
    ]
