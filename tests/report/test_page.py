from __future__ import annotations

import base64
import gzip
import hashlib
import itertools
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from studium.errors import RunFolderError
from studium.report import write_report
from studium.report.content import content
from studium.report.html import embedded
from studium.report.palette import DARK
from studium.runs import RunFolder
from tests.report.pages import Page, tiny_report
from tests.runs.tiny import FORMULA, HOSTILE, PICTURE, tiny_run


@pytest.fixture(scope="module")
def text() -> str:
    return tiny_report().read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_it_is_one_file_that_names_no_other(text: str, page: Page) -> None:
    assert len(text.encode()) < 8e6
    for tag, attributes in page.elements:
        assert tag not in ("link", "iframe", "object", "embed", "base", "img", "form")
        for name in ("src", "href", "action", "data", "background"):
            assert attributes.get(name, "#").startswith("#"), (tag, attributes)


def test_the_policy_allows_exactly_our_scripts_and_style_sheet(text: str, page: Page) -> None:
    policy = next(
        each["content"] for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy"
    )
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    (own,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    (plotly,) = re.findall(r'<script type="application/gzip" id="plotly">(.*?)</script>', text, re.DOTALL)
    unpacked = gzip.decompress(base64.b64decode(plotly)).decode()
    assert "plotly.js v" in unpacked[:200]
    assert rules["script-src"].split() == [digest(unpacked), digest(own)]
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    assert rules["style-src-elem"].split() == [digest(style), digest("")]
    assert rules["img-src"] == "data: blob:"
    assert set(rules) == {
        *(
            "default-src",
            "script-src",
            "style-src-elem",
            "style-src-attr",
            "img-src",
            "base-uri",
            "form-action",
        )
    }


def digest(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


def test_what_comes_from_data_is_text(text: str, page: Page) -> None:
    for attack in (HOSTILE, PICTURE):
        assert attack not in text
    assert not page.all("b")
    cells = page.texts["th"]
    for name in (HOSTILE, PICTURE, FORMULA):
        assert any(name == cell for cell in cells), name
    assert "Small networks <on> small data" in page.texts["h1"]
    assert any("somebody's <b>note</b>" in cell for cell in page.texts["td"])
    assert (
        sum(not each for each in page.all("script")) == 1
    )  # ours; Plotly is packed, and the others are data


def test_figures_as_json_cannot_end_their_element() -> None:
    hostile = {"name": f"{HOSTILE}<!--", "amp": "&lt;"}
    escaped = embedded(json.dumps(hostile))
    assert not set("<>&") & set(escaped)
    assert json.loads(escaped) == hostile


def test_every_figure_has_words_and_numbers(page: Page) -> None:
    plots = [each for each in page.all("div") if each.get("class") == "plot"]
    names = [each["data-name"] for each in plots]
    assert names == [each["data-figure"] for each in page.all("script") if "data-figure" in each]
    assert {
        "net-losses",
        "net-curve",
        "net3-losses",
        "fc-confusion",
        "fc-sample-8",
        "plane-predictions-1",
    } <= set(names)
    assert all(each["role"] == "img" and len(each["aria-label"]) > 30 for each in plots)
    assert len(page.all("figcaption")) == len(page.all("figure")) == len(plots)
    report = content(tiny_run())
    assert all(drawing.table.rows for drawing in report.figures)


def test_ids_are_unique_and_links_lead_somewhere(page: Page) -> None:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        assert link["href"].removeprefix("#") in ids


def test_headings_descend_one_step_at_a_time(page: Page) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_numbers_are_those_of_the_run(page: Page) -> None:
    for result in tiny_run().results().values():
        assert f"{result.network.n_parameters:,}" in page.texts["td"]
    words = " ".join(page.texts["dd"])
    assert "standard deviation over 1, 2 or 3 trainings" in words
    assert "corrected resampled t-test over 3 folds" in words
    assert tiny_run().environment["data"]["digits"] in " ".join(page.texts["td"])


def test_colours_have_a_dark_counterpart() -> None:
    for drawing in content(tiny_run()).figures:
        used = set(re.findall(r"#[0-9a-f]{6}|rgba\([^)]*\)", drawing.figure.to_json()))
        assert used - set(DARK) <= {"rgba(0,0,0,0)"}, drawing.name


@pytest.mark.parametrize("damaged", ["models/fc/evaluation.json", "studies/inside-fc/inspection.json"])
def test_a_damaged_run_leaves_the_old_report(tmp_path: Path, damaged: str) -> None:
    folder = Path(shutil.copytree(tiny_run().path, tmp_path / "run"))
    (folder / "report.html").write_text("old")
    (folder / damaged).write_text("{}")
    with pytest.raises(RunFolderError, match=re.escape(damaged)):
        write_report(RunFolder(folder))
    assert (folder / "report.html").read_text() == "old"


def test_a_run_without_a_finished_step_has_a_report_too(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_run().path, tmp_path / "run"))
    state = json.loads((folder / "run.json").read_text())
    for step in state["steps"]:
        step["status"] = "waiting"
    state["steps"][0] |= {"status": "failed", "reason": "the disk <is> full"}
    (folder / "run.json").write_text(json.dumps(state | {"status": "failed"}))
    (folder / "comparisons.json").unlink()
    made = Page(write_report(RunFolder(folder)).read_text())
    assert "Step net failed: the disk <is> full" in made.texts["p"]
    assert "Nothing has been tried so far." in " ".join(made.texts["dd"])


def test_writing_a_report_needs_no_training_code() -> None:
    program = (
        "import sys; from pathlib import Path; from studium.runs import RunFolder; from studium.report.page import render;"
        "from studium.report.content import content;"
        f"render(content(RunFolder(Path({str(tiny_run().path)!r}))));"
        "assert not {'torch', 'sklearn', 'polars'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
