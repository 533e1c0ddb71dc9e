from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from studium.errors import DataError
from studium.introspection.inputs import choose_input
from studium.introspection.model_data import ModelData
from studium.introspection.picture_input import picture_input
from studium.models import MLPSpec
from studium.training.model import Model
from tests.introspection.networks import image_model
from tests.training.trained import curve_model


def on_black(channels: int = 1, mean: float = 0.2) -> Model:
    return image_model(MLPSpec(input_shape=(channels, 8, 6), n_outputs=2, hidden=()), mean=mean)


def glyph(ink: int, paper: int, height: int = 8, width: int = 6) -> np.ndarray:
    pixels = np.full((height, width), paper, np.uint8)
    pixels[height // 4 : -height // 4, width // 3 : -(width // 3)] = ink
    return pixels


def save(path: Path, pixels: np.ndarray, **more: object) -> Path:
    Image.fromarray(pixels).save(path, **more)  # type: ignore[arg-type]
    return path


def test_a_fitting_picture_is_taken_as_it_is(tmp_path: Path) -> None:
    pixels = glyph(200, 0)
    found, done = picture_input(on_black(), save(tmp_path / "a.png", pixels))
    np.testing.assert_array_equal(found[0, 0], pixels)
    assert done == ()


def test_dark_on_light_is_inverted_for_a_model_of_light_on_dark_and_back(tmp_path: Path) -> None:
    pixels = glyph(30, 255)
    file = save(tmp_path / "a.png", pixels)
    found, done = picture_input(on_black(), file)
    np.testing.assert_array_equal(found[0, 0], 255 - pixels)
    assert done == ("a.png was inverted: its edge is light, and the training pictures are dark",)
    kept, done = picture_input(on_black(mean=0.8), file)
    np.testing.assert_array_equal(kept[0, 0], pixels)
    assert done == ()
    other, done = picture_input(on_black(mean=0.8), save(tmp_path / "b.png", glyph(220, 0)))
    assert done == ("b.png was inverted: its edge is dark, and the training pictures are light",)
    assert int(other[0, 0, 0, 0]) == 255


def test_nothing_is_inverted_for_data_that_is_neither_dark_nor_light(tmp_path: Path) -> None:
    pixels = glyph(30, 255)
    found, done = picture_input(on_black(mean=0.5), save(tmp_path / "a.png", pixels))
    np.testing.assert_array_equal(found[0, 0], pixels)
    assert done == ()


def test_another_size_is_fitted_with_its_proportions(tmp_path: Path) -> None:
    double, done = picture_input(
        on_black(), save(tmp_path / "a.png", glyph(200, 0).repeat(2, 0).repeat(2, 1))
    )
    assert double.shape == (1, 1, 8, 6)
    assert done == ("a.png was resized from 12x16 to 6x8 pixels (width x height)",)
    assert int(double[0, 0, 4, 2]) > 150
    wide = np.full((10, 60), 90, np.uint8)
    found, done = picture_input(on_black(), save(tmp_path / "b.png", wide))
    assert done == (
        "b.png was resized from 60x10 to 6x8 pixels (width x height), its proportions kept and the rest filled",
    )
    assert (found == 90).all()  # filled with the grey of its edge


@pytest.mark.parametrize("size", [(1, 1), (1, 5000), (5000, 1), (300, 2)])
def test_extreme_proportions(tmp_path: Path, size: tuple[int, int]) -> None:
    found, done = picture_input(on_black(), save(tmp_path / "a.png", np.full(size, 40, np.uint8)))
    assert found.shape == (1, 1, 8, 6)
    assert len(done) == 1


def test_colour_becomes_grey_only_where_there_is_some(tmp_path: Path) -> None:
    grey = np.stack([glyph(200, 0)] * 3, axis=2)
    tinted = grey.copy()
    tinted[3, 2] = (255, 0, 0)
    assert picture_input(on_black(), save(tmp_path / "a.png", grey))[1] == ()
    found, done = picture_input(on_black(), save(tmp_path / "b.png", tinted))
    assert done == ("b.png was turned from colour to grey, as the training pictures are",)
    assert int(found[0, 0, 3, 2]) == round(0.299 * 255)
    colour, done = picture_input(on_black(3), save(tmp_path / "c.png", tinted))
    np.testing.assert_array_equal(colour[0].permute(1, 2, 0), tinted)
    repeated, done = picture_input(on_black(3), save(tmp_path / "d.png", glyph(9, 200)))
    assert (repeated[0, 0] == repeated[0, 2]).all()
    assert done == ()  # colour pictures have no common background


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr"])
def test_every_usual_mode_is_read(tmp_path: Path, mode: str) -> None:
    suffix = "tif" if mode in ("CMYK", "YCbCr") else "png"
    Image.fromarray(glyph(255, 0)).convert("RGB").convert(mode).save(tmp_path / f"a.{suffix}")
    found, _ = picture_input(on_black(), tmp_path / f"a.{suffix}")
    assert abs(int(found[0, 0, 4, 2]) - 255) <= 2
    assert int(found[0, 0, 0, 0]) <= 2


def bomb(side: int) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    header = side.to_bytes(4, "big") * 2 + bytes([8, 0, 0, 0, 0])
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


def test_bad_pictures_get_a_sentence(tmp_path: Path) -> None:
    whole = save(tmp_path / "whole.png", glyph(200, 0)).read_bytes()
    contents = {
        "text.png": (b"text", "not a readable picture"),
        "empty.png": (b"", "not a readable picture"),
        "cut.png": (whole[:50], "not a readable picture"),
        "bomb.png": (bomb(20_000), "too many pixels"),
        "small-bomb.png": (bomb(10_000), "too many pixels"),
    }
    for name, (content, words) in contents.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=f"{name} .*{words}"):
            picture_input(on_black(), tmp_path / name)
    save(tmp_path / "wide.png", glyph(200, 0).astype(np.uint16) * 256)
    with pytest.raises(DataError, match=r"wide\.png has pixels of more than 8 bits"):
        picture_input(on_black(), tmp_path / "wide.png")
    with pytest.raises(DataError, match="takes images of 2 channels: give"):
        picture_input(on_black(2), tmp_path / "whole.png")


def test_a_table_model_has_no_use_for_a_picture(tmp_path: Path) -> None:
    file = save(tmp_path / "a.png", glyph(200, 0))
    model = curve_model()
    with pytest.raises(DataError, match="holds images, but a table with the columns input is needed"):
        choose_input(model, str(file), ModelData(model))
