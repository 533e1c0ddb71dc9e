"""What the conditions look like: a picture for docs/maximization.md."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from benchmarks.maximization.subjects import Bench
from studium.introspection.maximization import MaximizationSettings

PICTURE = Path(__file__).parents[2] / "docs" / "maximization.png"
SHOWN = (
    *("none", "L2 alone", "total variation alone", "jitter alone", "rotation alone", "scaling alone"),
    *("Fourier alone", "selected", "default", "all six"),
)
SCALE, GAP, LEFT, TOP = (
    2,
    4,
    150,
    22,
)  # pixels; images are enlarged by whole numbers, so that no pixel is blurred


def write_gallery(bench: Bench, tried: dict[str, MaximizationSettings]) -> None:
    """One row a condition, one column a class, for the first ``cnn`` of the evaluation; real images below."""
    seed = bench.cast.subjects[0]
    single = {name: tried[name].model_copy(update={"seeds": 1}) for name in SHOWN}
    rows = {name: bench.make("cnn", seed, settings, root=0) for name, settings in single.items()}
    rows["strongest real images"] = bench.strongest("cnn", seed, 1)
    picture = _paint(rows, bench.data.class_names)
    picture.save(PICTURE, optimize=True)


def _paint(rows: dict[str, Tensor], classes: tuple[str, ...]) -> Image.Image:
    side = SCALE * next(iter(rows.values())).shape[-1] + GAP
    canvas = Image.new("L", (LEFT + side * len(classes), TOP + side * len(rows)), 255)
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(size=12)
    for column, name in enumerate(classes):
        pen.text((LEFT + side * column, 4), name, fill=0, font=ImageFont.load_default(size=10.5))
    for line, (name, images) in enumerate(rows.items()):
        pen.text((4, TOP + side * line + side // 2 - 8), name, fill=0, font=font)
        for column, image in enumerate(images):
            tile = np.kron(image[0].numpy(), np.ones((SCALE, SCALE), dtype=np.uint8))
            canvas.paste(Image.fromarray(tile), (LEFT + side * column, TOP + side * line))
    return canvas
