"""Looking into networks on the page, in a real browser: choosing, uploading, drawing, dragging, maximizing."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from studium.data import open_dataset
from studium.introspection.activations import inspect_activations
from studium.report.activations_page import prediction_words
from studium.training.model import Model
from studium.training.model_files import load_model
from studium.web.library import run_id
from tests.runs.tiny import tiny_run
from tests.web.serving import Served, serving
from tests.web.visit import Visit

TINY = f"/run/{run_id('tiny')}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("runs")
    shutil.copytree(tiny_run().path, root / "tiny")
    with serving(root) as page:
        yield page


@pytest.fixture
def visit(browser: Browser, served: Served) -> Iterator[Visit]:
    visit = Visit(browser, served)
    yield visit
    visit.close()


@pytest.fixture(scope="module")
def network() -> Model:
    return load_model(tiny_run().step_path("fc"))


def _answer(visit: Visit) -> str:
    visit.page.wait_for_selector("#inside-answer .answer")
    return visit.page.locator("#inside-answer .answer").inner_text()


def test_a_test_picture_is_predicted_as_by_the_library(visit: Visit, network: Model) -> None:
    visit.go(f"{TINY}/fc/inside")
    visit.page.locator("#inside-gallery button").nth(7).click()
    said = prediction_words(inspect_activations(network, "7", survey=False, attributions=False))
    visit.until(lambda: _answer(visit) == said)
    visit.until(lambda: "row=7" in visit.page.url)
    visit.page.get_by_role("button", name="Later pictures").click()
    visit.until(
        lambda: "test picture 24" in str(visit.page.locator("#inside-gallery img").first.get_attribute("alt"))
    )


def test_an_uploaded_picture_is_predicted_as_the_same_test_row(
    visit: Visit, network: Model, tmp_path: Path
) -> None:
    data = open_dataset("digits", like=network)
    row = int(network.rows_to_score(data)[0][11])
    Image.fromarray(data.inputs[row, 0].numpy()).save(tmp_path / "digit.png")
    said = prediction_words(inspect_activations(network, "11", survey=False, attributions=False))
    visit.go(f"{TINY}/fc/inside")
    visit.page.get_by_text("upload one").click()
    visit.page.locator("#inside-upload input").set_input_files(tmp_path / "digit.png")
    probability = str(re.search(r"says (.* with probability [\d.]+%)", said)[1])  # type: ignore[index]
    visit.until(lambda: f"For digit.png the network says {probability}" in _answer(visit))
    visit.until(lambda: "picture=" in visit.page.url)
    visit.page.reload()
    visit.until(lambda: "For digit.png" in _answer(visit))
    (tmp_path / "no picture.png").write_bytes(b"<script>alert(1)</script>")
    visit.page.locator("#inside-upload input").set_input_files(tmp_path / "no picture.png")
    visit.until(lambda: "is not a readable picture" in visit.page.locator("#inside-said").inner_text())


def test_a_drawing_is_predicted(visit: Visit) -> None:
    visit.go(f"{TINY}/fc/inside")
    before = _answer(visit)
    visit.page.get_by_text("draw one").click()
    visit.page.locator("#inside-canvas .main-svg").first.wait_for()
    box = visit.page.locator("#inside-canvas").bounding_box()
    assert box is not None
    middle = box["x"] + box["width"] / 2
    visit.page.mouse.move(middle, box["y"] + 40)  # a one
    visit.page.mouse.down()
    visit.page.mouse.move(middle, box["y"] + 150, steps=6)
    visit.page.mouse.move(middle, box["y"] + 240, steps=6)
    visit.page.mouse.up()
    visit.until(lambda: "your drawing" in _answer(visit))
    assert _answer(visit) != before
    seen = np.array(_pixels(visit))
    assert seen.shape == (8, 8)
    assert seen[:, 3:5].mean() > 4 * seen[:, :2].mean()  # light in the middle, dark beside it


def _pixels(visit: Visit) -> list[list[int]]:
    import base64
    import io

    source = str(visit.page.locator("#inside-answer img").get_attribute("src"))
    with Image.open(io.BytesIO(base64.b64decode(source.partition(",")[2]))) as picture:
        return np.asarray(picture).tolist()  # type: ignore[no-any-return]


def test_a_clicked_unit_is_maximized_and_stays_chosen(visit: Visit) -> None:
    visit.go(f"{TINY}/fc/inside")
    graph = visit.page.locator(".plot, .js-plotly-plot").filter(has=visit.page.locator(".bars")).first
    bar = graph.locator(".bars .point").nth(20)
    graph.scroll_into_view_if_needed()
    box = bar.bounding_box()
    assert box is not None
    y = box["y"] + max(box["height"] - 2, 0.5)
    visit.page.mouse.move(box["x"] + box["width"] / 2, y)
    visit.page.wait_for_timeout(150)
    visit.page.mouse.click(box["x"] + box["width"] / 2, y)
    unit = visit.until(
        lambda: visit.page.locator("#inside-unit").input_value() != "0" and "unit=" in visit.page.url
    )
    assert unit
    chosen = visit.page.locator("#inside-unit").input_value()
    visit.until(lambda: visit.page.locator("#inside-maximized [role=progressbar]").count(), 10)
    visit.page.wait_for_selector("#inside-maximized figure .main-svg", timeout=60_000)
    assert f"layer=linear1&unit={chosen}" in visit.page.url
    visit.page.reload()
    visit.page.wait_for_selector("#inside-maximized figure .main-svg")  # it is not computed again
    assert visit.page.locator("#inside-unit").input_value() == chosen


def test_a_slider_moves_along_the_curve(visit: Visit) -> None:
    model = load_model(tiny_run().step_path("net"))
    visit.go(f"{TINY}/net/inside?x=3")
    said = prediction_words(inspect_activations(model, 3.0, survey=False, attributions=False))
    visit.until(lambda: _answer(visit) == said)
    visit.page.locator("#inside-x [role=slider], [role=slider]").first.focus()
    for _ in range(4):
        visit.page.keyboard.press("ArrowLeft")
    visit.until(lambda: _answer(visit) != said and "x=3&" not in visit.page.url)
    x = float(str(re.search(r"x=([-\d.]+)", visit.page.url)[1]))  # type: ignore[index]
    assert x < 3
    visit.until(
        lambda: (
            _answer(visit)
            == prediction_words(inspect_activations(model, x, survey=False, attributions=False))
        )
    )


def test_a_unit_that_is_not_there_is_said(visit: Visit) -> None:
    visit.go(f"{TINY}/fc/inside?layer=linear1&unit=99999")
    visit.until(lambda: "99999" in visit.page.locator("#inside-unit-found").inner_text())
