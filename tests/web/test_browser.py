"""Finished runs on the page, in a real browser: what is shown, and what agrees with report and JSON."""

from __future__ import annotations

import html
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from studium.cli.run import describe
from studium.report import write_report
from studium.report.numbers import mean_and_spread
from studium.runs.summary import Summary
from studium.runs.writer import write_record
from studium.web.library import run_id
from tests.report.known_studies import pairs, rates, study_record
from tests.runs.tiny import FORMULA, HOSTILE, PICTURE, tiny_run
from tests.web.serving import Served, serving
from tests.web.visit import Visit

TINY = f"/run/{run_id('tiny')}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("runs")
    shutil.copytree(tiny_run().path, root / "tiny")
    for name, found in (("pairs", pairs()), ("rates", rates())):
        _add_study(root / "tiny", name, found)
    shutil.copytree(root / "tiny", root / "half")
    (root / "half" / "models" / "net" / "evaluation.json").write_text("{")
    (root / "broken").mkdir()
    (root / "broken" / "run.json").write_text("no JSON")
    shutil.copytree(root / "broken", root / "<img src=x onerror=alert(1)>")
    return root


def _add_study(run: Path, name: str, found: object) -> None:
    state = json.loads((run / "run.json").read_text())
    state["steps"].append({"name": name, "kind": "study", "status": "complete", "seconds": 1.0})
    (run / "run.json").write_text(json.dumps(state))
    (run / "studies" / name).mkdir(parents=True)
    write_record(run / "studies" / name / "study.json", study_record(found))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def served(root: Path) -> Iterator[Served]:
    with serving(root) as page:
        yield page


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Visit]:
    visit = Visit(browser, served)
    yield visit
    visit.close()


def test_damaged_runs_are_listed_with_their_reason_and_others_work(visit: Visit) -> None:
    visit.page.wait_for_selector("table")
    rows = visit.page.locator("tbody tr").all_inner_texts()
    assert sum("damaged" in row and "cannot be read" in row for row in rows) == 2
    assert any(row.startswith("<img src=x onerror=alert(1)>") for row in rows)
    assert sum("complete" in row for row in rows) == 2
    visit.page.get_by_role("link", name="half").click()
    visit.until(lambda: "evaluation.json cannot be read" in visit.page.locator("#run-found").inner_text())
    visit.page.locator("nav.steps").get_by_role("link", name="fc", exact=True).click()
    visit.page.wait_for_selector("#step-found figure .main-svg")


def test_numbers_agree_between_page_report_and_json(visit: Visit, root: Path) -> None:
    from studium.runs import RunFolder

    folder = RunFolder(root / "tiny")
    report = write_report(folder).read_text()
    visit.go(TINY)
    visit.page.wait_for_selector("#run-found table")
    page = visit.page.locator("#run-found").inner_text()
    for each in describe(folder)["scores"]:
        summary = Summary(each["test"]["mean"], each["test"]["std"], each["test"]["n"])
        text = mean_and_spread(summary, each["metric"])
        assert text in page
        assert text in html.unescape(report)
    visit.go(f"{TINY}/rates")
    visit.page.wait_for_selector("#step-found table", state="attached")
    cells = visit.page.locator("#step-found figure table").first.locator("td, th").all_text_contents()
    section = report.split('id="step-rates"')[1].split("</table>")[0]
    assert cells == [
        html.unescape(cell) for cell in re.findall(r"<(?:th|td)\b[^>]*>(.*?)</t[hd]>", section, re.DOTALL)
    ]


def test_a_click_opens_a_trial_and_the_address_keeps_it(visit: Visit) -> None:
    visit.go(f"{TINY}/pairs")
    visit.until(lambda: visit.points() == 3)  # the fourth diverged, and has no score
    _click_point(visit, 0)
    visit.page.wait_for_selector("#trial-opened h3")
    opened = visit.page.locator("#trial-opened h3").first.inner_text()
    visit.page.wait_for_selector("#figure-trial-curves .main-svg")
    visit.until(lambda: "trial=" in visit.page.url)
    visit.page.reload()
    visit.until(lambda: visit.page.locator("#trial-opened h3").first.inner_text() == opened)
    visit.page.locator("#trials-y").click()
    visit.page.get_by_role("option", name="learning rate").click()
    visit.until(lambda: visit.points() == 5)  # the one that diverged, too, and the ring around the open one
    visit.until(lambda: "y=lr" in visit.page.url)
    visit.page.reload()
    visit.until(lambda: visit.points() == 5)


