"""Names from data, made fit for figures."""

from __future__ import annotations

from collections.abc import Sequence

_LONGEST = 24
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})


def label(name: str, longest: int = _LONGEST) -> str:
    """A name as text of a Plotly figure, which would read tags and links in it otherwise.

    Args:
        name: Anything that came from data.
        longest: Characters; a longer name is cut.

    Example:
        >>> label("<b>coat</b>")
        '&lt;b&gt;coat&lt;/b&gt;'
    """
    line = " ".join(name.split())
    return (line if len(line) <= longest else f"{line[: longest - 1]}…").translate(_ESCAPES)


def labels(names: Sequence[str], longest: int = _LONGEST) -> list[str]:
    """Names as labels of an axis: those that would look the same are numbered, since equal labels share a place.

    Example:
        >>> labels(["coat", "bag", "coat"])
        ['coat', 'bag', 'coat (3)']
    """
    cut = [label(name, longest) for name in names]
    return [text if text not in cut[:place] else f"{text} ({place + 1})" for place, text in enumerate(cut)]
