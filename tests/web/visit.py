"""The served page in a real browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Browser, Page

from tests.web.serving import Served


class Visit:
    """A page that was entered, and everything that it complained of or asked for elsewhere."""

    def __init__(self, browser: Browser, served: Served, **settings: Any) -> None:
        self.served = served
        self.context = browser.new_context(**({"viewport": {"width": 1280, "height": 900}} | settings))
        self.complaints: list[str] = []
        self.context.set_default_timeout(60_000)
        self.page: Page = self.context.new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))
        self.page.on("request", lambda request: self._note(request.url))
        self.page.on("response", lambda response: self._judge(response.status, response.url))
        if served.cookie:
            name, _, value = served.cookie.partition("=")
            self.context.add_cookies([{"name": name, "value": value, "url": served.url}])
            self.go("/")
        else:
            self.page.goto(f"{served.url}{served.entrance}")
            cookie = self.context.cookies()[0]
            served.cookie = f"{cookie.get('name')}={cookie.get('value')}"

    def go(self, path: str) -> None:
        """Open a path of the page."""
        self.page.goto(f"{self.served.url}{path}")
        self.page.wait_for_selector("main h1, main .notices")

    def until(self, holds: Callable[[], Any], seconds: float = 60) -> Any:
        """Wait until something holds; returns it. The page forbids scripts that are text, so the test asks again."""
        end = time.monotonic() + seconds
        while not (found := holds()):
            assert time.monotonic() < end, (self.complaints, self.page.locator("main").inner_text()[:2000])
            self.page.wait_for_timeout(50)
        return found

    def points(self, graph: str = "#trials-graph") -> int:
        """Points that a figure shows."""
        return self.page.locator(f"{graph} .scatterlayer .point").count()

    def close(self) -> None:
        """Leave; nothing may have gone wrong."""
        self.context.close()
        assert not self.complaints, self.complaints

    def _note(self, url: str) -> None:
        if not url.startswith((f"{self.served.url}/", "data:", "blob:")):
            self.complaints.append(f"request of {url}")

    def _judge(self, status: int, url: str) -> None:
        if status >= 400:
            self.complaints.append(f"{status} of {url}")