def _click_point(visit: Visit, place: int) -> None:
    visit.page.locator("#trials-graph").scroll_into_view_if_needed()
    box = visit.page.locator("#trials-graph .scatterlayer .point").nth(place).bounding_box()
    assert box is not None
    visit.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visit.page.wait_for_timeout(150)
    visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def test_hostile_names_are_shown_as_they_are(visit: Visit) -> None:
    visit.go(f"{TINY}/hostile")
    visit.page.wait_for_selector("#figure-hostile-confusion .main-svg")
    text = visit.page.locator("#step-found").inner_text() + visit.page.locator("#step-found").text_content()  # type: ignore[operator]
    assert all(name in text for name in (HOSTILE, PICTURE, FORMULA))
    assert visit.page.locator("main [onerror], main img[src^='http'], main a[href^='http']").count() == 0
    assert visit.page.evaluate("window.hacked") is None
    visit.go(f"{TINY}/hostile/inside")
    visit.page.wait_for_selector("#inside-answer .answer")


def test_runs_are_compared(visit: Visit) -> None:
    visit.go(f"/compare?runs={run_id('tiny')},{run_id('half')}")
    visit.until(lambda: visit.page.locator("#compared-found table").count() >= 4)
    assert "evaluation.json cannot be read" in visit.page.locator("#compared-found .notices").inner_text()
    visit.page.wait_for_selector("#compared-found .main-svg")


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
@pytest.mark.parametrize("path", ["/", TINY, f"{TINY}/pairs?trial=1", f"{TINY}/fc/inside"])
def test_it_fits_and_follows_the_readers_colours(
    browser: Browser, served: Served, path: str, width: int, scheme: str
) -> None:
    visit = Visit(browser, served, viewport={"width": width, "height": 800}, color_scheme=scheme)
    visit.go(path)
    if path != "/":
        visit.page.wait_for_selector("#inside-answer .answer" if "inside" in path else "main .main-svg")
    whole, seen = visit.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert whole <= seen
    if "pairs" in path:
        visit.until(lambda: visit.points() > 0)
        colour = visit.page.locator("#trials-graph .xtick text").first.evaluate(
            "(e) => getComputedStyle(e).fill"
        )
        assert colour == {"dark": "rgb(205, 213, 225)", "light": "rgb(55, 65, 81)"}[scheme]
    assert visit.page.locator("h1").count() == 1
    assert visit.page.evaluate("document.documentElement.lang") == "en"
    unnamed = """() => [...document.querySelectorAll('input:not([type=hidden]), button, [role=region], img')].filter((e) =>
        e.offsetParent && e.ariaHidden !== 'true' && !(e.labels?.length || e.ariaLabel || e.textContent.trim() || e.alt ||
        e.title || e.getAttribute('aria-labelledby') || e.closest('[aria-label]'))).map((e) => e.outerHTML.slice(0, 200))"""
    assert visit.page.evaluate(unnamed) == []
    visit.close()


def test_a_report_opens_beside_the_page_and_draws_its_figures(visit: Visit, root: Path) -> None:
    from studium.runs import RunFolder

    write_report(RunFolder(root / "tiny"))
    visit.go(TINY)
    with visit.context.expect_page() as opened:
        visit.page.get_by_role("link", name="Report", exact=True).click()
    report = opened.value
    complaints: list[str] = []
    report.on("console", lambda message: complaints.append(message.text))
    report.on("pageerror", lambda error: complaints.append(str(error)))
    report.reload()
    report.wait_for_selector("figure .main-svg")
    assert report.locator("h1").inner_text() == visit.page.locator("h1").inner_text()
    assert not complaints


def test_scripts_in_a_foreign_report_reach_nothing_of_the_page(visit: Visit, root: Path) -> None:
    tries = """
        fetch("/_dash-layout").then(() => say("fetched"), () => say("no fetch"));
        try { say(document.cookie + "cookie") } catch { say("no cookie") }
        try { say(localStorage.length + "storage") } catch { say("no storage") }
        try { say(opener.document.title + "opener") } catch { say("no opener") }
    """
    folder = root / "foreign"
    shutil.copytree(root / "tiny", folder)
    (folder / "report.html").write_text(
        f"<p id=said></p><script>function say(text) {{ said.textContent += text + '; ' }} {tries}</script>"
    )
    page = visit.context.new_page()  # whose complaints are what is wanted
    page.goto(f"{visit.served.url}/run/{run_id('foreign')}/report.html")
    said = page.locator("#said")
    visit.until(lambda: "fetch" in said.inner_text())
    assert sorted(said.inner_text().strip("; ").split("; ")) == [
        "no cookie",
        "no fetch",
        "no opener",
        "no storage",
    ]
    page.close()
    shutil.rmtree(folder)
