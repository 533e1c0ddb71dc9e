from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studium.introspection.activation_results import ActivationsView
from studium.introspection.activations import ActivationsInspector, inspect_activations
from studium.report.activations_page import activations_page, summary_words, survey_table
from studium.report.figures.attribution import draw_attribution
from studium.report.figures.feature_maps import draw_feature_maps
from studium.report.figures.input_picture import draw_input_picture
from studium.report.figures.input_place import draw_input_place
from studium.report.figures.layer_bars import draw_layer_bars
from studium.report.figures.output_bars import draw_output_bars
from studium.report.figures.strongest_pictures import draw_strongest_pictures
from studium.report.inspection import render_inspection
from studium.report.palette import DARK, GREEN, ORANGE
from tests.introspection.networks import image_model, pictures, small_cnn, two_columns
from tests.report.pages import Page
from tests.training.trained import blobs, blobs_model, curve_model, digits_model

HOSTILE = "</script><script>window.hacked=1</script>"


@cache
def of_digits() -> ActivationsView:
    return ActivationsInspector(digits_model()).inspect("8:0")


@cache
def of_curve() -> tuple[ActivationsView, ...]:
    inspector = ActivationsInspector(curve_model())
    return tuple(inspector.inspect(text) for text in ("-8", "3"))


@cache
def of_blobs() -> ActivationsView:
    return inspect_activations(blobs_model(), [0.5, -0.25], data=blobs())


def test_feature_maps_share_one_scale() -> None:
    layer = of_digits().layers[0]
    drawing = draw_feature_maps("n", layer)
    (heatmap,) = drawing.figure.data
    assert (heatmap.zmin, heatmap.zmax) == (0, float(layer.activation.max()))
    np.testing.assert_array_equal(np.array(heatmap.z)[:8, 9:17], layer.activation[1])
    assert float(np.nanmax(heatmap.z)) == heatmap.zmax
    strongest = int(layer.activation.reshape(16, -1).max(axis=1).argmax())
    assert drawing.table.rows[0][0] == str(strongest)
    signed = inspect_activations(
        image_model(small_cnn("tanh")), pictures(image_model(small_cnn()), 1).inputs[0]
    )
    (heatmap,) = draw_feature_maps("n", signed.layers[0]).figure.data
    assert heatmap.zmin == -heatmap.zmax < 0


def test_bars_are_the_activations_and_the_chosen_one_stands_out() -> None:
    layer = of_digits().layers[4]
    drawing = draw_layer_bars("n", layer, unit=7)
    (bars,) = drawing.figure.data
    np.testing.assert_array_equal(bars.y, layer.activation)
    np.testing.assert_array_equal(bars.customdata, layer.pre_activation)
    assert [place for place, colour in enumerate(bars.marker.color) if colour == ORANGE] == [7]
    assert f"Unit {int(layer.activation.argmax())} fires most" in drawing.caption
    assert f"{int((layer.activation == 0).sum())} give exactly 0" in drawing.caption


def test_the_output_marks_the_true_class_and_a_wrong_prediction() -> None:
    view = of_digits()
    other = next(name for name in view.output.names if name != view.output.predicted)
    drawing = draw_output_bars("n", view.output, view.layers[-1], other)
    (bars,) = drawing.figure.data
    assert bars.marker.color[view.output.names.index(view.output.predicted)] == ORANGE
    assert bars.marker.color[view.output.names.index(other)] == GREEN
    assert drawing.table.header == ("class", "probability", "logit")
    assert drawing.table.rows[0][0] == view.output.predicted
    unknown = draw_output_bars("n", view.output, None, None)
    assert not {ORANGE, GREEN} & set(unknown.figure.data[0].marker.color)
    assert unknown.table.header == ("class", "probability")


def test_pictures_are_the_pixels() -> None:
    view = of_digits()
    assert view.pixels is not None
    drawing = draw_input_picture("n", view.pixels, "it")
    address = drawing.figure.data[0].source
    np.testing.assert_array_equal(
        np.asarray(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1])))), view.pixels[0]
    )
    assert view.strongest is not None
    examples = draw_strongest_pictures("n", view.strongest)
    assert len(examples.figure.data) == 2  # two rows of four
    assert len(examples.figure.layout.annotations) == 8
    first = view.strongest.examples[0]
    assert examples.table.rows[0][:2] == (f"{first.place:,}", first.actual)


