"""The figures of searches: their data by hand, and what is drawn of them."""

from __future__ import annotations

import pytest

from studium.report.figures.search_history import draw_search_history, search_history_data
from studium.report.figures.search_importance import draw_search_importance, search_importance_data
from studium.report.figures.search_map import draw_search_map, search_map_data
from studium.report.figures.search_marks import LOOKS
from studium.report.figures.search_race import draw_search_race, search_race_data
from studium.report.figures.search_slices import draw_search_slices, search_slices_data
from studium.report.palette import GREEN
from studium.report.search_steps import SearchView, search_content
from tests.report import known_searches
from tests.report.known_searches import all_diverged, importance, one_parameter, search, searched


def test_the_history_holds_all_that_was_trained() -> None:
    data = search_history_data(search())
    assert [(each.trial, each.outcome, each.score, each.epoch) for each in data.points] == [
        (0, "complete", 0.5, 16),
        (1, "pruned", 0.7, 4),
        (3, "complete", 0.4, 16),
        (4, "pruned", 1.6, 1),
        (5, "diverged", None, 0),
        (7, "winner", 0.45, 16),
        (8, "failed", None, 0),
    ]
    assert data.best == ((0, 0.5), (3, 0.4))
    drawing = draw_search_history("history", data)
    assert (
        "7 trials in the order of sampling: 3 complete, 2 pruned, 1 diverged, 1 failed."
        in drawing.alternative
    )
    assert "from 0.500 at trial 0 to 0.400 at trial 3" in drawing.alternative
    assert [row[0] for row in drawing.table.rows] == ["3", "7", "0", "1", "4", "5", "8"]
    line = drawing.figure.data[0]
    assert (line.x, line.y) == ((0, 3, 9), (0.5, 0.4, 0.4))


def test_of_accuracies_the_highest_is_the_best_so_far() -> None:
    data = search_history_data(search(metric="accuracy", lower_is_better=False))
    assert data.best == ((0, 0.5),)
    assert [row[0] for row in draw_search_history("history", data).table.rows][:3] == ["0", "7", "3"]


def test_outcomes_differ_in_colour_and_in_shape() -> None:
    figure = draw_search_history("history", search_history_data(search())).figure
    marks = {trace.name: (trace.marker.symbol, trace.marker.color) for trace in figure.data[1:]}
    assert set(marks) == {"pruned", "complete", "winner", "diverged", "failed"}
    assert len({symbol for symbol, _ in marks.values()}) == 5
    assert len({look["color"] for look in LOOKS.values()}) >= 4


def test_the_race_says_who_went_on() -> None:
    found = search()
    data = search_race_data(found)
    assert data is not None
    assert [(rung.epoch, sorted(rung.scores), rung.went_on) for rung in data.rungs] == [
        (1, [0, 1, 3, 4, 7], (0, 1, 3, 7)),
        (4, [0, 1, 3, 7], (0, 3, 7)),
        (16, [0, 3, 7], (0, 3, 7)),
    ]
    assert data.outcomes == {0: "complete", 1: "pruned", 3: "complete", 4: "pruned", 7: "winner"}
    drawing = draw_search_race("race", found, data)
    assert drawing.table.rows[1] == ("4", "4", "3", "0.500", "0.575")
    last = drawing.figure.data[-1]  # on top
    assert (last.name, last.line.color, last.x, last.y) == ("winner", GREEN, (1, 4, 16), (0.9, 0.55, 0.45))
    assert sum(trace.showlegend for trace in drawing.figure.data) == 3
    assert "5 trials reached epoch 1 and 4 went on; 4 trials reached epoch 4 and 3 went on; 3 came" in (
        drawing.alternative
    )


def test_slices_hold_the_trials_that_have_the_parameter() -> None:
    data = search_slices_data(search(importance=importance()))
    assert data is not None
    assert [each.axis.label for each in data.slices] == ["units 2", "learning rate", "hidden layers"]
    assert [(point.trial, point.value, point.score) for point in data.slices[0].points] == [
        (1, 8, 0.7),
        (3, 16, 0.4),
        (7, 32, 0.45),
    ]
    assert len(data.slices[1].points) == 5
    drawing = draw_search_slices("slices", data)
    assert drawing.table.rows[0] == ("units 2", "3", "2", "16")
    assert drawing.table.rows[1] == ("learning rate", "5", "3", "1e-4")
    assert "The best third of the complete trials has learning rate 1e-4." in drawing.alternative
    assert drawing.figure.layout.xaxis3.ticktext == ("1", "2")  # no layer and a half
    assert [trace.name for trace in drawing.figure.data if trace.showlegend] == [
        "pruned",
        "complete",
        "winner",
    ]


