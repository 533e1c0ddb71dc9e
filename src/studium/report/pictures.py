"""Pictures inside a page: pixels as PNG, and the grid in which many of them stand."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Grid:
    """Where each of several tiles of one size stands, row by row.

    Attributes:
        n: Tiles.
        columns: Tiles in a row.
        height: Of a tile, in pixels.
        width: Likewise.
        gap: Between tiles, in pixels.
    """

    n: int
    columns: int
    height: int
    width: int
    gap: int

    @property
    def rows(self) -> int:
        """Rows of tiles."""
        return math.ceil(self.n / self.columns)

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of all tiles with the gaps between them, in pixels."""
        return (
            self.rows * (self.height + self.gap) - self.gap,
            self.columns * (self.width + self.gap) - self.gap,
        )

    def corner(self, place: int) -> tuple[int, int]:
        """Row and column of a tile's first pixel."""
        row, column = divmod(place, self.columns)
        return row * (self.height + self.gap), column * (self.width + self.gap)


def grid(n: int, height: int, width: int, columns: int | None = None) -> Grid:
    """A grid for n tiles.

    Args:
        n: Tiles, at least one.
        height: Of a tile, in pixels.
        width: Likewise.
        columns: Tiles in a row; by default a power of two such that the whole is about twice as wide as high.

    Example:
        >>> grid(16, 28, 28).columns, grid(10, 5, 5).size
        (8, (17, 23))
    """
    wanted = columns or 2 ** math.floor(math.log2(2 * n * height / width) / 2 + 0.5)
    return Grid(n, max(1, min(n, wanted)), height, width, gap=max(1, round(max(height, width) / 14)))


def mosaic(tiles: np.ndarray, place: Grid) -> np.ndarray:
    """All tiles in one array, NaN between them.

    Args:
        tiles: ``[n, height, width]``.
        place: Where each stands.

    Returns:
        ``[height, width]`` of the grid, float32.
    """
    import numpy as np

    canvas = np.full(place.size, np.nan, dtype=np.float32)
    for number, tile in enumerate(tiles):
        row, column = place.corner(number)
        canvas[row : row + place.height, column : column + place.width] = tile
    return canvas


def picture_mosaic(pictures: np.ndarray, place: Grid) -> np.ndarray:
    """Pictures beside one another, transparent between them.

    Args:
        pictures: ``[n, C, height, width]`` uint8; one channel is grey, the first three of more are red, green, blue.
        place: Where each stands.

    Returns:
        ``[4, height, width]`` of the grid, uint8: red, green, blue, opacity.
    """
    import numpy as np

    canvas = np.zeros((4, *place.size), dtype=np.uint8)
    for number, picture in enumerate(pictures):
        row, column = place.corner(number)
        rows, columns = slice(row, row + place.height), slice(column, column + place.width)
        canvas[:3, rows, columns] = picture[:3] if len(picture) >= 3 else picture[:1]
        canvas[3, rows, columns] = 255
    return canvas


def png(pixels: np.ndarray) -> str:
    """A picture as a ``data:`` address that a page can show.

    Args:
        pixels: ``[C, H, W]`` uint8: one channel is grey, three are red, green, blue, four have opacity, too; of two or more
            than four, only the first is shown.
    """
    from PIL import Image

    usable = pixels if len(pixels) in (3, 4) else pixels[:1]
    picture = Image.fromarray(usable[0] if len(usable) == 1 else usable.transpose(1, 2, 0))
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
