"""The test pictures that a unit responds to most."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from studium.introspection.activation_results import Example, Strongest
from studium.report.drawing import Drawing, style
from studium.report.labels import label
from studium.report.numbers import number
from studium.report.palette import TEXT
from studium.report.pictures import grid, picture_mosaic, png
from studium.report.table import Table

_COLUMNS = 4
_TEXT_HEIGHT = 38  # pixels of the page below each picture
_WIDTH = 560


def draw_strongest_pictures(name: str, data: Strongest) -> Drawing:
    """Draw the pictures, the strongest first, each with its class and activation below.

    Args:
        name: Of the drawing.
        data: With pictures as examples.
    """
    figure = go.Figure()
    rows = [data.examples[start : start + _COLUMNS] for start in range(0, len(data.examples), _COLUMNS)]
    for number_, examples in enumerate(rows):
        _add_row(figure, examples, number_, len(rows))
    tile = _WIDTH / _COLUMNS
    frame = _TEXT_HEIGHT * len(rows) + 8
    style(figure, height=round(tile * len(rows)) + frame)
    figure.update_layout(
        margin={"l": 2, "r": 2, "t": 4, "b": 4},
        showlegend=False,
        meta={"aspect": len(rows) / _COLUMNS, "frame": frame, "beside": 4},
    )
    return Drawing(
        name=name,
        title="Strongest examples",
        alternative=f"The {len(data.examples)} {data.rows_are} with the largest {data.quantity}, among them "
        f"{label(str(data.examples[0].actual))} with {number(data.examples[0].activation)}.",
        caption=f"The {len(data.examples)} of {data.n_rows:,} {data.rows_are} with the largest {data.quantity}.",
        figure=figure,
        table=strongest_table(data),
    )


def _add_row(figure: go.Figure, examples: tuple[Example, ...], row: int, n_rows: int) -> None:
    pictures = np.stack([each.pixels for each in examples if each.pixels is not None])
    place = grid(len(pictures), pictures.shape[2], pictures.shape[3], _COLUMNS)
    suffix = "" if row == 0 else str(row + 1)
    x_axis, y_axis = f"x{suffix}", f"y{suffix}"
    figure.add_trace(
        go.Image(source=png(picture_mosaic(pictures, place)), hoverinfo="skip", xaxis=x_axis, yaxis=y_axis)
    )
    full = _COLUMNS * (place.width + place.gap) - place.gap
    top, bottom = 1 - row / n_rows, 1 - (row + 1) / n_rows
    text_share = 0.21 / n_rows
    figure.update_layout(
        {
            f"xaxis{suffix}": {"visible": False, "range": [-0.5, full - 0.5], "anchor": y_axis},
            f"yaxis{suffix}": {
                "visible": False,
                "range": [place.height - 0.5, -0.5],
                "domain": [bottom + text_share, top],
                "anchor": x_axis,
                "scaleanchor": x_axis,
                "constrain": "domain",
                "constraintoward": "top",
            },
        }
    )
    for number_, example in enumerate(examples):
        _, left = place.corner(number_)
        figure.add_annotation(
            x=left + place.width / 2 - 0.5,
            y=place.height - 0.5,
            xref=x_axis,
            yref=y_axis,
            yanchor="top",
            showarrow=False,
            text=f"{label(str(example.actual), 12)}<br>{number(example.activation)}",
            font={"size": 11, "color": TEXT},
        )


def strongest_table(data: Strongest) -> Table:
    """The strongest examples in numbers."""
    columns = tuple(data.examples[0].values)
    return Table(
        header=("row", "true", data.quantity, *columns),
        rows=tuple(
            (
                f"{each.place:,}",
                _true(each.actual),
                number(each.activation),
                *(number(each.values[column]) for column in columns),
            )
            for each in data.examples
        ),
        caption=f"The strongest of {data.n_rows:,} {data.rows_are}, counted from 0",
        words=(0, 1),
    )


def _true(actual: str | float | None) -> str:
    if actual is None:
        return "–"
    return actual if isinstance(actual, str) else number(actual)
