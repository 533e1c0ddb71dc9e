"""``studium serve``: the page that shows runs while they run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studium.cli.messages import note, say
from studium.cli.option_groups import panel

_page, _safety = panel("Page"), panel("Safety")

Runs = Annotated[Path, typer.Argument(metavar="[RUNS]", help="Folder of the runs. Default: runs.")]
Plans = Annotated[
    Path,
    _page(
        "--plans", "DIR", "Folder whose .toml plans can be started from the page. Default: the current one."
    ),
]
Port = Annotated[int, _page("--port", "N", "Port of the page; 0 for any that is free.", min=0, max=65535)]
NoBrowser = Annotated[bool, _page("--no-browser", None, "Do not open a browser.")]
Host = Annotated[str, _safety("--host", "ADDRESS", "Address of this machine to listen at.")]
AllowRemote = Annotated[
    bool,
    _safety(
        "--allow-remote",
        None,
        "Allow an address that other machines reach; what is sent there is not encrypted.",
    ),
]


def serve(
    runs: Runs = Path("runs"),
    plans: Plans = Path(),
    port: Port = 8127,
    no_browser: NoBrowser = False,
    host: Host = "127.0.0.1",
    allow_remote: AllowRemote = False,
) -> None:
    """Show runs in a browser while they run: progress, curves, trials, what is inside the networks."""
    from studium.web.address import check_host
    from studium.web.server import PageServer, open_later

    check_host(host, allow_remote=allow_remote)
    server = PageServer(runs, plans, host, port)
    say("page", server.entrance)
    note("this address opens the page once, in one browser, which may then come back; Ctrl-C ends it")
    if not no_browser:
        import webbrowser

        entrance = server.entrance
        open_later(lambda: webbrowser.open(entrance))
    server.run()