def test_the_importance_has_its_spread() -> None:
    data = search_importance_data(search(importance=importance()))
    assert data is not None
    drawing = draw_search_importance("importance", data)
    bars = drawing.figure.data[0]
    assert bars.x == (0.6, 0.3, 0.1)
    assert bars.error_x.array == pytest.approx((0.3, 0.2, 0.1))
    assert bars.error_x.arrayminus == pytest.approx((0.5, 0.1, 0.1))
    assert drawing.table.rows[0] == ("units 2", "60.0%", "10.0%", "90.0%")
    assert "one of the 5 trials" in drawing.caption


def test_the_map_is_of_the_two_most_important_that_every_network_has() -> None:
    found = search(importance=importance())
    data = search_map_data(found)
    assert data is not None
    assert data.names == ("lr", "layers")  # units 2 is more important, but not of every network
    assert [(each.trial, each.values, each.place) for each in data.points] == [
        (3, (1e-4, 2), 1),
        (7, (1e-4, 2), 2),
        (0, (0.1, 1), 3),
        (1, (1e-2, 2), 4),
        (4, (0.1, 1), 5),
    ]
    drawing = draw_search_map("map", found, data)
    points, winner = drawing.figure.data
    assert points.x == tuple(each.values[0] for each in data.points)
    assert points.marker.color == (1, 2, 3, 4, 5)
    assert (winner.x, winner.y) == ((1e-4,), (2,))
    assert "place 1, lies at 1e-4 and 2" in drawing.alternative


def test_a_map_needs_two_parameters_that_vary_together() -> None:
    trials = (searched(1, "pruned", (0.8, 0.7)), searched(3, "complete", (0.7, 0.5, 0.4)))
    data = search_map_data(search(trials=trials))
    assert data is not None
    assert data.names == ("lr", "units2")  # both have two layers
    assert search_map_data(search(trials=trials[:1])) is None
    assert search_map_data(one_parameter()) is None


def test_when_all_diverged_there_is_a_history_and_nothing_else() -> None:
    found = all_diverged()
    assert search_race_data(found) is None
    assert search_slices_data(found) is None
    assert search_map_data(found) is None
    assert search_importance_data(found) is None
    content = search_content(SearchView("lost", "", known_searches.record(found), None))
    assert [drawing.name for drawing in content.figures] == ["lost-history"]
    assert [trace.name for trace in content.figures[0].figure.data] == ["diverged"]
    assert len(content.results) == 2  # the space and the account; there are no finalists


def test_one_parameter_has_a_slice_and_neither_importance_nor_map() -> None:
    content = search_content(SearchView("one", "", known_searches.record(one_parameter()), None))
    assert [drawing.name for drawing in content.figures] == ["one-history", "one-slices"]


def test_all_dropped_but_one() -> None:
    trials = (searched(0, "pruned", (0.9,)), searched(1, "pruned", (0.8,)), known_searches.TRIALS[3])
    found = search(trials=trials, finalists=known_searches.FINALISTS[:1], best=0, difference=None)
    content = search_content(SearchView("few", "", known_searches.record(found), None))
    names = [drawing.name for drawing in content.figures]
    assert names == ["few-history", "few-race", "few-slices", "few-map"]
    assert "The only trial that came to its end was trained again" in " ".join(content.paragraphs)
    assert search_history_data(found).best == ((3, 0.4),)


@pytest.mark.parametrize(("metric", "lower"), [("mse", True), ("accuracy", False)])
def test_a_whole_step_has_names_of_its_own_and_words_for_each_figure(metric: str, lower: bool) -> None:
    found = search(importance=importance(), metric=metric, lower_is_better=lower)
    content = search_content(SearchView("all", "", known_searches.record(found), None))
    names = [drawing.name for drawing in content.figures]
    assert names == [f"all-{each}" for each in ("history", "race", "importance", "slices", "map")]
    assert all(drawing.alternative and drawing.caption and drawing.table.rows for drawing in content.figures)
