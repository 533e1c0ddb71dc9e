"""Figures of studies: the data, and what is drawn of it."""

from __future__ import annotations

import math
from typing import Any

import pytest

from studium.report.figures import (
    comparison_scores_data,
    draw_comparison_scores,
    draw_study_curves,
    draw_study_map,
    draw_study_scores,
    draw_study_stopping,
    study_curves_data,
    study_map_data,
    study_scores_data,
    study_stopping_data,
)
from studium.report.figures.study_curves import telling_trials
from studium.report.figures.study_map import nearest, shade
from studium.report.value_axis import value_axis
from studium.studies.results import StudyResult
from tests.report.known_studies import all_diverged, comparison, pairs, patience, rates, study, trial


def traces(figure: Any) -> dict[str, Any]:
    return {trace.name: trace for trace in figure.data if trace.name}


@pytest.mark.parametrize(
    ("values", "log", "places", "texts"),
    [
        ([1e-4, 1e-2], True, [-4, -3, -2], ["1e-4", "1e-3", "1e-2"]),
        ([0.0, 1.0], False, [0, 0.2, 0.4, 0.6, 0.8, 1], ["0", "0.2", "0.4", "0.6", "0.8", "1"]),
        ([0.5], False, [0.5], ["0.5"]),
        (["adam", "sgd"], False, [0, 1], ["adam", "sgd"]),
        ([10, 1000, "none"], True, [1, 2, 3, 3.36], ["10", "100", "1000", "none"]),
    ],
)
def test_axes_have_places_for_numbers_and_names(
    values: list[float | int | str], log: bool, places: list[float], texts: list[str]
) -> None:
    axis = value_axis("known", values, log=log)
    found, written = axis.ticks()
    shown = [(place, text) for place, text in zip(found, written, strict=True) if text in texts]
    assert [place for place, _ in shown] == pytest.approx(places)
    assert [text for _, text in shown] == texts
    low, high = axis.range
    assert low < min(map(axis.place, values)) <= max(map(axis.place, values)) < high


def test_scores_along_a_parameter() -> None:
    data = study_scores_data(rates())
    assert [each.values["lr"] for each in data.trials] == [1e-4, 1e-3, 1e-2, 1.0]
    assert data.good == (-3, -2)
    drawing = draw_study_scores("known", data)
    found = traces(drawing.figure)
    assert list(found["worse"].x) == [-4]
    assert (list(found["not worse"].x), list(found["not worse"].y)) == ([-3], [0.32])
    assert list(found["best"].error_y.array) == pytest.approx([0.06])
    assert list(found["diverged"].x) == [0]
    shaded = drawing.figure.layout.shapes[0]
    assert -3.1 < shaded.x0 < -3 < -2 < shaded.x1 < -1.9
    assert drawing.table.rows[2][:2] == ("1e-2", "0.300")
    assert [row[6] for row in drawing.table.rows] == ["worse", "not worse", "best", "diverged"]
    assert "n = 4" in drawing.caption
    assert "Learning rate: [1e-3, 1e-2], best 1e-2." in drawing.alternative
    assert "1 value diverged" in drawing.alternative


def test_errors_that_span_much_have_a_logarithmic_axis() -> None:
    trials = (
        trial(0, {"lr": 1e-2}, 0.01, not_worse=True, low=-0.1),
        trial(1, {"lr": 1e-1}, 5.0),
    )
    one = rates().ranges
    found = study(trials, one, labels=("learning rate",), log=(True,), best=0)
    figure = draw_study_scores("known", study_scores_data(found)).figure
    assert figure.layout.yaxis.type == "log"
    best = traces(figure)["best"]
    assert best.y[0] - best.error_y.arrayminus[0] == pytest.approx(
        0.002
    )  # cut, since there is no logarithm below 0
    accurate = found.model_copy(update={"metric": "accuracy", "lower_is_better": False})
    figure = draw_study_scores("known", study_scores_data(accurate)).figure
    assert figure.layout.yaxis.type != "log"
    assert figure.layout.yaxis.tickformat == ".1%"


def test_names_have_no_line_and_no_stretch() -> None:
    trials = (trial(0, {"optimizer": "adam"}, 0.3, not_worse=True), trial(1, {"optimizer": "sgd"}, 0.9))
    good = (
        rates()
        .ranges[0]
        .model_copy(update={"low": None, "high": None, "text": "optimizer: {adam}, best adam"})
    )
    found = study(trials, (good,), labels=("optimizer",), log=(False,), best=0)
    figure = draw_study_scores("known", study_scores_data(found)).figure
    assert len(figure.data) == 2
    assert figure.layout.shapes == ()
    assert list(figure.layout.xaxis.ticktext) == ["adam", "sgd"]


