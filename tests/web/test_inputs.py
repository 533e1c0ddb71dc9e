"""Inputs that readers choose, upload or draw, before a network sees them."""

from __future__ import annotations

import base64
import io
from functools import cache

import numpy as np
import pytest
from PIL import Image

from studium.errors import DataError
from studium.introspection.activations import inspect_activations
from studium.training.model import Model
from studium.web.inside.choice import Pictures, read_choice
from studium.web.inside.drawing import draw_canvas, paths_of, rasterised
from studium.web.inside.layer_figures import clicked_unit, draw_layer
from studium.web.inside.uploading import MOST_BYTES, keep_upload
from tests.training.trained import digits, digits_model


@cache
def network() -> Model:
    return digits_model()


def _address(content: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(content).decode()}"


def _png(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, format="PNG")
    return buffer.getvalue()


NO_CHOICE: list[dict[str, str]] = [
    *({"row": row} for row in ("../../etc/passwd", "-1", "1e3", "9" * 40, "\u0663")),
    *({"x": x} for x in ("nan", "inf", "/etc/passwd")),
    *({}, {"unit": "1"}, {"picture": "../../x"}),
]


@pytest.mark.parametrize("chosen", NO_CHOICE)
def test_what_is_no_choice_is_the_first_row(chosen: dict[str, str]) -> None:
    found = read_choice(chosen, Pictures())
    assert (found.kind, found.row) == ("row", 0)
    assert bool(found.notes) == ("picture" in chosen)


def test_an_uploaded_picture_of_the_right_size_is_taken_as_it_is() -> None:
    pictures, pixels = Pictures(), digits().inputs[3, 0].numpy()
    number = keep_upload(pictures, network(), _address(_png(pixels)), "three.png")
    found = read_choice({"picture": number}, pictures)
    assert found.pixels is not None
    np.testing.assert_array_equal(found.pixels[0], pixels)
    assert found.label == "three.png"


@pytest.mark.parametrize(
    ("contents", "reason"),
    [
        (_address(b"<svg onload=alert(1)>"), "not a readable picture"),
        ("data:image/png;base64,***", "is no file"),
        ("no address", "not a readable picture"),
        (_address(b"\0" * (MOST_BYTES + 1)), "at most"),
    ],
)
def test_what_is_no_picture_is_refused_under_the_readers_name(contents: str, reason: str) -> None:
    with pytest.raises(DataError, match=reason) as raised:
        keep_upload(Pictures(), network(), contents, "../../etc/passwd")
    assert "/tmp" not in str(raised.value)


def test_old_pictures_are_forgotten_and_that_is_said() -> None:
    pictures = Pictures(most=2)
    numbers = [pictures.keep(np.full((1, 8, 8), shade, np.uint8), "", ()) for shade in range(3)]
    assert pictures.find(numbers[0]) is None
    assert "upload or draw it again" in read_choice({"picture": numbers[0]}, pictures).notes[0]
    assert pictures.find(numbers[2]) is not None


@pytest.mark.parametrize("dark", [True, False])
def test_a_drawn_line_lies_in_the_middle_in_the_networks_colours(dark: bool) -> None:
    with Image.open(io.BytesIO(rasterised(["M200,20L200,120L200,220"], dark=dark))) as picture:
        pixels = np.asarray(picture)
    height, width = pixels.shape
    assert height == width  # a square around it, wherever it was drawn
    paper, ink = (0, 255) if dark else (255, 0)
    assert pixels[height // 2, width // 2] == ink
    assert (pixels[:, : width // 4] == paper).all()
    assert (pixels[0] == paper).all()


@pytest.mark.parametrize("paths", [[], ["M"], ["<script>"], ["M900,900L950,950"], ["M1,1" + "L2,2" * 60_000]])
def test_what_is_no_drawing_is_refused(paths: list[str]) -> None:
    with pytest.raises(DataError):
        rasterised(paths, dark=True)


def test_only_paths_are_taken_from_what_plotly_reports() -> None:
    assert paths_of({"shapes": [{"path": "M1,1L2,2"}, {"type": "rect"}, {"path": 3}, "M1"]}) == ["M1,1L2,2"]
    assert paths_of({"autosize": True}) == paths_of(None) == paths_of({"shapes": "M1"}) == []
    assert draw_canvas(dark=True).layout.newshape.line.color == "#ffffff"


def test_a_click_is_its_unit() -> None:
    view = inspect_activations(network(), "0", survey=False, attributions=False)
    maps, output = view.layers[0], view.layers[-1]
    hidden = next(layer for layer in view.layers if layer.kind == "linear")
    assert clicked_unit(view, hidden, {"x": 4, "y": 1.0}) == 4
    assert clicked_unit(view, hidden, {"x": 10_000, "y": 1.0}) is None
    assert clicked_unit(view, output, {"x": 0.5, "y": "7", "pointNumber": 7}) == 7
    heat = np.array(draw_layer(view, maps, None).figure.data[0].z, dtype=float)
    for unit in (0, 1, len(maps.activation) - 1):
        peak = np.argwhere(np.isclose(heat, maps.activation[unit].max()) & np.isfinite(heat))
        assert unit in {clicked_unit(view, maps, {"x": float(x), "y": float(y)}) for y, x in peak}
    gap = np.argwhere(np.isnan(heat))[0]
    assert clicked_unit(view, maps, {"x": float(gap[1]), "y": float(gap[0])}) is None
    colours = draw_layer(view, hidden, 4).figure.data[0].marker.color
    assert colours[4] != colours[3]
