"""Messages to people, one line each, on standard error."""

from __future__ import annotations

import logging
import sys


def say(kind: str, sentence: str) -> None:
    """Write one line to standard error.

    Args:
        kind: What the line starts with: ``error``, ``note``, ``interrupted``.
        sentence: Line breaks and other control characters in it become spaces.
    """
    print(f"{kind}: {plain(sentence)}", file=sys.stderr)


def note(sentence: str) -> None:
    """Tell something worth knowing."""
    say("note", sentence)


def plain(text: str) -> str:
    """Text that stays on one line and cannot steer a terminal, whatever a file put into it."""
    return "".join(character if character.isprintable() else " " for character in text)


def forward_log() -> None:
    """Show what the library logs as notes."""
    logger = logging.getLogger("studium")
    if not any(isinstance(handler, _Notes) for handler in logger.handlers):
        logger.addHandler(_Notes())
        logger.setLevel(logging.INFO)


class _Notes(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        note(record.getMessage())
