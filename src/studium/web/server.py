"""The server: the page behind its guard, on a socket of its own."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from studium.web.address import Address, listen
from studium.web.entry import Entry
from studium.web.guard import ENTRANCE, Guard
from studium.web.headers import security_headers

MOST_BYTES = 10 << 20
"""Of a request's body; more is refused before it is read."""

_THREADS = 6
_SILENT_SECONDS = 60  # after which a connection that says nothing is closed


class PageServer:
    """Serves the runs of a folder; made, it listens, and answers once it runs.

    Args:
        root: The folder of runs.
        plans: The folder whose plans can be started.
        host: Where to listen.
        port: Which; 0 for any that is free.

    Attributes:
        url: Where the page is; it opens with :attr:`entrance` alone.

    Raises:
        RunFolderError: There is no folder of runs.
        SettingError: The port is in use, or the host is not this machine's.
    """

    def __init__(self, root: Path, plans: Path, host: str, port: int) -> None:
        from waitress.server import create_server

        from studium.web.app import make_app
        from studium.web.inside.models import Models
        from studium.web.launcher import Launcher
        from studium.web.library import Library
        from studium.web.plans import Plans
        from studium.web.readings import Readings
        from studium.web.site import Site

        library = Library(root)
        listening = listen(host, port)
        address = Address(host, listening.getsockname()[1])
        self.url = address.url
        self._entry = Entry()
        self._site = Site(library, Readings(library), Plans(plans), Launcher(root), Models(library))
        app = make_app(self._site)
        guard = Guard(app.server, address, self._entry, security_headers(app.csp_hashes()))
        _quiet()
        threading.Thread(target=_warm, daemon=True).start()
        self._server = create_server(
            guard,
            sockets=[listening],
            ident="",
            threads=_THREADS,
            max_request_body_size=MOST_BYTES,
            channel_timeout=_SILENT_SECONDS,
            clear_untrusted_proxy_headers=True,
        )

    @property
    def entrance(self) -> str:
        """The address that opens the page, once."""
        return f"{self.url}{ENTRANCE}?token={self._entry.token}"

    def run(self) -> None:
        """Serve until SIGINT or SIGTERM; runs that were started from the page are then stopped in good order.

        Also where Ctrl-C is nobody's: a shell lets what it starts in the background ignore SIGINT.
        """
        before = {number: signal.signal(number, _interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._server.run()  # returns after KeyboardInterrupt
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            self.close()

    def close(self) -> None:
        """Let go of everything."""
        self._server.close()
        self._site.models.maximizing.close()
        self._site.launcher.close()


def open_later(open_page: Callable[[], object], seconds: float = 0.5) -> None:
    """Do something shortly after the server has begun to answer."""
    timer = threading.Timer(seconds, open_page)
    timer.daemon = True
    timer.start()


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _warm() -> None:
    """Draw a figure, with which Plotly prepares itself, while nobody waits for one."""
    import plotly.graph_objects as go

    from studium.report.drawing import style

    figure = go.Figure()
    figure.add_scatter(x=[0], y=[0], mode="markers", marker={"color": "black"}, error_y={"array": [1]})
    style(figure, height=100, x_title="x", y_title="y").to_json()


def _quiet() -> None:
    # Neither library knows the token, but addresses have no place in a log anyway.
    logging.getLogger("waitress").setLevel(logging.ERROR)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
