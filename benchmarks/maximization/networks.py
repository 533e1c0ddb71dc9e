"""The networks of the experiment: trained once, then read from the cache."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

from studium.config import cache_directory
from studium.data import Dataset
from studium.models import CNNSpec, ConvolutionSpec, MLPSpec, preset
from studium.training.config import TrainConfig
from studium.training.defaults import default_config
from studium.training.model import Model
from studium.training.model_files import load_model, save_model
from studium.training.model_training import train_model

EPOCHS = 4  # enough for an accuracy of 90%; the experiment asks about images, not about the last percent
KINDS = ("cnn", "fc", "strided")


@dataclass(frozen=True)
class Network:
    """One network of the experiment: its architecture, and the seed of its training."""

    kind: str
    seed: int

    def __str__(self) -> str:
        return f"{self.kind} {self.seed}"


def architecture(kind: str, data: Dataset) -> MLPSpec | CNNSpec:
    """``cnn`` and ``fc`` are presets; ``strided`` has strides for pooling, larger kernels and another activation."""
    if kind != "strided":
        return preset(kind, data.input_shape, data.n_outputs)
    channels, height, width = data.inputs.shape[1:]
    return CNNSpec(
        input_shape=(channels, height, width),
        n_outputs=data.n_outputs,
        convolutions=(
            ConvolutionSpec(channels=24, kernel=5, stride=2, padding=2),
            ConvolutionSpec(channels=48, kernel=5, stride=2, padding=2),
        ),
        hidden=(96,),
        activation="silu",
    )


def network(member: Network, data: Dataset) -> Model:
    """The trained network, from the cache if it is there."""
    spec = architecture(member.kind, data)
    config = default_config(spec, data).model_copy(update={"epochs": EPOCHS})
    place = _place(member, spec, config, data)
    if not place.exists():
        trained = train_model(data, spec, config, name=str(member), seed=member.seed, device="cpu").model
        assert trained is not None
        save_model(trained, place)
        print(f"trained {member}: test accuracy {trained.scores['test'].metric:.4f}", file=sys.stderr)
    return load_model(place)


def _place(member: Network, spec: MLPSpec | CNNSpec, config: TrainConfig, data: Dataset) -> Path:
    text = "\n".join((spec.canonical(), config.canonical(), str(member.seed), data.checksum))
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return cache_directory() / "maximization" / f"{member.kind}-{member.seed}-{digest}"
