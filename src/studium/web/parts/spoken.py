"""Attributes for readers who cannot see the page."""

from __future__ import annotations

from typing import Any

LIVE: dict[str, Any] = {"aria-live": "polite"}
"""Of a part whose changes are read out."""


def named(text: str) -> dict[str, Any]:
    """What a part is called."""
    return {"aria-label": text}
