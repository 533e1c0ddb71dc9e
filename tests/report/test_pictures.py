from __future__ import annotations

import base64
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from studium.report.pictures import grid, mosaic, picture_mosaic, png


def test_tiles_stand_row_by_row_with_nothing_between_them() -> None:
    tiles = np.arange(12, dtype=np.float32).reshape(3, 2, 2)
    found = mosaic(tiles, grid(3, 2, 2, columns=2))
    nan = np.nan
    assert np.array_equal(
        found,
        [
            [0, 1, nan, 4, 5],
            [2, 3, nan, 6, 7],
            [nan, nan, nan, nan, nan],
            [8, 9, nan, nan, nan],
            [10, 11, nan, nan, nan],
        ],
        equal_nan=True,
    )


@given(st.integers(1, 300), st.integers(1, 40), st.integers(1, 40))
def test_every_tile_has_a_place_of_its_own_inside(n: int, height: int, width: int) -> None:
    tiles = np.ones((n, height, width)) * np.arange(1, n + 1)[:, None, None]
    found = mosaic(tiles, grid(n, height, width))
    counts = np.unique(found[~np.isnan(found)], return_counts=True)
    assert np.array_equal(counts[0], np.arange(1, n + 1))
    assert (counts[1] == height * width).all()


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_pictures_keep_their_pixels_and_the_rest_is_transparent(channels: int) -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (3, channels, 4, 5)).astype(np.uint8)
    place = grid(3, 4, 5, columns=2)
    found = picture_mosaic(pictures, place)
    assert found[3].sum() == 255 * 3 * 20
    row, column = place.corner(1)
    shown = pictures[1][:3] if channels >= 3 else pictures[1][:1].repeat(3, axis=0)
    assert np.array_equal(found[:3, row : row + 4, column : column + 5], shown)


@pytest.mark.parametrize(("channels", "mode"), [(1, "L"), (2, "L"), (3, "RGB"), (4, "RGBA")])
def test_png_keeps_every_pixel(channels: int, mode: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (channels, 6, 7)).astype(np.uint8)
    address = png(pixels)
    assert address.startswith("data:image/png;base64,")
    picture = Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2])))
    assert picture.mode == mode
    stored = np.asarray(picture)
    assert np.array_equal(stored, pixels[0] if mode == "L" else pixels.transpose(1, 2, 0))
