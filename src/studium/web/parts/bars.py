"""A bar that shows how much is done."""

from __future__ import annotations

from typing import Any

from dash import html


def bar_element(share: float, of: str) -> html.Div:
    """The bar.

    Args:
        share: Done, in [0, 1].
        of: What it is the progress of.
    """
    spoken: dict[str, Any] = {
        "role": "progressbar",
        "aria-valuemin": "0",
        "aria-valuemax": "100",
        "aria-valuenow": f"{100 * share:.0f}",
        "aria-label": f"progress of the {of}",
    }
    return html.Div(html.Div(style={"width": f"{100 * share:.1f}%"}), className="bar", **spoken)
