"""What each channel of a convolution makes of an input, as images."""

from __future__ import annotations

import numpy as np

from studium.introspection.activation_results import LayerActivation
from studium.report.drawing import Drawing
from studium.report.mosaic import draw_mosaic, unit_labels
from studium.report.numbers import count, number
from studium.report.pictures import grid
from studium.report.table import Table

_MOST_MAPS = 256
_TABLE_ROWS = 20


def draw_feature_maps(name: str, layer: LayerActivation) -> Drawing:
    """Draw the activations of every channel, after the layer's function, under one scale.

    Args:
        name: Of the drawing.
        layer: A convolution.
    """
    maps = layer.activation[:_MOST_MAPS]
    signed = bool(maps.min() < 0)
    largest = float(np.abs(maps).max())
    place = grid(len(maps), *maps.shape[1:])
    x_labels, y_labels = unit_labels(place, range(len(maps)))
    figure = draw_mosaic(
        maps,
        place,
        quantity="activation",
        largest=largest,
        signed=signed,
        x_labels=x_labels,
        y_labels=y_labels,
    )
    silent = int((maps.reshape(len(maps), -1).max(axis=1) <= 0).sum())
    height, width = maps.shape[1:]
    words = f"{count(len(maps), 'channel')} of {height}x{width} after {layer.function}"
    quiet = f"; {count(silent, 'channel')} without a positive activation" if silent else ""
    cut = (
        f" Shown are the first {_MOST_MAPS} of {len(layer.activation)}."
        if len(layer.activation) > len(maps)
        else ""
    )
    return Drawing(
        name=name,
        title=layer.name,
        alternative=f"Feature maps of {layer.name}: {words}{quiet}.",
        caption=f"{words}{quiet}. All share one scale up to {number(largest)}.{cut}",
        figure=figure,
        table=_table(layer),
    )


def _table(layer: LayerActivation) -> Table:
    flat = layer.activation.reshape(len(layer.activation), -1)
    order = np.argsort(-flat.max(axis=1), kind="stable")[:_TABLE_ROWS]
    width = layer.activation.shape[2]
    return Table(
        header=("channel", "largest", "at row", "at column", "mean"),
        rows=tuple(
            (
                str(place),
                number(flat[place].max()),
                str(int(flat[place].argmax()) // width),
                str(int(flat[place].argmax()) % width),
                number(flat[place].mean()),
            )
            for place in order
        ),
        caption=f"Channels of {layer.name}, the strongest first",
    )