def test_attributions_of_pictures_and_of_columns() -> None:
    found = of_digits().attributions
    assert found is not None
    for method in found.methods:
        (heatmap,) = draw_attribution("n", found, method).figure.data
        np.testing.assert_array_equal(heatmap.z, method.values.sum(axis=0))
        assert heatmap.zmin == -heatmap.zmax
    integrated = draw_attribution("n", found, found.methods[1])
    assert re.search(r"together .*, within \d+\.\d\d% of the exact total", integrated.caption)
    columns = of_blobs().attributions
    assert columns is not None
    (bars,) = draw_attribution("n", columns, columns.methods[1]).figure.data
    assert sorted(bars.y) == ["f0", "f1"]
    assert abs(bars.x[0]) >= abs(bars.x[1])


def test_an_input_outside_the_training_range_has_another_mark() -> None:
    outside, gap = (view.place for view in of_curve())
    assert outside is not None
    assert gap is not None
    symbols = [draw_input_place("n", place).figure.data[1].marker.symbol for place in (outside, gap)]
    assert symbols == ["x", "circle"]
    assert "lies outside" in draw_input_place("n", outside).caption


def test_words_of_the_page() -> None:
    page = activations_page(of_curve())
    assert page.title == "Activations of net: input = -8 and input = 3"
    assert len(page.notices) == 2
    assert "extrapolates" in page.notices[0]
    assert "gap" in page.notices[1]
    assert page.summary[0].startswith("For input = -8 the network says label = ")
    headings = [part.heading for part in page.parts]
    assert headings[:3] == ["Where input = -8 lies", "Layers: input = -8", "What contributes: input = -8"]
    assert sum(part.heading.startswith("What makes") for part in page.parts) == 1  # the same unit for both
    view = of_digits()
    right = view.output.predicted == view.actual
    assert ("which is right" if right else f"but it is {view.actual}") in summary_words([view])[0]
    unknown = view.model_copy(update={"actual": None})
    assert summary_words([unknown])[0].endswith("%.")


def test_shares_of_dead_and_saturated_units_add_up() -> None:
    table = survey_table(of_digits().survey)
    for row, layer in zip(table.rows, of_digits().survey, strict=True):
        assert row[:3] == (layer.layer, str(layer.n_units), str(len(layer.dead_units)))
        assert row[3] == f"{len(layer.dead_units) / layer.n_units:.1%}"


@pytest.mark.parametrize(
    "views",
    [
        lambda: [of_digits()],
        of_curve,
        lambda: [of_blobs()],
        lambda: [inspect_activations(two_columns(), [1.0, 2.0], layer="linear1")],
        lambda: [inspect_activations(digits_model(), "3", layer="conv2", unit=1)],
    ],
)
def test_every_figure_has_words_numbers_and_colours_for_the_dark(views: object) -> None:
    content = activations_page(views())  # type: ignore[operator]
    page = Page(render_inspection(content))
    plots = [each for each in page.all("div") if each.get("class") == "plot"]
    names = [drawing.name for drawing in content.figures]
    assert [each["data-name"] for each in plots] == names
    assert len(set(names)) == len(names) > 0
    assert all(each["role"] == "img" and len(each["aria-label"]) > 30 for each in plots)
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for drawing in content.figures:
        assert drawing.table.rows
        assert all(len(row) == len(drawing.table.header) for row in drawing.table.rows)
        used = set(re.findall(r"#[0-9a-f]{6}|rgba\([^)]*\)", drawing.figure.to_json()))
        assert used - set(DARK) <= {"rgba(0,0,0,0)"}, drawing.name


def test_hostile_names_are_text() -> None:
    names = (HOSTILE, "<b>coat</b>", "bag")
    model = replace(image_model(small_cnn(), class_names=names), name=HOSTILE)
    view = inspect_activations(model, f"{HOSTILE}:0", data=pictures(model, 12))
    text = render_inspection(activations_page([view]))
    assert HOSTILE not in text
    page = Page(text)
    assert not page.all("b")
    assert any(HOSTILE in cell for cell in page.texts["th"])


def test_data_from_a_file_is_drawn_without_training_code(tmp_path: Path) -> None:
    (tmp_path / "view.json").write_text(of_digits().model_dump_json())
    program = (
        "import sys; from pathlib import Path; from studium.introspection.activation_results import ActivationsView;"
        "from studium.report.activations_page import activations_page;"
        "from studium.report.inspection import render_inspection;"
        f"view = ActivationsView.model_validate_json(Path({str(tmp_path / 'view.json')!r}).read_text());"
        "assert 'Activations of cnn' in render_inspection(activations_page([view]));"
        "assert not {'torch', 'sklearn', 'scipy', 'polars', 'captum'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
