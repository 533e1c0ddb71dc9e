from __future__ import annotations

import pytest

from studium.report.figures import draw_scores, scores_data
from tests.report.known import diverged, result, training


def test_each_network_has_its_values_mean_spread_and_reference() -> None:
    trainings = tuple(training(value, seed) for seed, value in enumerate((0.2, 0.3, 0.7)))
    steps = [("net", result(trainings)), ("net3", result((training(0.1),)))]
    data = scores_data(steps, {"net3": 0.08}, "source report")
    net, net3 = data.networks
    assert net.values == (0.2, 0.3, 0.7)
    assert net.summary is not None
    assert (net.summary.mean, net.summary.std) == pytest.approx((0.4, 0.2645751))
    assert (net.reference, net3.reference) == (None, 0.08)
    drawing = draw_scores("f", data)
    dots, means, references = drawing.figure.data
    assert tuple(dots.x) == (0.2, 0.3, 0.7, 0.1)
    assert tuple(dots.y) == ("net", "net", "net", "net3")
    assert tuple(means.error_x.array) == (net.summary.std, 0)
    assert (tuple(references.x), tuple(references.y)) == ((0.08,), ("net3",))
    assert drawing.table.rows == (
        ("net", "3", "0.40 ± 0.26", "0.200, 0.300, 0.700", "–"),
        ("net3", "1", "0.100", "0.100", "0.0800"),
    )
    assert "Lower is better" in drawing.caption


def test_accuracy_is_in_percent_and_higher_is_better() -> None:
    data = scores_data([("fc", result((training(0.885),), classes=("a", "b")))], {}, "")
    drawing = draw_scores("f", data)
    assert "Higher is better" in drawing.caption
    assert drawing.table.rows[0][2] == "88.5%"
    assert len(drawing.figure.data) == 2  # no reference


def test_a_network_that_diverged_keeps_its_line() -> None:
    drawing = draw_scores("f", scores_data([("net", result((diverged(),)))], {}, ""))
    assert drawing.table.rows == (("net", "0", "–", "–", "–"),)
    assert drawing.figure.layout.yaxis.categoryarray == ("net",)
