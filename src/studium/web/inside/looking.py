"""Looking into one model: inputs from its test rows, from pictures, from a slider, and what the network makes of them."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from studium.data import Dataset, ImageSchema, TableSchema, open_dataset
from studium.errors import DataError, SettingError, StudiumError
from studium.introspection.activation_results import ActivationsView
from studium.introspection.activations import ActivationsInspector
from studium.introspection.chosen_input import row_at
from studium.introspection.layers import Layer, find_layer, find_unit, layers_of
from studium.introspection.picture_input import is_dark
from studium.introspection.training_range import training_range
from studium.introspection.unit_weights import output_names
from studium.report.drawing import Drawing
from studium.training.model import Model
from studium.training.model_files import load_model
from studium.web.inside.choice import Choice
from studium.web.inside.layer_figures import draw_layer

_BEYOND = 0.25  # how far the slider reaches beyond the training inputs, as a share of their range
_STEPS = 400  # of the slider


@dataclass(frozen=True, eq=False)
class OpenModel:
    """A model that is looked into.

    Attributes:
        path: Its folder.
        model: The model.
        inspector: Looks at inputs; it may have no data.
        data_settings: What the run's plan says of its data.
        lock: Held while anything is computed.
    """

    path: Path
    model: Model
    inspector: ActivationsInspector
    data_settings: dict[str, Any]
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def takes_pictures(self) -> bool:
        """Whether inputs are pictures."""
        return isinstance(self.model.schema, ImageSchema)

    @property
    def takes_one_number(self) -> bool:
        """Whether an input is a single number."""
        schema = self.model.schema
        return isinstance(schema, TableSchema) and schema.input_shape == (1,)

    @property
    def n_rows(self) -> int:
        """Rows that can be looked at; 0 without data."""
        return 0 if self.inspector.data.dataset is None else len(self.inspector.data.test_rows()[0])

    @cached_property
    def layers(self) -> tuple[Layer, ...]:
        """Layers with units, from the input on."""
        return layers_of(self.model.spec)

    @property
    def shown_layers(self) -> tuple[str, ...]:
        """Names of the layers that have a figure; the output of a regression is a number, not a figure."""
        names = tuple(layer.name for layer in self.layers)
        return names if self.model.task == "classification" else names[:-1]

    @property
    def is_dark(self) -> bool:
        """Whether the training pictures are light on dark."""
        return is_dark(self.model)

    @property
    def input_name(self) -> str:
        """Name of the first input of a table; empty for pictures."""
        schema = self.model.schema
        return schema.feature_names[0] if isinstance(schema, TableSchema) else ""

    def fitting(self, choice: Choice) -> Choice:
        """The choice, or for a network of one number that got none the middle of its slider."""
        if self.takes_one_number and choice.kind != "number":
            low, high, _ = self.slider
            return Choice("number", number=(low + high) / 2)
        return choice

    def first_drawing(self, layer: str) -> Drawing:
        """The figure of a layer for some input, whose shape does not depend on which."""
        view = self._blank
        return draw_layer(view, next(each for each in view.layers if each.name == layer), None)

    @cached_property
    def _blank(self) -> ActivationsView:
        zeros = np.zeros(self.model.spec.input_shape, dtype=np.uint8 if self.takes_pictures else np.float64)
        with self.lock:
            return self.inspector.inspect(zeros, survey=False, attributions=False)

    @cached_property
    def slider(self) -> tuple[float, float, float]:
        """Lowest, highest and step of the only input."""
        known = training_range(self.model, self.inspector.data.dataset)
        low, high = float(known.low[0]), float(known.high[0])
        reach = _BEYOND * (high - low)
        step = float(f"{(high - low + 2 * reach) / _STEPS:.1g}")
        return _on_grid(low - reach, step), _on_grid(high + reach, step), step

    def unit(self, layer: str, unit: str | int) -> tuple[str, int]:
        """A layer and a unit of it, checked.

        Raises:
            UnknownNameError: There is no such layer.
            SettingError: The layer has no such unit.
        """
        found = find_layer(self.model.spec, layer)
        return found.name, find_unit(found, unit, output_names(self.model))

    def look(self, choice: Choice, layer: str | None = None, unit: int | None = None) -> ActivationsView:
        """What every layer makes of an input; with a layer and a unit also what is known of that unit.

        Raises:
            StudiumError: The input or the unit cannot be.
        """
        with self.lock:
            values, label, actual, notes = self._input(choice)
            known = layer is not None
            view = self.inspector.inspect(values, layer=layer, unit=unit, survey=known, attributions=known)
            return view.model_copy(update={"label": label, "actual": actual, "notes": (*notes, *view.notes)})

    def pictures(self, first: int, n: int) -> list[tuple[int, str, np.ndarray]]:
        """Test pictures from one on: the place, the class, the pixels ``[C, H, W]``.

        Raises:
            StudiumError: There is no data.
        """
        last = min(first + n, self.n_rows)
        found = [(place, row_at(place, self.inspector.data)) for place in range(max(first, 0), last)]
        return [
            (place, "" if each.actual is None else str(each.actual), each.inputs[0].numpy())
            for place, each in found
        ]

    def _input(self, choice: Choice) -> tuple[np.ndarray, str, str | float | None, tuple[str, ...]]:
        if choice.kind == "number":
            if not self.takes_one_number:
                raise SettingError("a single number is chosen, but the network takes more: choose a test row")
            return np.array([choice.number]), f"{choice.number:g}", None, ()
        if choice.kind == "picture":
            if choice.pixels is None or choice.pixels.shape != self.model.spec.input_shape:
                raise DataError("the picture does not have the network's size: upload or draw it again")
            return choice.pixels, choice.label, None, choice.notes
        found = row_at(choice.row, self.inspector.data)
        return found.inputs[0].numpy(), found.label, found.actual, (*choice.notes, *found.notes)


def open_model(path: Path, settings: dict[str, Any], lock: threading.RLock) -> OpenModel:
    """Open a model and the data that its run's plan names.

    Args:
        path: Its folder.
        settings: The step, from the plan.
        lock: Held while anything is computed.

    Raises:
        ModelFileError: It is missing or damaged.
    """
    model = load_model(path)
    inspector = ActivationsInspector(model, offline=True)
    if inspector.data.dataset is None:
        data = _data(model, settings)
        inspector = inspector if data is None else ActivationsInspector(model, data, offline=True)
    return OpenModel(path, model, inspector, settings, lock)


def _data(model: Model, settings: dict[str, Any]) -> Dataset | None:
    """The run's own data, where they are still what the model was trained on."""
    if not isinstance(settings.get("data"), str):
        return None
    options = {key: settings[key] for key in ("target", "task", "test") if isinstance(settings.get(key), str)}
    with suppress(StudiumError):
        found = open_dataset(settings["data"], like=model, offline=True, **options)
        return found if model.was_trained_on(found) else None
    return None


def _on_grid(value: float, step: float) -> float:
    return float(f"{round(value / step) * step:.10g}")
