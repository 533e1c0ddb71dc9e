"""The style sheet: our own, and the rules that turn figures dark for readers who prefer that."""

from __future__ import annotations

from functools import cache
from importlib import resources

from studium.report.palette import DARK


@cache
def style_sheet() -> str:
    """The whole style sheet.

    Figures are drawn with the light colours of the palette, which Plotly writes into each mark's own style; in the dark, a
    rule for each colour replaces it, so that no script of ours is needed.
    """
    own = (resources.files("studium.web") / "page.css").read_text(encoding="utf-8")
    rules = [rule for light, dark in DARK.items() for rule in _rules(light, dark)]
    return f"{own}\n@media (prefers-color-scheme: dark) {{\n" + "\n".join(rules) + "\n}\n"


def _rules(light: str, dark: str) -> list[str]:
    if light.startswith("rgba"):  # its opacity is written apart, so that the opaque colour's rule fits
        return []
    return [
        f'.js-plotly-plot [style*="{name}: {_rgb(light)}"] {{ {name}: {dark} !important; }}'
        for name in ("fill", "stroke")
    ]


def _rgb(colour: str) -> str:
    """A colour as browsers write it.

    Example:
        >>> _rgb("#0072b2")
        'rgb(0, 114, 178)'
    """
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"
