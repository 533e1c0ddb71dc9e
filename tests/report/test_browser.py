"""The report in a real browser, from its file, with the network off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.report.pages import tiny_report
from tests.report.visit import NOT_DRAWN, Visit


@pytest.fixture(scope="module", params=[(1280, "light"), (390, "dark")], ids=["desktop", "phone"])
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    width, scheme = request.param
    opened = Visit(browser, tiny_report(), viewport={"width": width, "height": 800}, color_scheme=scheme)
    yield opened
    opened.context.close()


def test_every_figure_is_drawn_without_a_complaint_or_a_request(visit: Visit) -> None:
    assert visit.page.locator(".plot").count() > 10
    assert visit.page.evaluate(NOT_DRAWN) == []
    assert visit.complaints == []


def test_the_page_does_not_scroll_sideways(visit: Visit) -> None:
    width, seen = visit.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= seen


def test_hostile_names_are_shown_as_they_are(visit: Visit) -> None:
    page = visit.page
    assert page.evaluate("window.hacked") is None
    assert page.locator("[onerror], #step-hostile a[href^='http'], #step-hostile img, .plot a").count() == 0
    labels = page.locator("#figure-hostile-confusion .ytick text").all_text_contents()
    assert sorted(labels) == sorted(["</script><scr…", '<img src="htt…', '=HYPERLINK("h…'])


def test_colours_follow_the_reader(visit: Visit) -> None:
    def line() -> str:
        return str(visit.page.locator("#figure-net-curve .js-line").last.evaluate("(e) => e.style.stroke"))

    visit.page.emulate_media(color_scheme="light")
    visit.page.wait_for_timeout(300)
    assert line() == "rgb(0, 114, 178)"
    visit.page.emulate_media(color_scheme="dark")
    visit.page.wait_for_timeout(300)
    assert line() == "rgb(90, 180, 234)"
    visit.page.emulate_media(color_scheme=None)
    assert visit.complaints == []


def test_figures_are_downloaded_as_svg_and_png(browser: Browser) -> None:
    visit = Visit(browser, tiny_report(), color_scheme="dark", viewport={"width": 1280, "height": 800})
    figure = visit.page.locator("#figure-net-curve")
    assert figure.locator(".modebar-btn").count() == 5  # and none that would send the figure anywhere
    for kind, head in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        figure.hover()
        with visit.page.expect_download() as download:
            figure.locator(
                f"[aria-label='Download as {kind}'], [data-title='Download as {kind}']"
            ).first.click()
        content = Path(download.value.path()).read_bytes()
        assert download.value.suggested_filename == f"net-curve.{kind.lower()}"
        assert content.startswith(head)
        if kind == "SVG":
            assert b"rgb(255, 255, 255)" in content  # for paper, though the page is dark
    assert visit.complaints == []
    visit.context.close()


def test_on_paper_figures_are_light_and_details_are_open(browser: Browser, tmp_path: Path) -> None:
    visit = Visit(browser, tiny_report(), color_scheme="dark", viewport={"width": 1280, "height": 800})
    page = visit.page
    page.evaluate("""() => addEventListener('beforeprint', () => {
        const line = [...document.querySelectorAll('#figure-net-curve .js-line')].at(-1);
        const wide = [...document.querySelectorAll('.plot .main-svg')].map((svg) => svg.getBoundingClientRect().width);
        window.seen = [line.style.stroke, document.querySelectorAll('details.paper:not([open])').length, Math.max(...wide)];
    })""")
    page.pdf(path=str(tmp_path / "report.pdf"), prefer_css_page_size=True)
    assert page.evaluate("window.seen") == ["rgb(0, 114, 178)", 0, 660]
    assert (tmp_path / "report.pdf").stat().st_size > 10_000
    assert page.locator("details[open]").count() == 0  # as it was before
    assert visit.complaints == []
    visit.context.close()
