"""The figures of a look at an input: one a layer, on which a click chooses a unit."""

from __future__ import annotations

from typing import Any

from studium.introspection.activation_results import ActivationsView, LayerActivation
from studium.report.drawing import Drawing
from studium.report.figures.feature_maps import draw_feature_maps
from studium.report.figures.layer_bars import draw_layer_bars
from studium.report.figures.output_bars import draw_output_bars
from studium.report.palette import ORANGE
from studium.report.pictures import Grid, grid

OUTPUT = "output"
_MOST_MAPS = 256  # channels that are drawn
_MOST_BARS = 20  # classes that are drawn


def draw_layer(view: ActivationsView, layer: LayerActivation, unit: int | None) -> Drawing:
    """The figure of a layer.

    Args:
        view: The look.
        layer: One of its layers.
        unit: The chosen unit, when it is in this layer.
    """
    if layer.kind == "convolution":
        drawing = draw_feature_maps(f"layer-{layer.name}", layer)
        _mark(drawing, _grid(layer), unit)
        return drawing
    if layer.name == OUTPUT and view.output.task == "classification":
        return draw_output_bars("layer-output", view.output, layer, view.actual)
    return draw_layer_bars(f"layer-{layer.name}", layer, unit)


def clicked_unit(view: ActivationsView, layer: LayerActivation, point: dict[str, Any]) -> int | None:
    """The unit behind a click.

    Args:
        view: The look.
        layer: The layer whose figure was clicked.
        point: What Plotly says of the place.

    Returns:
        ``None`` between units.
    """
    if layer.kind == "convolution":
        place = _grid(layer)
        return _tile(place, round(point["x"]), round(point["y"]))
    if layer.name == OUTPUT and view.output.task == "classification":
        likeliest = sorted(range(len(view.output.names)), key=lambda place: -view.output.values[place])
        shown = sorted(likeliest[:_MOST_BARS])
        number = int(point.get("pointNumber", -1))
        return shown[number] if 0 <= number < len(shown) else None
    unit = round(point["x"])
    return unit if 0 <= unit < len(layer.activation) else None


def _tile(place: Grid, x: int, y: int) -> int | None:
    column, right = divmod(x, place.width + place.gap)
    row, down = divmod(y, place.height + place.gap)
    unit = row * place.columns + column
    inside = right < place.width and down < place.height and column < place.columns
    return unit if inside and 0 <= unit < place.n else None


def _grid(layer: LayerActivation) -> Grid:
    _, height, width = layer.activation.shape
    return grid(min(len(layer.activation), _MOST_MAPS), height, width)


def _mark(drawing: Drawing, place: Grid, unit: int | None) -> None:
    if unit is None or unit >= place.n:
        return
    row, column = place.corner(unit)
    drawing.figure.add_shape(
        type="rect",
        x0=column - 0.5,
        x1=column + place.width - 0.5,
        y0=row - 0.5,
        y1=row + place.height - 0.5,
        line={"color": ORANGE, "width": 3},
    )
