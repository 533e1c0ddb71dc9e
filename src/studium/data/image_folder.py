"""A folder with one sub-folder of pictures a class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from studium.data.dataset import Dataset
from studium.data.interpretation import Interpretation, require_images
from studium.data.picture import is_grey, is_turned, open_picture, upright_picture
from studium.data.reading import unreadable
from studium.data.schema import ImageSchema
from studium.errors import DataError


def read_image_folder(path: Path, *, like: Interpretation | None = None) -> Dataset:
    """A dataset from a folder with a sub-folder of pictures for each class.

    The pictures of the first class come first, each class sorted by file name; hidden files are ignored. When
    all pictures are greyscale they have one channel, otherwise three (RGB, without transparency).

    Args:
        path: The folder.
        like: An interpretation to follow: its classes, channels and size.

    Raises:
        DataError: There are fewer than two classes, a class without pictures, a picture that cannot be read,
            or pictures of differing size; two of them are named.
    """
    folders = _class_folders(path, like)
    class_names = tuple(folders) if like is None else like.class_names
    files = [
        (file, class_names.index(name)) for name, folder in folders.items() for file in _pictures(folder)
    ]
    pictures = [file for file, _ in files]
    schema = _infer_schema(pictures) if like is None else require_images(like, str(path))
    return Dataset(
        name=path.resolve().name,
        task="classification",
        inputs=encode_images(schema, pictures),
        targets=torch.tensor([label for _, label in files], dtype=torch.int64),
        schema=schema,
        class_names=class_names,
        target_names=("class",) if like is None else like.target_names,
        origin=str(path),
    )


def encode_images(schema: ImageSchema, pictures: list[Path]) -> Tensor:
    """Inputs of picture files, for a model that was trained on images.

    Args:
        schema: The schema of the training data.
        pictures: Files in any format that Pillow reads.

    Returns:
        ``[N, C, H, W]`` uint8. Greyscale pictures are repeated over three channels where the schema has
        three; colour pictures become greyscale, where the schema has one channel, only if they hold no
        colour.

    Raises:
        DataError: A picture cannot be read, or has another size or colour than the schema.
    """
    inputs = np.empty((len(pictures), *schema.input_shape), dtype=np.uint8)
    for row, file in enumerate(pictures):
        inputs[row] = _pixels(file, schema)
    return torch.from_numpy(inputs)


def _class_folders(path: Path, like: Interpretation | None) -> dict[str, Path]:
    folders = {entry.name: entry for entry in _visible(path) if entry.is_dir()}
    if len(folders) < (2 if like is None else 1):
        raise DataError(
            f"{path} has {len(folders)} sub-folders, but a classification needs at least two classes: "
            "put the pictures of each class into a sub-folder of its own"
        )
    unknown = [] if like is None else [name for name in folders if name not in like.class_names]
    if like is not None and unknown:
        raise DataError(
            f"{path} has the sub-folder {unknown[0]!r}, which is outside the classes "
            f"{', '.join(like.class_names) or 'none'}: rename or remove it"
        )
    return folders


def _pictures(folder: Path) -> list[Path]:
    entries = _visible(folder)
    nested = [entry for entry in entries if entry.is_dir()]
    if nested:
        raise DataError(
            f"{folder} holds the folder {nested[0].name!r}, but a class holds pictures only: "
            "name the folder whose sub-folders are the classes"
        )
    if not entries:
        raise DataError(
            f"{folder} has no pictures, but each class needs some: add pictures or remove the folder"
        )
    return entries


def _visible(folder: Path) -> list[Path]:
    try:
        entries = [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
    except OSError as error:
        raise unreadable(folder, error) from error
    return sorted(entries, key=lambda entry: entry.name)


def _infer_schema(pictures: list[Path]) -> ImageSchema:
    colours, sizes = zip(*(_colour_and_size(file) for file in pictures), strict=True)
    other = next((row for row, size in enumerate(sizes) if size != sizes[0]), None)
    if other is not None:
        raise DataError(
            f"{pictures[0]} is {_by(sizes[0])} pixels and {pictures[other]} is {_by(sizes[other])}, "
            "but all pictures must have one size: resize them"
        )
    width, height = sizes[0]
    return ImageSchema(channels=3 if any(colours) else 1, height=height, width=width)


def _colour_and_size(file: Path) -> tuple[bool, tuple[int, int]]:
    """Whether a picture has colour channels, and its width and height, from its header alone."""
    with open_picture(file) as picture:
        width, height = picture.size
        size = (height, width) if is_turned(file, picture) else (width, height)
        return not is_grey(picture), size


def _pixels(file: Path, schema: ImageSchema) -> np.ndarray:
    """``[C, H, W]`` uint8."""
    with open_picture(file) as picture:
        upright = upright_picture(file, picture)
    if upright.size != (schema.width, schema.height):
        raise DataError(
            f"{file} is {_by(upright.size)} pixels, but {schema.width}x{schema.height} are needed: resize it"
        )
    if upright.mode == "L":
        return np.broadcast_to(np.asarray(upright), schema.input_shape)  # [H, W] -> [C, H, W]
    pixels = np.asarray(upright).transpose(2, 0, 1)  # [H, W, 3] -> [3, H, W]
    if schema.channels == 1 and not (pixels == pixels[:1]).all():
        raise DataError(f"{file} is a colour picture, but greyscale is needed: convert it")
    return pixels[: schema.channels]


def _by(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"
