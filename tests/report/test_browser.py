"""The report in a real browser, from its file, with the network off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from studium.cli.run import describe
from tests.report.pages import studied_report, tiny_report
from tests.report.visit import NOT_DRAWN, Visit
from tests.runs.test_study_steps import studied
from tests.runs.tiny import FORMULA, HOSTILE, PICTURE, tiny_run


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
    inert = "[onerror], [href^='http'], [src^='http'], .plot a, main b, main script:not([type]), .step img"
    assert page.locator(inert).count() == 0
    for attack in (HOSTILE, PICTURE, FORMULA):  # as words among others
        assert page.locator("#step-inside-hostile").get_by_text(attack).count() > 0, attack
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
    for name in ("net-curve", "inside-fc-1-images-linear1"):
        figure = visit.page.locator(f"#figure-{name}")
        assert figure.locator(".modebar-btn").count() == 5  # and none that would send the figure anywhere
        for kind, head in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
            figure.hover()
            button = f"[aria-label='Download as {kind}'], [data-title='Download as {kind}']"
            with visit.page.expect_download() as download:
                figure.locator(button).first.click()
            content = Path(download.value.path()).read_bytes()
            assert download.value.suggested_filename == f"{name}.{kind.lower()}"
            assert content.startswith(head)
            assert kind == "PNG" or b"rgb(255, 255, 255)" in content  # for paper, though the page is dark
    assert visit.complaints == []
    visit.context.close()


def test_studies_are_drawn_and_say_what_the_json_says(browser: Browser) -> None:
    visit = Visit(browser, studied_report(), viewport={"width": 1280, "height": 800})
    page = visit.page
    assert page.evaluate(NOT_DRAWN) == []
    said = {each["step"]: each for each in describe(studied())["studies"]}
    (good,) = said["rates"]["ranges"]
    assert good["text"][1:] in page.locator("#step-rates").inner_text()
    for name in ("optimizer", "structures", "classes"):
        found = said[name]
        best = next(each for each in found["candidates"] if each["name"] == found["winner"])
        shown = re.search(
            r"Best is (\S+), .* with a validation [a-z ]+ of (\S+) ",
            page.locator(f"#step-{name}").inner_text(),
        )
        assert shown is not None
        assert shown[1] == found["winner"]
        assert shows(shown[2], best["mean"])
    assert visit.complaints == []
    visit.context.close()


def test_the_numbers_are_those_of_the_json(visit: Visit) -> None:
    said = {each["step"]: each for each in describe(tiny_run())["scores"]}
    rows = visit.page.locator("#results table").first.locator("tbody tr").all()
    shown = {row.locator("th").inner_text(): row.locator("td").all_inner_texts() for row in rows}
    assert set(shown) == set(said)
    for step, cells in shown.items():
        assert cells[1] == f"{said[step]['parameters']:,}"
        for cell, part in ((cells[2], "validation"), (cells[3], "test")):
            mean, _, std = cell.partition(" ± ")
            assert shows(mean, said[step][part]["mean"]), (step, part)
            assert shows(std, said[step][part]["std"]) if std else said[step][part]["std"] is None


def test_what_is_seen_inside_is_that_of_the_json(visit: Visit) -> None:
    inside = {each["step"]: each for each in describe(tiny_run())["inspections"]}
    assert [view["input"] for view in inside["inside-net"]["inputs"]] == ["-8", "3"]
    text = visit.page.locator("#step-inside-net").inner_text()
    for view in inside["inside-net"]["inputs"]:
        shown = re.search(rf"For input = {view['input']} the network says label = (\S+)\.", text)
        assert shown is not None
        assert shows(shown[1], view["output"]["label"])
    (eight,) = inside["inside-fc"]["inputs"]
    share = max(eight["output"].values())
    assert (
        f"{eight['predicted']} with probability {share:.1%}"
        in visit.page.locator("#step-inside-fc").inner_text()
    )


def shows(text: str, value: float) -> bool:
    """Whether a text is a number rounded as it says itself."""
    number = Decimal(text.rstrip("%").replace("−", "-").replace(",", ""))
    digit = Decimal(1).scaleb(int(number.as_tuple().exponent))
    return abs(float(number) - value * (100 if text.endswith("%") else 1)) <= 0.5001 * float(digit)


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
