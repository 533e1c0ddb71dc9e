"""A search in the report, in a real browser, from its file, with the network off."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from studium.report import write_report
from tests.report.visit import NOT_DRAWN, Visit
from tests.runs.tiny import HOSTILE
from tests.runs.tiny_search import searched_run


@cache
def search_report() -> Path:
    path = write_report(searched_run())
    return path.rename(path.parent.parent / "search-report.html")  # the run stays as it is


@pytest.fixture(scope="module", params=[(1280, "light"), (390, "dark")], ids=["desktop", "phone"])
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    width, scheme = request.param
    opened = Visit(browser, search_report(), viewport={"width": width, "height": 800}, color_scheme=scheme)
    yield opened
    opened.context.close()


def test_every_figure_of_a_search_is_drawn(visit: Visit) -> None:
    names = visit.page.locator(".plot").evaluate_all("(hosts) => hosts.map((host) => host.dataset.name)")
    kinds = ("history", "race", "importance", "slices", "map", "losses", "curve")
    assert names == ["scores-1", *(f"networks-{kind}" for kind in kinds)]
    assert visit.page.evaluate(NOT_DRAWN) == []
    assert visit.complaints == []
    width, seen = visit.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= seen


def test_the_name_of_the_space_is_shown_as_it_is(visit: Visit) -> None:
    assert visit.page.evaluate("window.hacked") is None
    assert f"The space {HOSTILE} varies 4 parameters" in visit.page.locator("#step-networks").inner_text()


def test_numbers_of_the_page_are_those_of_the_record(visit: Visit) -> None:
    found = searched_run().search("networks").search
    assert found.winner is not None
    text = visit.page.locator("#step-networks").inner_text()
    assert f"Best there is {found.winner.name} (" in text
    cells = visit.page.locator("#step-networks tr", has_text="pruned").first.locator("td").all_text_contents()
    assert cells[0] == f"{found.counts['pruned']}"