def test_telling_values_are_the_best_the_ends_and_one_between() -> None:
    trials = tuple(trial(number, {"lr": 10.0 ** (number - 6)}, 0.3 + abs(number - 5)) for number in range(6))
    found = study(trials, rates().ranges, labels=("learning rate",), log=(True,), best=5)
    assert [each.number for each in telling_trials(found)] == [5, 0, 2]
    assert [each.number for each in telling_trials(rates())] == [1, 0, 2]
    assert telling_trials(all_diverged()) == []


def test_learning_curves() -> None:
    data = study_curves_data(rates())
    assert data is not None
    assert [each.label for each in data.values] == [
        "learning rate 1e-2",
        "learning rate 1e-4",
        "learning rate 1e-3",
    ]
    assert data.logarithmic  # from 4 * 0.9 to 0.3 / 2
    drawing = draw_study_curves("known", data)
    found = traces(drawing.figure)
    assert list(found["learning rate 1e-2 (best)"].y) == [1.2, 0.6, 0.3]
    assert list(found["learning rate 1e-2, training"].y) == [0.6, 0.3, 0.15]
    assert drawing.figure.layout.yaxis.type == "log"
    assert drawing.table.rows[-1][1] == "0.300 [0.270, 0.330]"
    assert study_curves_data(all_diverged()) is None


def test_the_map_of_two_parameters() -> None:
    data = study_map_data(pairs())
    drawing = draw_study_map("known", data)
    found = traces(drawing.figure)
    assert (list(found["best"].x), list(found["best"].y)) == ([0.9], [-2])
    assert (list(found["diverged"].x), list(found["diverged"].y)) == ([0.9], [0])
    assert len(found["worse"].x) == 2
    background = drawing.figure.data[0]
    corner = [background.z[0][-1], background.z[0][0], background.z[-1][-1]]
    assert corner == [
        pytest.approx(math.log10(0.3), abs=1e-3),
        pytest.approx(math.log10(0.9), abs=1e-3),
        None,
    ]
    assert [row[-1] for row in drawing.table.rows] == ["best", "worse", "worse", "diverged"]
    assert "0 more are not worse, 2 are worse, 1 diverged" in drawing.alternative
    gone = tuple(trial(number, {"momentum": 0.5, "lr": 1.0}, None) for number in (0, 1))
    nothing = study_map_data(pairs().model_copy(update={"best": None, "trials": gone}))
    assert "all 2 points diverged" in draw_study_map("known", nothing).alternative


def test_the_colour_around_a_point_is_its_own() -> None:
    data = study_map_data(pairs())
    for each in data.trials:
        x, y = data.place(each)
        assert data.trials[nearest(data, [x], [y])[0, 0]] is each
    assert shade(30.0, 0.3, "mse") == shade(3.0, 0.3, "mse") == pytest.approx(math.log10(3))
    assert shade(0.7, 0.9, "accuracy") == 0.7


def test_epochs_spent_and_chosen() -> None:
    data = study_stopping_data(patience())
    assert data is not None
    assert data.most == 1000
    drawing = draw_study_stopping("known", data)
    found = traces(drawing.figure)
    assert list(found["epochs spent"].y) == [10, 120, 1000]
    assert list(found["epochs spent"].error_y.array) == [2, 20, 0]
    assert drawing.table.rows[1] == ("50", "120", "100 to 140", "2", "1 to 3")
    assert study_stopping_data(rates()) is None


def test_a_comparison() -> None:
    drawing = draw_comparison_scores("known", comparison_scores_data(comparison()))
    found = traces(drawing.figure)
    assert (list(found["best"].y), list(found["not worse"].y), list(found["worse"].y)) == (
        ["b"],
        ["c"],
        ["a"],
    )
    assert len(found["one training"].x) == 12
    assert [row[-1] for row in drawing.table.rows] == ["worse", "best", "not worse", "diverged"]
    assert drawing.table.rows[1][2:5] == ("lr 0.5", "0.300", "0.240 to 0.360")
    assert "d diverged (diverged)" in drawing.alternative


@pytest.mark.parametrize(
    "found", [rates(), patience(), all_diverged()], ids=["rates", "patience", "diverged"]
)
def test_every_figure_can_be_drawn_and_says_something(found: StudyResult) -> None:
    drawing = draw_study_scores("known", study_scores_data(found))
    assert drawing.figure.to_json()
    assert drawing.alternative.endswith(".")
    assert len({len(row) for row in (drawing.table.header, *drawing.table.rows)}) == 1
