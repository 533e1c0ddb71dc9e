"""Studies of supervised neural networks: which network, which settings, how sure, and what it has learned.

The names below are the whole of what a script usually needs; each is loaded when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studium.data import Dataset, open_dataset, split
    from studium.errors import StudiumError
    from studium.introspection.activations import ActivationsInspector, attribute, inspect_activations
    from studium.introspection.maximization import MaximizationSettings, maximize, random_image
    from studium.introspection.weights import inspect_weights
    from studium.models import CNNSpec, ConvolutionSpec, MLPSpec, build, preset
    from studium.studies import (
        ComparisonPlan,
        StudyPlan,
        compare,
        parse_dimension,
        refit,
        run_study,
        structures,
    )
    from studium.training import Augmentation, Fit, Member, TrainConfig, Trainer
    from studium.training.defaults import default_config
    from studium.training.model import Model
    from studium.training.model_files import load_model, save_model
    from studium.validation import KFoldCrossValidator, hold_out, k_fold

_HOMES = {
    "data": ("Dataset", "open_dataset", "split"),
    "errors": ("StudiumError",),
    "introspection.activations": ("ActivationsInspector", "attribute", "inspect_activations"),
    "introspection.maximization": ("MaximizationSettings", "maximize", "random_image"),
    "introspection.weights": ("inspect_weights",),
    "models": ("CNNSpec", "ConvolutionSpec", "MLPSpec", "build", "preset"),
    "studies": (
        "ComparisonPlan",
        "StudyPlan",
        "compare",
        "parse_dimension",
        "refit",
        "run_study",
        "structures",
    ),
    "training": ("Augmentation", "Fit", "Member", "TrainConfig", "Trainer"),
    "training.defaults": ("default_config",),
    "training.model": ("Model",),
    "training.model_files": ("load_model", "save_model"),
    "validation": ("KFoldCrossValidator", "hold_out", "k_fold"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__version__ = "0.1.0"
__all__ = [
    "ActivationsInspector",
    "Augmentation",
    "CNNSpec",
    "ComparisonPlan",
    "ConvolutionSpec",
    "Dataset",
    "Fit",
    "KFoldCrossValidator",
    "MLPSpec",
    "MaximizationSettings",
    "Member",
    "Model",
    "StudiumError",
    "StudyPlan",
    "TrainConfig",
    "Trainer",
    "attribute",
    "build",
    "compare",
    "default_config",
    "hold_out",
    "inspect_activations",
    "inspect_weights",
    "k_fold",
    "load_model",
    "maximize",
    "open_dataset",
    "parse_dimension",
    "preset",
    "random_image",
    "refit",
    "run_study",
    "save_model",
    "split",
    "structures",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'studium' has no attribute {name!r}")
    return getattr(importlib.import_module(f"studium.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
