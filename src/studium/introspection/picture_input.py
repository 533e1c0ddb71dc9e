"""Any picture file as an input of a model: grey, inverted, resized where the training data asks for it, and said so."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from studium.data import ImageSchema
from studium.data.picture import open_picture, upright_picture
from studium.errors import DataError
from studium.training.model import Model

_DARK, _LIGHT = 0.4, 0.6  # mean grey of training data that is clearly one or the other


def picture_input(model: Model, file: Path) -> tuple[Tensor, tuple[str, ...]]:
    """A picture file made fit for a model.

    A colour picture becomes grey where the model takes grey ones. A grey picture is inverted when its edge is light and the
    training pictures are dark, or the other way round. A picture of another size is fitted into the model's, its proportions
    kept, the rest filled with the grey or colour of its edge.

    Args:
        model: Trained on pictures.
        file: Of any format that Pillow reads.

    Returns:
        ``[1, C, H, W]`` uint8, and what was done, one sentence each.

    Raises:
        DataError: It cannot be read, is too large, has pixels of more than 8 bits, or the model takes no pictures of one or
            three channels.
    """
    schema = model.schema
    assert isinstance(schema, ImageSchema)
    if schema.channels not in (1, 3):
        raise DataError(
            f"{file} is a picture, but the model takes images of {schema.channels} channels: give an .npz file"
        )
    with open_picture(file) as opened:
        picture = upright_picture(file, opened)
    done: list[str] = []
    picture = _coloured(picture, schema, file, done)
    picture = _inverted(picture, model, file, done)
    picture = _resized(picture, schema, file, done)
    pixels = np.asarray(picture)
    channels = pixels[None] if pixels.ndim == 2 else pixels.transpose(2, 0, 1)  # [C, H, W]
    return torch.from_numpy(channels.copy())[None], tuple(done)


def is_dark(model: Model) -> bool:
    """Whether the training pictures are dark in the mean, as pictures on a black background are."""
    return float(model.normalisation.input_mean.mean()) < 0.5


def _coloured(picture: Image.Image, schema: ImageSchema, file: Path, done: list[str]) -> Image.Image:
    if schema.channels == 3:
        return picture.convert("RGB")
    if picture.mode == "L":
        return picture
    pixels = np.asarray(picture)
    if (pixels != pixels[..., :1]).any():
        done.append(f"{file.name} was turned from colour to grey, as the training pictures are")
    return picture.convert("L")


def _inverted(picture: Image.Image, model: Model, file: Path, done: list[str]) -> Image.Image:
    mean = float(model.normalisation.input_mean.mean())
    if picture.mode != "L" or _DARK <= mean <= _LIGHT:
        return picture
    edge = float(np.median(_edge(picture))) / 255
    if (edge < 0.5) == (mean < 0.5):
        return picture
    found, needed = ("light", "dark") if edge >= 0.5 else ("dark", "light")
    done.append(f"{file.name} was inverted: its edge is {found}, and the training pictures are {needed}")
    return ImageOps.invert(picture)


def _resized(picture: Image.Image, schema: ImageSchema, file: Path, done: list[str]) -> Image.Image:
    wanted = (schema.width, schema.height)
    if picture.size == wanted:
        return picture
    old = picture.size
    fill = np.median(_edge(picture), axis=0).astype(np.uint8)
    colour = int(fill) if picture.mode == "L" else tuple(fill.tolist())
    fitted = ImageOps.pad(picture, wanted, Image.Resampling.LANCZOS, color=colour)
    kept = "" if old[0] * wanted[1] == old[1] * wanted[0] else ", its proportions kept and the rest filled"
    done.append(
        f"{file.name} was resized from {old[0]}x{old[1]} to {wanted[0]}x{wanted[1]} pixels (width x height){kept}"
    )
    return fitted


def _edge(picture: Image.Image) -> np.ndarray:
    """Pixels along the border, ``[n]`` or ``[n, 3]``."""
    pixels = np.asarray(picture)
    return np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
