from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from PIL import Image

from studium.report.figures import draw_sample, sample_data
from studium.report.figures.samples import SampleData
from studium.report.palette import GREEN, GREY, ORANGE
from studium.runs.evidence import Evidence, Sample
from tests.report.known import result, sample

CLASSES = ("coat", "bag", "shoe")


def gathered(one: Sample, classes: tuple[str, ...] = CLASSES) -> SampleData:
    (data,) = sample_data(result(classes=classes, evidence=Evidence(samples=(one,))))
    return data


def test_a_wrong_prediction_shows_both_classes() -> None:
    data = gathered(sample((0.1, 0.7, 0.2), label=2))
    drawing = draw_sample("f", data)
    (bars,) = drawing.figure.data
    assert not data.right
    assert drawing.title == "shoe, taken for bag"
    assert "row 7" in drawing.alternative
    assert "70.0%" in drawing.alternative
    assert (tuple(bars.y), tuple(bars.x)) == (CLASSES, (0.1, 0.7, 0.2))
    assert tuple(bars.marker.color) == (GREY, ORANGE, GREEN)
    assert drawing.table.rows == (("bag", "70.00%"), ("shoe", "20.00%"), ("coat", "10.00%"))


def test_a_right_prediction_is_green() -> None:
    data = gathered(sample((0.1, 0.7, 0.2), label=1))
    drawing = draw_sample("f", data)
    assert data.right
    assert drawing.title == "bag, recognised"
    assert tuple(drawing.figure.data[0].marker.color) == (GREY, GREEN, GREY)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_the_picture_is_that_of_the_row(channels: int) -> None:
    pixels = tuple(((0, 10 * (channel + 1)), (200, 255)) for channel in range(channels))
    picture = draw_sample("f", gathered(sample((0.1, 0.7, 0.2), label=1, pixels=pixels))).figure.data[1]
    head, _, content = picture.source.partition(",")
    assert head == "data:image/png;base64"
    drawn = np.array(Image.open(io.BytesIO(base64.b64decode(content))))
    grey = np.array(pixels[0])
    assert np.array_equal(drawn if channels < 3 else drawn[..., 0], grey)
    assert drawn.shape == ((2, 2) if channels < 3 else (2, 2, 3))


def test_of_many_classes_the_likeliest_and_the_true_one_are_drawn() -> None:
    classes = tuple(f"class {number}" for number in range(30))
    chances = tuple((30 - number) / 465 for number in range(30))
    data = gathered(sample(chances, label=29), classes)
    assert data.shown == (*range(9), 29)
    assert len(draw_sample("f", data).table.rows) == 30
