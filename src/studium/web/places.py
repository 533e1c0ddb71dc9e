"""Places of the page: what an address means, and the address of what is shown."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlencode

View = Literal["runs", "compare", "run", "step", "inside"]

_RUN = re.compile(r"/run/([0-9a-f]{16})(?:/([a-z0-9][a-z0-9_-]{0,63})(/inside)?)?")


@dataclass(frozen=True)
class Place:
    """What an address shows.

    Attributes:
        view: Kind of view.
        run: Id of the run; empty where there is none.
        step: Name of the step; likewise.
    """

    view: View
    run: str = ""
    step: str = ""

    @property
    def path(self) -> str:
        """The address's path.

        Example:
            >>> Place("inside", "0123456789abcdef", "net").path
            '/run/0123456789abcdef/net/inside'
        """
        if self.view in ("runs", "compare"):
            return {"runs": "/", "compare": "/compare"}[self.view]
        step = f"/{self.step}" if self.step else ""
        return f"/run/{self.run}{step}{'/inside' if self.view == 'inside' else ''}"


def read_place(path: str) -> Place | None:
    """What a path means; ``None`` when it means nothing. Whether the run and the step exist is another question.

    Example:
        >>> read_place("/run/0123456789abcdef/net"), read_place("/run/../../etc")
        (Place(view='step', run='0123456789abcdef', step='net'), None)
    """
    if path in ("", "/"):
        return Place("runs")
    if path == "/compare":
        return Place("compare")
    found = _RUN.fullmatch(path)
    if found is None:
        return None
    run, step, inside = found.groups()
    return Place("inside" if inside else "step" if step else "run", run, step or "")


def read_choices(search: str | None) -> dict[str, str]:
    """What was chosen, from the part of an address behind ``?``."""
    return dict(parse_qsl((search or "").removeprefix("?"), max_num_fields=64))


def write_choices(choices: dict[str, str]) -> str:
    """The part of an address that keeps what was chosen; empty values are left out.

    Example:
        >>> write_choices({"trial": "3", "x": ""})
        '?trial=3'
    """
    kept = {name: value for name, value in choices.items() if value}
    return f"?{urlencode(kept)}" if kept else ""
