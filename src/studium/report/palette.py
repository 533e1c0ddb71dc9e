"""Colours: safe for colour-blind readers (after Okabe and Ito 2008, "Color Universal Design"), in light and in dark.

Figures are made with the light colours; :data:`DARK` says what each becomes on a dark page.
"""

from __future__ import annotations

BLUE, BLUE_BAND = "#0072b2", "rgba(0,114,178,0.14)"
ORANGE, ORANGE_BAND = "#d55e00", "rgba(213,94,0,0.14)"
GREEN, GREEN_BAND = "#00805d", "rgba(0,128,93,0.14)"
GREY, GREY_BAND = "#6b7280", "rgba(107,114,128,0.14)"
TEXT, GRID, AXIS = "#374151", "#e5e7eb", "#b6bcc6"
PAPER, HALO = "rgba(0,0,0,0)", "#fdfdfd"
SCALE = ("#f4f7fb", "#c6dbef", "#7fb2d9", "#2f7dba", "#08457e")
"""From none to all, for shares."""
DIVERGING = ("#9c4200", "#e39a5f", "#f8f6f3", "#6aa5d6", "#07528f")
"""From negative over zero to positive, for weights and whatever else has a sign."""

DARK: dict[str, str] = {
    BLUE: "#5ab4ea",
    BLUE_BAND: "rgba(90,180,234,0.20)",
    ORANGE: "#f0914a",
    ORANGE_BAND: "rgba(240,145,74,0.20)",
    GREEN: "#3cc59b",
    GREEN_BAND: "rgba(60,197,155,0.20)",
    GREY: "#9aa4b5",
    GREY_BAND: "rgba(154,164,181,0.20)",
    TEXT: "#cdd5e1",
    GRID: "#2b3442",
    AXIS: "#4b5768",
    HALO: "#10151d",
    **dict(zip(DIVERGING, ("#ffb27d", "#b0632c", "#1b222d", "#2f78ad", "#8cd0ff"), strict=True)),
    **dict(zip(SCALE, ("#1a2330", "#1f3d5c", "#2a6496", "#5ba0d0", "#b5defa"), strict=True)),
}
"""Dark counterpart of each light colour."""
