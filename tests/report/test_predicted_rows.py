from __future__ import annotations

import pytest
from sklearn.metrics import r2_score

from studium.report.figures import draw_predicted_rows, predicted_rows_data
from studium.runs.evidence import Evidence
from tests.report.known import result, rows


def test_the_explained_variance_is_that_of_scikit_learn() -> None:
    true, predicted = (1.0, 2.0, 4.0), (1.5, 2.0, 3.0)
    (data,) = predicted_rows_data(result(evidence=Evidence(predictions=(rows(true, predicted),))))
    assert data.explained == pytest.approx(r2_score(true, predicted))
    assert [(group.true, group.predicted, group.n) for group in data.groups] == [
        (1.0, 1.5, 1),
        (2.0, 2.0, 1),
        (4.0, 3.0, 1),
    ]


def test_many_rows_are_cut_into_groups() -> None:
    true = tuple(float(value) for value in range(25))
    (data,) = predicted_rows_data(result(evidence=Evidence(predictions=(rows(true, true, n=99),))))
    assert [group.n for group in data.groups] == [2, 3, 2, 3, 2, 3, 2, 3, 2, 3]
    drawing = draw_predicted_rows("f", data)
    assert len(drawing.table.rows) == 10
    assert "explains 100.0%" in drawing.caption
    assert "25 of 99 test rows are drawn" in drawing.caption


def test_equal_targets_have_no_explained_variance() -> None:
    (data,) = predicted_rows_data(result(evidence=Evidence(predictions=(rows((1.0, 1.0), (1.0, 2.0)),))))
    assert data.explained is None
    assert "variance" not in draw_predicted_rows("f", data).caption
