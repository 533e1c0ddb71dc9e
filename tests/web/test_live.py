"""The page while a plan runs, in a real browser: started, followed, stopped and resumed from it, without a reload."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Browser

from tests.web.serving import serving
from tests.web.visit import Visit

PLAN = """\
name = "live"
title = "A run to watch"

[[steps]]
kind = "train"
name = "first"
data = "digits"
model = "fc"
seeds = 1
config = { epochs = 2 }

[[steps]]
kind = "study"
name = "rates"
data = "curve"
model = "net"
parameters = ["lr=1e-4:1e-1:log"]
sampler = "tpe"
points = 400
folds = 2
seeds = 1
config = { epochs = 600 }
"""


def test_a_plan_is_started_followed_and_stopped(browser: Browser, tmp_path: Path) -> None:
    runs, plans = tmp_path / "runs", tmp_path / "plans"
    runs.mkdir()
    plans.mkdir()
    (plans / "live.toml").write_text(PLAN)
    with serving(runs, plans=plans, cwd=tmp_path) as served:
        visit = Visit(browser, served)
        _start(visit)
        visit.page.evaluate("window.never_reloaded = true")
        _follow_points(visit)
        _keep_unit(visit, runs / "live-1")
        _stop(visit, runs / "live-1")
        visit.close()
        assert served.stop() == 0
    assert _state(runs / "live-1")["status"] == "interrupted"  # also the one that was resumed


def _state(run: Path) -> dict[str, str]:
    return dict(json.loads((run / "run.json").read_text()))


def _start(visit: Visit) -> None:
    visit.page.wait_for_selector("#plan-choice")
    visit.page.get_by_role("button", name="Start").click()
    visit.until(lambda: "no plan is chosen" in visit.page.locator("#start-said").inner_text())
    visit.page.locator("#plan-choice").click()
    visit.page.get_by_role("option", name="live.toml: A run to watch").click()
    visit.page.get_by_role("button", name="Start").click()
    visit.page.get_by_role("link", name="live-1").click(timeout=60_000)


def _follow_points(visit: Visit) -> None:
    """Points come one batch after the other, numbers and bar with them."""
    visit.page.locator("nav.steps").get_by_role("link", name="rates").click()
    first = visit.until(lambda: visit.points(), 60)
    done = visit.page.locator("#run-head .progress").inner_text()
    visit.until(lambda: visit.points() > first, 60)
    visit.until(lambda: visit.page.locator("#run-head .progress").inner_text() != done)
    assert "intervals and verdicts come with the end" in visit.page.locator("#trials-caption").inner_text()
    assert visit.page.evaluate("window.never_reloaded") is True
    visit.page.locator("#trials-open").fill("3")
    visit.page.keyboard.press("Enter")
    visit.until(lambda: "Trial 3" in visit.page.locator("#trial-opened").inner_text())
    now = visit.points()
    visit.until(lambda: visit.points() > now + 1, 60)  # the ring is one of them
    assert "Trial 3" in visit.page.locator("#trial-opened").inner_text()


def _keep_unit(visit: Visit, run: Path) -> None:
    """A unit that was chosen stays so while the run goes on, and after a reload."""
    visit.page.locator("nav.steps").get_by_role("link", name="first").click()
    visit.page.get_by_role("link", name="Look inside").click()
    visit.page.wait_for_selector("#inside-answer .answer", timeout=60_000)
    visit.page.locator("#inside-unit").fill("5")
    visit.page.keyboard.press("Enter")
    visit.until(lambda: "unit=5" in visit.page.url)
    for _ in range(2):
        done = visit.page.locator("#run-head .progress").inner_text()
        visit.until(lambda before=done: visit.page.locator("#run-head .progress").inner_text() != before, 30)  # type: ignore[misc]
        assert visit.page.locator("#inside-unit").input_value() == "5"
        visit.until(
            lambda: "The 5 unit of the output" in visit.page.locator("#inside-unit-found").inner_text()
        )
    visit.page.reload()
    visit.page.wait_for_selector("#inside-unit", timeout=60_000)
    assert visit.page.locator("#inside-unit").input_value() == "5"
    assert _state(run)["status"] == "running"


def _stop(visit: Visit, run: Path) -> None:
    """A run that is stopped has kept what it did, and goes on from there."""
    visit.page.get_by_role("button", name="Stop").click()
    visit.until(lambda: _state(run)["status"] == "interrupted", 60)
    fits = len(list((run / "fits").iterdir()))
    visit.page.get_by_role("button", name="Resume").click(timeout=30_000)
    visit.until(lambda: len(list((run / "fits").iterdir())) > fits, 120)
    visit.until(lambda: visit.page.locator("#run-head .status.running").count())
