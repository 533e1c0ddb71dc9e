"""Weights that have the shape of pictures: receptive fields of the first layer, kernels of convolutions."""

from __future__ import annotations

import numpy as np

from studium.introspection.weight_results import WeightImages
from studium.report.drawing import Drawing
from studium.report.mosaic import draw_mosaic, unit_labels
from studium.report.numbers import count, number
from studium.report.pictures import Grid, grid
from studium.report.table import Table

_MOST_UNITS = 256
_MOST_CHANNELS = 64  # in a matrix of kernels, on either axis
_COLOURS = ("red", "green", "blue")


def draw_weight_images(name: str, data: WeightImages) -> list[Drawing]:
    """Draw all images of a layer under its one symmetric scale.

    Args:
        name: Of the drawing; with several, each has a suffix.
        data: The images.

    Returns:
        One drawing; for weights on red, green and blue one for each colour.
    """
    n_channels = data.weights.shape[1]
    if n_channels == 1:
        return [_units(name, data, 0, "")]
    if n_channels == 3 and (data.kind == "receptive field" or data.layer == "conv1"):
        return [
            _units(f"{name}-{colour}", data, place, f", {colour}") for place, colour in enumerate(_COLOURS)
        ]
    return [_matrix(name, data)]


def _units(name: str, data: WeightImages, channel: int, suffix: str) -> Drawing:
    """One image a unit."""
    tiles, units = data.weights[:_MOST_UNITS, channel], data.units[:_MOST_UNITS]
    place = grid(len(tiles), *tiles.shape[1:])
    x_labels, y_labels = unit_labels(place, units)
    figure = draw_mosaic(
        tiles,
        place,
        quantity="weight",
        largest=data.largest,
        signed=True,
        x_labels=x_labels,
        y_labels=y_labels,
    )
    order = (
        ""
        if len(units) == 1
        else " Units run from left to right, row by row; the number before a row is its first unit."
    )
    return _drawing(name, data, suffix, figure, f"One image a unit.{order}{_cut(data, len(units))}")


def _matrix(name: str, data: WeightImages) -> Drawing:
    """Kernels as a matrix: a column a unit, a row a channel of the layer's input."""
    kernels = data.weights[:_MOST_CHANNELS, :_MOST_CHANNELS]
    n_units, n_channels, height, width = kernels.shape
    place = Grid(n_units * n_channels, n_units, height, width, gap=1)
    figure = draw_mosaic(
        kernels.swapaxes(0, 1).reshape(-1, height, width),
        place,
        quantity="weight",
        largest=data.largest,
        signed=True,
        x_labels=[str(unit) for unit in data.units[:_MOST_CHANNELS]],
        y_labels=[str(channel) for channel in range(n_channels)],
        x_title="channel",
        y_title="channel of its input",
    )
    reading = "A column holds the kernels of one channel, a row those on one channel of the layer's input."
    return _drawing(name, data, "", figure, f"{reading}{_cut(data, n_units, n_channels)}")


def _drawing(name: str, data: WeightImages, suffix: str, figure: object, reading: str) -> Drawing:
    height, width = data.weights.shape[2:]
    what = "Kernels" if data.kind == "kernel" else "Receptive fields"
    scale = (
        f"All share one scale from {number(-data.largest)} (orange) over 0 to {number(data.largest)} (blue)."
    )
    shape = f"{count(len(data.units), 'unit')} of {data.layer}, {height}x{width} weights each"
    return Drawing(
        name=name,
        title=f"{what} of {data.layer}{suffix}",
        alternative=f"{what} of {shape}{suffix}. {scale}",
        caption=f"{reading} {scale}",
        figure=figure,
        table=_table(data),
    )


def _cut(data: WeightImages, n_units: int, n_channels: int | None = None) -> str:
    """What is left out, in words."""
    all_units, all_channels = data.weights.shape[:2]
    if n_units == all_units and n_channels in (None, all_channels):
        return ""
    return f" Shown are the first {n_units} of {all_units} units" + (
        f" and {n_channels} of {all_channels} channels." if n_channels else "."
    )


def _table(data: WeightImages) -> Table:
    flat = data.weights.reshape(len(data.weights), -1)
    norms = np.linalg.norm(flat, axis=1)
    order = np.argsort(-norms, kind="stable")[:20]
    return Table(
        header=("unit", "norm", "smallest", "largest"),
        rows=tuple(
            (
                str(data.units[place]),
                number(norms[place]),
                number(flat[place].min()),
                number(flat[place].max()),
            )
            for place in order
        ),
        caption=f"Weights of {data.layer}, the largest norms first",
    )
