"""The process that maximizes a unit: asked on standard input, it answers with lines of JSON on standard output."""

from __future__ import annotations

import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from studium.errors import StudiumError

_SAYS = 0.2  # seconds between two messages


def main() -> None:
    """Answer one request."""
    request = json.loads(sys.stdin.buffer.read())
    try:
        _say(result=_maximized(request))
    except StudiumError as error:
        _say(error=str(error))


def _maximized(request: dict[str, Any]) -> str:
    from studium.introspection.maximization import maximize
    from studium.web.inside.looking import open_model

    opened = open_model(Path(request["model"]), request["data"], threading.RLock())
    said = 0.0

    def tell(done: int, total: int) -> None:
        nonlocal said
        if time.monotonic() - said > _SAYS:
            said = time.monotonic()
            _say(done=done, total=total)

    data = opened.inspector.data.dataset
    found = maximize(
        opened.model, request["layer"], [request["unit"]], data=data, offline=True, progress=tell
    )
    return found.model_dump_json()


def _say(**facts: Any) -> None:
    print(json.dumps(facts), flush=True)


if __name__ == "__main__":
    main()
