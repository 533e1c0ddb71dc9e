"""Reports of the tiny run, made once."""

from __future__ import annotations

from functools import cache
from html.parser import HTMLParser
from pathlib import Path

from studium.report import write_report
from tests.runs.test_study_steps import studied
from tests.runs.tiny import tiny_run


@cache
def tiny_report() -> Path:
    path = write_report(tiny_run())
    return path.rename(path.parent.parent / "report.html")  # the run stays as it is


@cache
def studied_report() -> Path:
    path = write_report(studied())
    return path.rename(path.parent.parent / "studied-report.html")


class Page(HTMLParser):
    """Elements of a page, with their attributes, and the text of each kind of element."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: dict[str, list[str]] = {}
        self._open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._open.append(tag)
        self.texts.setdefault(tag, []).append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        for tag in set(self._open):
            self.texts[tag][-1] += data

    def all(self, tag: str) -> list[dict[str, str]]:
        """Attributes of each element of a kind."""
        return [attributes for name, attributes in self.elements if name == tag]
