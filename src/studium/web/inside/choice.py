"""The input that a reader has chosen, as the page keeps it."""

from __future__ import annotations

import hashlib
import math
import threading
from collections import OrderedDict
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

Kind = Literal["row", "number", "picture"]

_ID_DIGITS = 16
_ROW_DIGITS = 9
_FORGOTTEN = (
    "the picture that was here is not kept any more, so the first test row is shown: upload or draw it again"
)


@dataclass(frozen=True, eq=False)
class Choice:
    """An input.

    Attributes:
        kind: A test row, a number, or a picture.
        row: Which test row, from 0.
        number: The number.
        pixels: Of the picture, as the network takes them, ``[C, H, W]`` uint8.
        label: What to call the picture.
        notes: What the reader must know, one sentence each.
    """

    kind: Kind = "row"
    row: int = 0
    number: float = 0.0
    pixels: np.ndarray | None = None
    label: str = ""
    notes: tuple[str, ...] = ()


class Pictures:
    """Pictures that readers have uploaded or drawn, by an id that the page keeps in its address.

    Args:
        most: How many are kept; the oldest go first.
    """

    def __init__(self, most: int = 256) -> None:
        self._most = most
        self._kept: OrderedDict[str, Choice] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, pixels: np.ndarray, label: str, notes: tuple[str, ...]) -> str:
        """Keep a picture; returns its id.

        Args:
            pixels: As the network takes them, ``[C, H, W]`` uint8.
            label: What to call it.
            notes: What was done to it.
        """
        number = hashlib.sha256(repr((pixels.shape, label)).encode() + pixels.tobytes()).hexdigest()[
            :_ID_DIGITS
        ]
        with self._lock:
            self._kept[number] = Choice("picture", pixels=pixels, label=label, notes=notes)
            self._kept.move_to_end(number)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return number

    def find(self, number: str) -> Choice | None:
        """The picture of an id; ``None`` when it is not kept any more."""
        with self._lock:
            return self._kept.get(number)


def read_choice(chosen: Mapping[str, Any], pictures: Pictures) -> Choice:
    """The input that the page says was chosen; the first test row for anything that is none.

    Args:
        chosen: One of ``row``, ``x`` and ``picture``, as text.
        pictures: Where uploaded and drawn pictures are.

    Example:
        >>> read_choice({"x": "-8"}, Pictures()).number, read_choice({"row": "../.."}, Pictures()).row
        (-8.0, 0)
    """
    if "picture" in chosen:
        return pictures.find(str(chosen["picture"])) or Choice(notes=(_FORGOTTEN,))
    with suppress(ValueError):
        if "x" in chosen and math.isfinite(float(chosen["x"])):
            return Choice("number", number=float(chosen["x"]))
    row = str(chosen.get("row", ""))
    return (
        Choice("row", row=int(row))
        if row.isascii() and row.isdecimal() and len(row) <= _ROW_DIGITS
        else Choice()
    )
