"""The page of ``studium inspect weights``."""

from __future__ import annotations

from studium.introspection.weight_results import LayerWeights, UnitWeights, WeightsView
from studium.report.figures.unit_responses import draw_unit_responses
from studium.report.figures.unit_weights import draw_unit_weights
from studium.report.figures.weight_histogram import draw_weight_histogram
from studium.report.figures.weight_images import draw_weight_images
from studium.report.inspection import Inspection, Part
from studium.report.numbers import count, listed, number
from studium.report.table import Table

_LISTED = 12  # units that are named one by one

_HISTOGRAMS = (
    "Trained weights beside those that this training began with, drawn again from its seed; counts are on a logarithmic "
    "axis, so that the few large weights are seen, too. Biases are left out."
)
_IMAGES = (
    "Weights that have the shape of pictures. A unit responds most to an input that is bright where its weights are blue "
    "and dark where they are orange."
)
_RESPONSES = (
    "What each hidden unit makes of the input, after the layer's function. Outside the shaded range nothing was learned: "
    "there the units go on as their functions do."
)


def weights_page(view: WeightsView) -> Inspection:
    """What the page says of a model's weights."""
    name = view.model or "the network"
    return Inspection(
        title=f"Weights of {name}",
        about=f"trained on {view.data} with seed {view.seed}",
        notices=view.notes,
        summary=tuple(weight_words(view)),
        parts=tuple(_parts(view)),
    )


def weight_words(view: WeightsView) -> list[str]:
    """What stands out, in sentences."""
    moved = [layer for layer in view.layers if layer.change is not None]
    words = []
    if len(moved) > 1:
        most, least = (choose(moved, key=lambda layer: layer.change or 0.0) for choose in (max, min))
        words.append(
            f"Training moved {most.name} the most, by {most.change:.0%} of the norm of its initial weights, and "
            f"{least.name} the least, by {least.change:.0%}."
        )
    stretch = max(view.layers, key=lambda layer: layer.trained.largest_singular_value)
    words.append(
        f"{stretch.name} can stretch an input the most, {number(stretch.trained.largest_singular_value)} times "
        f"({number(stretch.initial.largest_singular_value)} times before the training)."
    )
    return [*words, *map(_units_without_effect, view.layers)] if _any_idle(view) else [*words, _NO_IDLE]


_NO_IDLE = "Every unit has weights on both sides: none is constant, and none is without effect."


def _any_idle(view: WeightsView) -> bool:
    return any(layer.constant_units or layer.unused_units for layer in view.layers)


def _units_without_effect(layer: LayerWeights) -> str:
    found = [
        f"{count(len(units), 'unit')} with zero weights {side} ({_named(units)})"
        for units, side in ((layer.constant_units, "into them"), (layer.unused_units, "out of them"))
        if units
    ]
    return f"{layer.name} has {listed(found)}." if found else f"{layer.name} has no unit without effect."


def _named(units: tuple[int, ...]) -> str:
    more = f", and {len(units) - _LISTED} more" if len(units) > _LISTED else ""
    return ", ".join(map(str, units[:_LISTED])) + more


def _parts(view: WeightsView) -> list[Part]:
    parts = [Part("layers", "Layers", tables=(layer_table(view.layers),))]
    if view.unit is not None:
        parts.append(_unit(view.unit))
    if view.images:
        drawings = [
            drawing for data in view.images for drawing in draw_weight_images(f"images-{data.layer}", data)
        ]
        parts.append(Part("images", "Receptive fields and kernels", (_IMAGES,), figures=tuple(drawings)))
    if view.responses is not None:
        unit = view.unit.unit if view.unit is not None else None
        lines = [
            draw_unit_responses(f"responses-{layer}", view.responses, place, unit)
            for place, layer in enumerate(view.responses.layers)
        ]
        parts.append(Part("responses", "Responses of hidden units", (_RESPONSES,), pairs=tuple(lines)))
    histograms = [draw_weight_histogram(f"histogram-{layer.name}", layer) for layer in view.layers]
    parts.append(Part("histograms", "Histograms", (_HISTOGRAMS,), pairs=tuple(histograms)))
    return parts


def layer_table(layers: tuple[LayerWeights, ...]) -> Table:
    """All layers in numbers."""
    pictures = any(layer.receptive_field is not None for layer in layers)
    return Table(
        header=(
            "layer",
            "units",
            "weights per unit",
            *(["sees (pixels)"] if pictures else []),
            "norm (initial)",
            "moved",
            "largest singular value (initial)",
            "spectral radius",
            "constant units",
            "unused units",
        ),
        rows=tuple(_layer_row(layer, pictures) for layer in layers),
        caption=(
            "Norm: root of the sum of squares, biases left out. Largest singular value: how much the layer can stretch an "
            "input at most, for convolutions with their padding and stride. Spectral radius: largest absolute eigenvalue, "
            "of square layers. Moved: norm of the change as a share of the initial norm. Constant units have zero weights "
            "into them, unused ones out of them."
        ),
    )


def _layer_row(layer: LayerWeights, pictures: bool) -> tuple[str, ...]:
    field = layer.receptive_field
    radius = layer.trained.spectral_radius
    return (
        layer.name,
        f"{layer.n_units:,}",
        f"{layer.n_inputs:,}",
        *([f"{field[0]}x{field[1]}" if field is not None else "–"] if pictures else []),
        f"{number(layer.trained.norm)} ({number(layer.initial.norm)})",
        "–" if layer.change is None else f"{layer.change:.0%}",
        f"{number(layer.trained.largest_singular_value)} ({number(layer.initial.largest_singular_value)})",
        "–" if radius is None else number(radius),
        str(len(layer.constant_units)),
        str(len(layer.unused_units)),
    )


def _unit(unit: UnitWeights) -> Part:
    name = f"{unit.layer}, unit {unit.unit}{f' ({unit.name})' if unit.name else ''}"
    outgoing = (
        ""
        if unit.outgoing_norm is None
        else f" The norm of all weights out of it is {number(unit.outgoing_norm)}."
    )
    figures = (draw_unit_weights("unit-weights", unit),) if unit.incoming_names else ()
    return Part("unit", name, (f"Its bias is {number(unit.bias)}.{outgoing}",), figures=figures)
