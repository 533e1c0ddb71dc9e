"""Networks as data: specs, shape arithmetic, builders, presets."""

from studium.models.batch_norm import BatchNorm
from studium.models.build import build, initial_weights
from studium.models.dropout import Dropout, keep_scale, kept_units
from studium.models.presets import preset, preset_names
from studium.models.residual import ResidualBlock
from studium.models.shapes import Layer, invalid_reason, layers, n_multiplications, n_parameters
from studium.models.specs import (
    Activation,
    CNNSpec,
    ConvolutionSpec,
    Initialisation,
    MLPSpec,
    ModelSpec,
)

__all__ = [
    "Activation",
    "BatchNorm",
    "CNNSpec",
    "ConvolutionSpec",
    "Dropout",
    "Initialisation",
    "Layer",
    "MLPSpec",
    "ModelSpec",
    "ResidualBlock",
    "build",
    "initial_weights",
    "invalid_reason",
    "keep_scale",
    "kept_units",
    "layers",
    "n_multiplications",
    "n_parameters",
    "preset",
    "preset_names",
]
