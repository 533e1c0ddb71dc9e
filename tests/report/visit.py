"""A page in a real browser, with the network off."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

NOT_DRAWN = """() => [...document.querySelectorAll('.plot')].filter((host) => {
    const marks = '.trace path, .trace .point, .hm image, .imagelayer-trace image, .im image, .bars path';
    return ![...host.querySelectorAll(marks)].some((mark) => {
        const box = mark.getBoundingClientRect();
        return box.width > 0 && box.height >= 0;
    });
}).map((host) => host.id)"""
"""Ids of the figures in which nothing is to be seen."""

ALL_DRAWN = """() => {
    const hosts = [...document.querySelectorAll('.plot')];
    return hosts.length > 0 && hosts.every((host) => host.querySelector('.main-svg'));
}"""
"""Whether Plotly has been at every figure."""

_PATIENCE = 60  # seconds without another figure


class Visit:
    """A page that was opened, and everything that it complained of or asked for."""

    def __init__(self, browser: Browser, path: Path, **settings: Any) -> None:
        self.context: BrowserContext = browser.new_context(offline=True, **settings)
        self.complaints: list[str] = []
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", lambda request: self._note(request.url))
        self.page.goto(path.as_uri())
        self._wait_until_drawn()

    def _wait_until_drawn(self) -> None:
        """Ask again and again; waiting inside the page would need `eval`, which its policy forbids."""
        drawn, since = -1, time.monotonic()
        while not self.page.evaluate(ALL_DRAWN):
            now = self.page.locator(".plot .main-svg").count()
            if now > drawn:  # a busy machine is slow, and not wrong
                drawn, since = now, time.monotonic()
            waited = time.monotonic() - since
            assert waited < _PATIENCE, f"not drawn: {self.page.evaluate(NOT_DRAWN)}; {self.complaints}"
            self.page.wait_for_timeout(50)

    def _note(self, url: str) -> None:
        if not url.startswith(("file:", "data:", "blob:")):
            self.complaints.append(f"request of {url}")
