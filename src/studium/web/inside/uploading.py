"""Uploaded pictures, made fit for a network."""

from __future__ import annotations

import base64
import binascii
import tempfile
from pathlib import Path

from studium.errors import DataError
from studium.introspection.picture_input import picture_input
from studium.training.model import Model
from studium.web.inside.choice import Pictures

MOST_BYTES = 6 << 20
"""Of an uploaded picture."""

_NAME = "picture"


def keep_upload(pictures: Pictures, model: Model, contents: str, name: str) -> str:
    """Keep an uploaded picture; returns its id.

    Args:
        pictures: Where it is kept.
        model: That is to see it.
        contents: What the browser sends, ``data:...;base64,...``.
        name: Of the reader's file, only to call it so.

    Raises:
        DataError: It is no picture, or too large.
    """
    _, _, encoded = contents.partition(";base64,")
    try:
        content = base64.b64decode(encoded, validate=True)
    except binascii.Error as error:
        raise DataError("what came is no file, but a picture is needed: choose another") from error
    return keep_fitted(pictures, model, content, name[:60] or "uploaded picture")


def keep_fitted(pictures: Pictures, model: Model, content: bytes, label: str) -> str:
    """Keep a picture in the network's size and colours; returns its id.

    Args:
        pictures: Where it is kept.
        model: That is to see it.
        content: A file's bytes, in any format that Pillow reads.
        label: What to call it.

    Raises:
        DataError: It is no picture, or too large.
    """
    if len(content) > MOST_BYTES:
        raise DataError(
            f"the picture has {len(content):,} bytes, but at most {MOST_BYTES:,} are taken: make it smaller"
        )
    with tempfile.TemporaryDirectory(prefix="studium-") as folder:
        file = Path(folder) / _NAME
        file.write_bytes(content)
        try:
            pixels, done = picture_input(model, file)
        except DataError as error:
            raise DataError(str(error).replace(str(file), label)) from error
    return pictures.keep(pixels[0].numpy(), label, tuple(note.replace(_NAME, label) for note in done))
