"""Pages of maximizations: the data of each figure, and what the page says."""

from __future__ import annotations

import base64
import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studium.introspection.maximization import Maximization, default_settings, maximize
from studium.report.figures.maximized_activations import (
    draw_maximized_activations,
    maximized_activations_data,
    reach_words,
)
from studium.report.figures.maximized_images import (
    draw_maximized_images,
    maximized_images_data,
    maximized_words,
)
from studium.report.figures.maximized_mosaic import draw_maximized_mosaic
from studium.report.figures.maximized_rows import draw_maximized_rows, maximized_rows_data
from studium.report.inspection import render_inspection
from studium.report.maximization_page import maximization_page, regulariser_words
from tests.training.trained import blobs_model, curve, curve_model, digits, digits_model


@cache
def of_digits(seeds: int = 1, layer: str = "output") -> Maximization:
    settings = default_settings(digits_model().schema).model_copy(update={"steps": 5, "seeds": seeds})
    return maximize(digits_model(), layer, data=digits(), settings=settings)


@cache
def of_curve() -> Maximization:
    return maximize(curve_model(), "linear1", data=curve())


def decoded(source: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(source.split(",")[1]))))


def test_one_start_stands_in_a_row_with_the_strongest_real_images() -> None:
    result = of_digits()
    unit = result.units[3]
    data = maximized_images_data(result, unit)
    assert unit.real is not None
    [row] = data.rows
    assert [tile.optimised for tile in row] == [True, False, False, False]
    assert [tile.activation for tile in row] == [
        unit.best.activation,
        *(each.activation for each in unit.real.strongest[:3]),
    ]
    drawing = draw_maximized_images("n", data)
    sources = [each.source for each in drawing.figure.layout.images]
    np.testing.assert_array_equal(decoded(sources[0]), unit.best.input.image()[0])
    np.testing.assert_array_equal(decoded(sources[1]), unit.real.strongest[0].input.image()[0])
    assert len(drawing.table.rows) == 4


def test_several_starts_have_a_row_of_their_own() -> None:
    data = maximized_images_data(of_digits(seeds=6), of_digits(seeds=6).units[0])
    assert [[tile.optimised for tile in row] for row in data.rows] == [[True] * 4, [False] * 4]


def test_without_data_only_optimised_images_are_shown() -> None:
    unit = of_digits().units[0].model_copy(update={"real": None})
    data = maximized_images_data(of_digits(), unit)
    assert [len(row) for row in data.rows] == [1]
    assert maximized_words(data).startswith("Optimised: logit")
    assert "real" not in maximized_words(data)


def test_what_is_reached_is_counted() -> None:
    result = of_digits()
    data = maximized_activations_data(result)
    above = sum(unit.real is not None and unit.real.exceeded == 1 for unit in result.units)
    assert reach_words(data) == (
        f"For {above} of 10 units the optimised input exceeds the largest logit over 355 test rows of digits."
    )
    drawing = draw_maximized_activations("n", data)
    lines, largest, optimised = drawing.figure.data
    assert list(optimised.x) == [unit.best.activation for unit in result.units]
    assert list(largest.x) == [unit.real.quantiles[-1] for unit in result.units if unit.real]
    assert lines.x[2] is None


def test_a_large_layer_is_shown_at_a_glance() -> None:
    result = of_digits(layer="conv3")
    page = maximization_page(result)
    images = page.parts[0]
    assert [len(result.units), len(images.figures), len(images.small)] == [64, 1, 32]
    assert "The first 32 of 64 units" in images.paragraphs[0]
    mosaic = decoded(draw_maximized_mosaic("n", result).figure.data[0].source)
    np.testing.assert_array_equal(mosaic[:8, :8, 0], result.units[0].best.input.image()[0])


def test_rows_are_drawn_within_their_range() -> None:
    data = maximized_rows_data(of_curve())
    [drawing] = draw_maximized_rows("n", data)
    low, high = data.ranges["input"]
    shown_low, shown_high = drawing.figure.layout.xaxis.range
    assert shown_low < low < high < shown_high
    others, real, optimised = drawing.figure.data
    assert [low <= value <= high for value in optimised.x] == [True] * 64
    assert len(others.x) == 64 * 15
    assert len(real.x) == 64
    assert all(row.n_starts == 16 and 1 <= row.agreeing <= 16 for row in data.rows)


def test_the_page_holds_everything_and_asks_nobody(tmp_path: Path) -> None:
    for result in (of_digits(), of_curve(), maximize(blobs_model())):
        page = maximization_page(result)
        text = render_inspection(page)
        assert "http-equiv" in text
        assert "src=" not in text.split("<script")[0]
        assert page.title in text
        assert bool(page.notices) == (result.data is None)
        for drawing in page.figures:
            assert drawing.alternative
            assert f'id="figure-{drawing.name}"' in text


def test_a_hostile_class_name_stays_text() -> None:
    unit = of_digits().units[0].model_copy(update={"name": "<script>alert(1)</script>"})
    result = of_digits().model_copy(update={"units": (unit,)})
    text = render_inspection(maximization_page(result))
    assert "<script>alert(1)" not in text


@pytest.mark.parametrize(
    ("regularisers", "words"),
    [([], "none"), (["l2"], "l2 1"), (["fourier", "rotation"], "rotation 5 and Fourier parameterisation")],
)
def test_regularisers_are_named(regularisers: list[str], words: str) -> None:
    assert regulariser_words(default_settings(digits_model().schema, regularisers)) == words
