from __future__ import annotations

import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from studium.introspection.weight_results import WeightImages, WeightsView
from studium.introspection.weights import inspect_weights
from studium.models import MLPSpec
from studium.report.figures.unit_responses import draw_unit_responses
from studium.report.figures.unit_weights import draw_unit_weights
from studium.report.figures.weight_histogram import draw_weight_histogram
from studium.report.figures.weight_images import draw_weight_images
from studium.report.inspection import render_inspection
from studium.report.palette import DARK
from studium.report.weights_page import layer_table, weight_words, weights_page
from tests.introspection.networks import image_model, small_cnn, two_columns
from tests.report.pages import Page
from tests.training.trained import blobs_model, curve_model, digits_model


@cache
def of_digits() -> WeightsView:
    return inspect_weights(digits_model())


@cache
def of_curve() -> WeightsView:
    return inspect_weights(curve_model(), layer="linear1", unit=3)


def test_histograms_show_both_over_the_same_bins() -> None:
    layer = of_digits().layers[3]
    drawing = draw_weight_histogram("n", layer)
    trained, initial = drawing.figure.data
    assert (trained.name, initial.name) == ("trained", "initial")
    assert list(trained.x) == list(initial.x) == pytest.approx(layer.histogram.edges.tolist())
    assert trained.customdata[:-1] == layer.histogram.trained
    assert all(shown == max(count, 0.1) for shown, count in zip(trained.y, trained.customdata, strict=True))
    assert sum(int(row[1].replace(",", "")) for row in drawing.table.rows) == layer.n_units * layer.n_inputs
    assert f"by {layer.change:.0%} of their initial norm" in drawing.caption


def test_kernels_of_an_inner_layer_are_a_matrix() -> None:
    images = of_digits().images[1]
    assert images.weights.shape == (32, 16, 3, 3)
    (drawing,) = draw_weight_images("n", images)
    (heatmap,) = drawing.figure.data
    assert np.shape(heatmap.z) == (16 * 4 - 1, 32 * 4 - 1)
    assert (heatmap.zmin, heatmap.zmax) == (-images.largest, images.largest)
    np.testing.assert_array_equal(
        np.array(heatmap.z)[4 * 5 : 4 * 5 + 3, 4 * 7 : 4 * 7 + 3], images.weights[7, 5]
    )


def test_receptive_fields_stand_in_the_order_of_units() -> None:
    model = image_model(MLPSpec(input_shape=(1, 5, 4), n_outputs=2, hidden=(8,)))
    (images,) = inspect_weights(model).images
    (drawing,) = draw_weight_images("n", images)
    shown = np.array(drawing.figure.data[0].z)
    assert shown.shape == (2 * 5 + 1, 4 * 4 + 3)
    np.testing.assert_array_equal(shown[6:11, 5:9], images.weights[5, 0])  # second row, second of four


def test_colours_are_shown_one_by_one_and_large_layers_are_cut() -> None:
    weights = np.zeros((4, 3, 2, 2), np.float32)
    colours = WeightImages(layer="conv1", kind="kernel", units=(0, 1, 2, 3), weights=weights, largest=0.0)
    titles = [each.title for each in draw_weight_images("n", colours)]
    assert titles == [f"Kernels of conv1, {colour}" for colour in ("red", "green", "blue")]
    many = WeightImages(
        layer="conv2", kind="kernel", units=tuple(range(70)), weights=np.ones((70, 80, 2, 2)), largest=1.0
    )
    (drawing,) = draw_weight_images("n", many)
    assert "the first 64 of 70 units and 64 of 80 channels" in drawing.caption
    fields = WeightImages(
        layer="linear1",
        kind="receptive field",
        units=tuple(range(300)),
        weights=np.ones((300, 1, 2, 2)),
        largest=1.0,
    )
    (drawing,) = draw_weight_images("n", fields)
    assert "the first 256 of 300 units." in drawing.caption


def test_the_chosen_unit_stands_out() -> None:
    responses = of_curve().responses
    assert responses is not None
    drawing = draw_unit_responses("n", responses, 0, unit=3)
    colours = [line.line.color for line in drawing.figure.data]
    assert len(set(colours)) == 2
    assert [place for place, colour in enumerate(colours) if colours.count(colour) == 1] == [3]
    assert "shaded is the range of the training rows" in drawing.caption
    unit = inspect_weights(two_columns(), layer="linear1", unit=0).unit
    assert unit is not None
    bars = draw_unit_weights("n", unit)
    assert list(bars.figure.data[0].y) == [1.0, -1.0]
    assert list(bars.figure.layout.xaxis.ticktext) == ["x1", "x2"]


def test_words_and_table_say_what_is_known() -> None:
    (first, output) = inspect_weights(two_columns()).layers
    table = layer_table((first, output))
    assert table.rows[0][:3] == ("linear1", "2", "2")
    assert "sees (pixels)" not in table.header
    words = " ".join(weight_words(of_digits()))
    most = max(of_digits().layers, key=lambda layer: layer.change or 0)
    assert words.startswith(f"Training moved {most.name} the most, by {most.change:.0%}")
    weights = {name: tensor.clone() for name, tensor in digits_model().weights.items()}
    weights["linear1.weight"][:20] = 0
    from dataclasses import replace

    idle = " ".join(weight_words(inspect_weights(replace(digits_model(), weights=weights))))
    assert (
        "linear1 has 20 units with zero weights into them (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, and 8 more)."
        in idle
    )
    assert "conv1 has no unit without effect." in idle


@pytest.mark.parametrize(
    "view",
    [
        of_digits,
        of_curve,
        lambda: inspect_weights(blobs_model()),
        lambda: inspect_weights(digits_model(), layer="conv2", unit=5),
        lambda: inspect_weights(image_model(small_cnn("tanh"))),
    ],
)
def test_every_figure_has_words_numbers_and_colours_for_the_dark(view: object) -> None:
    content = weights_page(view())  # type: ignore[operator]
    page = Page(render_inspection(content))
    plots = [each for each in page.all("div") if each.get("class") == "plot"]
    names = [drawing.name for drawing in content.figures]
    assert [each["data-name"] for each in plots] == names
    assert len(set(names)) == len(names) > 0
    assert all(each["role"] == "img" and len(each["aria-label"]) > 30 for each in plots)
    for drawing in content.figures:
        assert drawing.table.rows
        assert all(len(row) == len(drawing.table.header) for row in drawing.table.rows)
        used = set(re.findall(r"#[0-9a-f]{6}|rgba\([^)]*\)", drawing.figure.to_json()))
        assert used - set(DARK) <= {"rgba(0,0,0,0)"}, drawing.name


def test_data_from_a_file_is_drawn_without_training_code(tmp_path: Path) -> None:
    (tmp_path / "view.json").write_text(of_digits().model_dump_json())
    program = (
        "import sys; from pathlib import Path; from studium.introspection.weight_results import WeightsView;"
        "from studium.report.weights_page import weights_page; from studium.report.inspection import render_inspection;"
        f"view = WeightsView.model_validate_json(Path({str(tmp_path / 'view.json')!r}).read_text());"
        "assert 'Weights of cnn' in render_inspection(weights_page(view));"
        "assert not {'torch', 'sklearn', 'scipy', 'polars', 'captum'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
