"""Pages of `studium inspect` in a real browser, with the network off, on a desktop and on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from studium.introspection.activations import ActivationsInspector
from studium.introspection.weights import inspect_weights
from studium.report.activations_page import activations_page
from studium.report.inspection import write_inspection
from studium.report.weights_page import weights_page
from tests.report.visit import NOT_DRAWN, Visit
from tests.training.trained import curve_model, digits_model


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    curve, digits = ActivationsInspector(curve_model()), ActivationsInspector(digits_model())
    contents = {
        "weights": weights_page(inspect_weights(digits_model())),
        "responses": weights_page(inspect_weights(curve_model())),
        "activations": activations_page([digits.inspect("3:0")]),
        "values": activations_page([curve.inspect(-8.0), curve.inspect(3.0)]),
    }
    for name, content in contents.items():
        write_inspection(folder / f"{name}.html", content)
    return {name: folder / f"{name}.html" for name in contents}


@pytest.fixture(params=[(1280, "light"), (390, "dark")], ids=["desktop", "phone"])
def screen(request: pytest.FixtureRequest) -> Iterator[tuple[int, str]]:
    return request.param  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", ["weights", "responses", "activations", "values"])
def test_every_figure_is_drawn(
    browser: Browser, pages: dict[str, Path], screen: tuple[int, str], name: str
) -> None:
    width, scheme = screen
    visit = Visit(browser, pages[name], viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = visit.page
    assert page.evaluate(NOT_DRAWN) == []
    assert page.evaluate("[document.documentElement.scrollWidth, innerWidth]")[0] <= width
    assert visit.complaints == []
    visit.context.close()


def test_square_pixels_fit_the_width_of_the_page(browser: Browser, pages: dict[str, Path]) -> None:
    heights = []
    for width in (1280, 390):
        visit = Visit(browser, pages["weights"], viewport={"width": width, "height": 800})
        box = visit.page.locator("#figure-images-conv2").bounding_box()
        image = visit.page.locator("#figure-images-conv2 .hm image").bounding_box()
        assert box is not None
        assert image is not None
        assert image["width"] / image["height"] == pytest.approx((32 * 4 - 1) / (16 * 4 - 1), rel=0.05)
        assert image["height"] > 0.5 * box["height"]  # no empty page around it
        heights.append(box["height"])
        visit.context.close()
    assert heights[1] < 0.6 * heights[0]
