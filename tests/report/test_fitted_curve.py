from __future__ import annotations

import math

import pytest

from studium.report.figures import draw_fitted_curve, fitted_curve_data
from studium.report.figures.fitted_curve import FittedCurveData
from studium.runs.evidence import Evidence
from tests.report.known import curve, result


def gathered(**changes: object) -> FittedCurveData:
    data = fitted_curve_data(result(evidence=Evidence(curve=curve(**changes))))
    assert data is not None
    return data


def test_the_curve_is_the_first_and_the_range_holds_all() -> None:
    data = gathered()
    assert data.fit == (0.0, 1.0, 2.0, 9.0)
    assert data.low == (0.0, 1.0, 1.0, 9.0)
    assert data.high == (1.0, 1.0, 2.0, 9.0)
    assert data.n == 2


def test_the_distance_from_the_truth_counts_between_the_points_only() -> None:
    # x = 3 lies beyond the points; the rest is off by 0, -1, 0.
    assert gathered().truth_error == pytest.approx(math.sqrt(1 / 3))
    assert gathered(truth=()).truth_error is None


def test_the_drawing_holds_points_and_curve() -> None:
    drawing = draw_fitted_curve("f", gathered())
    lines = {trace.name: trace for trace in drawing.figure.data}
    assert set(lines) == {
        "range of 2 trainings",
        "noise-free curve",
        "test",
        "training",
        "validation",
        "fitted curve",
    }
    assert tuple(lines["training"].y) == (0.1, 0.9)
    assert tuple(lines["test"].x) == (2.0,)
    assert "2 training points, 1 validation point, 1 test point" in drawing.alternative
    assert drawing.table.header == ("x", "fitted", "smallest fit", "largest fit", "noise-free")
    assert drawing.table.rows[1] == ("1.00", "1.00", "1.00", "1.00", "2.00")


def test_without_truth_and_other_seeds_only_what_is_there_is_drawn() -> None:
    drawing = draw_fitted_curve("f", gathered(truth=(), fits=((0.0, 1.0, 2.0, 3.0),)))
    assert {trace.name for trace in drawing.figure.data} == {"test", "training", "validation", "fitted curve"}
    assert drawing.table.header == ("x", "fitted", "smallest fit", "largest fit")


def test_other_data_have_no_curve() -> None:
    assert fitted_curve_data(result()) is None
