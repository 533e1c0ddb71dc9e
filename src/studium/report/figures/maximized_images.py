"""Images that make a unit fire, beside the strongest real ones."""

from __future__ import annotations

from dataclasses import dataclass

import plotly.graph_objects as go

from studium.introspection.maximization_results import Input, Maximization, MaximizedUnit
from studium.report.drawing import Drawing, style
from studium.report.labels import label
from studium.report.numbers import number
from studium.report.palette import BLUE, ORANGE
from studium.report.pictures import png
from studium.report.table import Table

_IN_ONE_ROW = 4  # tiles of a unit with one start: the optimised image and three real ones
_TILE, _CAPTION = 1.0, 0.3  # height of a picture and of what stands under it, in sides of a picture
_PIXELS, _FRAME = 110, 8  # largest side of a picture on the page, and what is around all of them


@dataclass(frozen=True)
class Tile:
    """A picture with its activation.

    Attributes:
        image: The picture.
        optimised: Whether it was optimised, or is real.
        name: What to call it: a start, or the true class and the row.
        activation: Of the unit.
    """

    image: Input
    optimised: bool
    name: str
    activation: float


@dataclass(frozen=True)
class MaximizedImagesData:
    """What is shown of one unit.

    Attributes:
        unit: What to call it.
        quantity: What an activation is.
        rows: Tiles, row by row.
        strongest: Largest activation over the real rows; ``None`` without data.
    """

    unit: str
    quantity: str
    rows: tuple[tuple[Tile, ...], ...]
    strongest: float | None


def maximized_images_data(result: Maximization, unit: MaximizedUnit) -> MaximizedImagesData:
    """Gather the pictures of one unit: one row, or two when several starts were optimised."""
    optimised = tuple(
        Tile(each.input, True, f"start {each.start}", each.activation) for each in unit.inputs[:_IN_ONE_ROW]
    )
    real = (
        ()
        if unit.real is None
        else tuple(
            Tile(each.input, False, f"{each.label}, row {each.row}", each.activation)
            for each in unit.real.strongest
        )
    )
    one_row = (optimised + real)[:_IN_ONE_ROW]
    rows = (one_row,) if len(optimised) == 1 else tuple(row for row in (optimised, real) if row)
    return MaximizedImagesData(
        unit=unit_name(result, unit),
        quantity=result.quantity,
        rows=rows,
        strongest=real[0].activation if real else None,
    )


def unit_name(result: Maximization, unit: MaximizedUnit) -> str:
    """What to call a unit: a class or target by its name, another by what it is and its index."""
    if not unit.name[:1].isdigit():
        return unit.name
    return f"{'channel' if result.layer_kind == 'convolution' else 'unit'} {unit.name}"


def draw_maximized_images(name: str, data: MaximizedImagesData) -> Drawing:
    """Draw one unit's pictures, each with its activation below and a frame: orange is optimised, blue is real."""
    figure = go.Figure()
    for down, row in enumerate(data.rows):
        for right, tile in enumerate(row):
            _add_tile(figure, tile, down * (_TILE + _CAPTION), right)
    columns = max(map(len, data.rows))
    height = len(data.rows) * (_TILE + _CAPTION)
    style(figure, height=round(height * _PIXELS) + _FRAME)
    figure.update_layout(
        margin={"l": 2, "r": 2, "t": 6, "b": 2},
        showlegend=False,
        meta={"aspect": height / _IN_ONE_ROW, "frame": _FRAME, "beside": 4},
    )
    figure.update_xaxes(range=[-0.06, _IN_ONE_ROW - 0.02], visible=False)
    figure.update_yaxes(range=[height, -0.06], visible=False, scaleanchor="x", constrain="domain")
    return Drawing(
        name=name,
        title=data.unit,
        alternative=f"{columns} pictures in {len(data.rows)} row(s). {maximized_words(data)}",
        caption=maximized_words(data),
        figure=figure,
        table=_table(data),
    )


def maximized_words(data: MaximizedImagesData) -> str:
    """What the unit's optimised image reaches, in a sentence."""
    reached = f"{data.quantity} {number(data.rows[0][0].activation)}"
    if data.strongest is None:
        return f"Optimised: {reached}."
    return f"Optimised: {reached}; strongest real image: {number(data.strongest)}."


def _add_tile(figure: go.Figure, tile: Tile, top: float, left: float) -> None:
    colour = ORANGE if tile.optimised else BLUE
    box = {"x0": left, "x1": left + 0.94, "y0": top, "y1": top + 0.94}
    figure.add_layout_image(
        source=png(tile.image.image()),
        **{"x": left, "y": top, "sizex": 0.94, "sizey": 0.94, "xref": "x", "yref": "y"},
        sizing="stretch",
        layer="below",
    )
    figure.add_shape(type="rect", **box, line={"color": colour, "width": 2})
    figure.add_annotation(
        x=left + 0.47,
        y=top + 1.1,
        text=number(tile.activation),
        showarrow=False,
        font={"size": 11, "color": colour},
    )
    figure.add_trace(  # nothing to see; what the pointer finds
        go.Scatter(
            x=[left + 0.47],
            y=[top + 0.47],
            mode="markers",
            marker={"size": 40, "opacity": 0},
            hovertemplate=f"{label(tile.name)}: {number(tile.activation)}<extra></extra>",
        )
    )


def _table(data: MaximizedImagesData) -> Table:
    return Table(
        header=("image", data.quantity),
        rows=tuple(
            (f"{'optimised' if tile.optimised else 'real'}, {tile.name}", number(tile.activation))
            for row in data.rows
            for tile in row
        ),
        caption=f"Activations of {data.unit}",
    )
