"""Values of options that are more than one word or number."""

from __future__ import annotations

from studium.cli.option_errors import require_known
from studium.errors import SettingError

AUGMENTATIONS = ("shift", "flip", "erase")

_MOST_DIGITS = 7


def parse_hidden(text: str) -> tuple[int, ...]:
    """Widths of hidden layers.

    Args:
        text: Whole numbers separated by commas, or ``none``.

    Raises:
        SettingError: It is not.

    Example:
        >>> parse_hidden("64, 32"), parse_hidden("none")
        ((64, 32), ())
    """
    parts = [part.strip() for part in text.split(",")]
    if parts == ["none"]:
        return ()
    if not all(_is_width(part) for part in parts):
        raise SettingError(
            f"--hidden is {text!r}, but it is the units of each hidden layer separated by commas: write for example "
            "64,64, or none"
        )
    return tuple(int(part) for part in parts)


def parse_augmentation(text: str) -> dict[str, float]:
    """Augmentation of images.

    Args:
        text: ``shift=PIXELS``, ``flip=PROBABILITY``, ``erase=PROBABILITY``, any of them, separated by commas.

    Raises:
        SettingError: It is not; or something is given twice.
        UnknownNameError: There is no such augmentation.

    Example:
        >>> parse_augmentation("shift=2, flip=0.5")
        {'shift': 2.0, 'flip': 0.5}
    """
    settings: dict[str, float] = {}
    for part in text.split(","):
        name, _, value = (piece.strip() for piece in part.partition("="))
        number = _number(value)
        if number is None:
            raise SettingError(
                f"--augment has {part.strip()!r}, but each part is NAME=NUMBER: write for example "
                "shift=2,flip=0.5,erase=0.2"
            )
        require_known("augmentation", name, AUGMENTATIONS)
        if name in settings:
            raise SettingError(f"--augment has {name!r} twice, but each is given once: remove one")
        settings[name] = number
    return settings


def _is_width(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS and int(text) > 0


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
