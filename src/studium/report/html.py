"""A page as one HTML file that asks nobody for anything."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from studium.report.drawing import Drawing
from studium.report.palette import DARK

_SLASH = re.compile(r"(?<!\\)\\u002f")
_PLOTLY_STYLE = re.compile(r'getElementById\("([0-9a-f]{64})"\)')


def render_page(template: str, figures: Iterable[Drawing], **content: Any) -> str:
    """The page: everything inside, everything escaped, and a content security policy that allows no request.

    Args:
        template: File in ``templates`` that extends ``base.html``.
        figures: Every figure that the template draws.
        content: What the template shows, by name.
    """
    plotly, script, css = plotly_script(), _asset("figures.js"), _asset("report.css")
    environment = Environment(
        loader=PackageLoader("studium.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(
        **content,
        policy=_policy(scripts=[plotly, script], styles=[css, ""]),
        css=Markup(css),  # noqa: S704 - our own file
        plotly=packed(plotly),
        script=Markup(script),  # noqa: S704 - our own file
        unused_style_id=_unused_style_id(plotly),
        dark=embedded(json.dumps(DARK)),
        figures={drawing.name: embedded(drawing.figure.to_json()) for drawing in figures},
    )


def embedded(text: str) -> Markup:
    """JSON that can stand inside a script element, whatever strings it holds."""
    short = _SLASH.sub("/", text)  # Plotly escapes each; there is none without "<" that HTML would read
    escaped = short.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Markup(escaped)  # noqa: S704 - nothing is left that HTML would read


@cache
def packed(script: str) -> str:
    """A script as base64 of gzip, less than half as long; ``figures.js`` unpacks it, and the policy knows its hash."""
    return base64.b64encode(gzip.compress(script.encode(), mtime=0)).decode()


@cache
def plotly_script() -> str:
    """Plotly's JavaScript, as the Python package ships it."""
    from plotly.offline import get_plotlyjs

    script: str = get_plotlyjs()
    return script


def _policy(scripts: list[str], styles: list[str]) -> str:
    """Nothing but our own scripts and style sheet; Plotly sets style attributes, and draws pictures as data."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src-elem {' '.join(map(_hash, styles))}",  # Plotly begins with an empty style element
            "style-src-attr 'unsafe-inline'",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _unused_style_id(plotly: str) -> str:
    # Plotly adds the style sheet of its maps unless an element with this id is there; we draw no maps.
    found = _PLOTLY_STYLE.search(plotly)
    return found[1] if found else "no-maps"


def _asset(name: str) -> str:
    return (resources.files("studium.report") / "templates" / name).read_text(encoding="utf-8")
