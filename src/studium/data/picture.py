"""One picture file, of any format that Pillow reads."""

from __future__ import annotations

import warnings
from pathlib import Path

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from studium.errors import DataError

_GREY_MODES = ("1", "L", "LA")
_WIDE_MODES = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_TURNED = range(5, 9)  # EXIF orientations that exchange width and height


def is_grey(picture: Image.Image) -> bool:
    """Whether it has no colour channels."""
    return picture.mode in _GREY_MODES


def open_picture(file: Path) -> Image.Image:
    """A picture, its pixels not decoded yet; to be closed.

    Raises:
        DataError: It cannot be read, has too many pixels, or has pixels of more than 8 bits.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(file)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise DataError(
            f"{file} has too many pixels ({str(error).rstrip('.')}): resize it or remove it"
        ) from error
    except Exception as error:  # Pillow's formats fail on damaged files with errors of every kind
        raise _unreadable(file, error) from error
    if picture.mode in _WIDE_MODES:
        picture.close()
        raise DataError(
            f"{file} has pixels of more than 8 bits, but pixels are from 0 to 255: save it with 8 bits a "
            "channel"
        )
    return picture


def upright_picture(file: Path, picture: Image.Image) -> Image.Image:
    """The decoded picture in greyscale (mode ``L``) or ``RGB``, turned as its EXIF orientation says.

    Raises:
        DataError: It is damaged.
    """
    try:
        upright = ImageOps.exif_transpose(picture)
        if is_grey(upright):
            return upright.convert("L")
        if upright.mode == "P" and "transparency" in upright.info:
            upright = upright.convert("RGBA")  # Pillow asks for this step
        return upright.convert("RGB")
    except Exception as error:  # as above
        raise _unreadable(file, error) from error


def is_turned(file: Path, picture: Image.Image) -> bool:
    """Whether its EXIF orientation exchanges width and height.

    Raises:
        DataError: It is damaged.
    """
    try:
        return picture.getexif().get(ExifTags.Base.Orientation) in _TURNED
    except Exception as error:  # as above
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: Exception) -> DataError:
    reason = "no picture format fits" if isinstance(error, UnidentifiedImageError) else str(error).rstrip(".")
    return DataError(f"{file} is not a readable picture ({reason}): mend it or remove it")
