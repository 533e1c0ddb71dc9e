from __future__ import annotations

import pytest

from studium.report.figures import draw_loss_curves, loss_curves_data
from studium.report.figures.loss_curves import band
from studium.runs.evidence import Curve, History
from tests.report.known import diverged, folds, result, training

TWO = (training(0.5), training(0.7, seed=1))
HISTORY = History(
    trainings=(
        Curve(seed=0, train_loss=(4.0, 2.0, 1.0), validation_loss=(3.0, 1.0, 2.0)),
        Curve(seed=1, train_loss=(2.0, 1.0, 1.0), validation_loss=(5.0, 3.0, 4.0)),
    ),
    folds=(
        Curve(seed=2, train_loss=(9.0, 8.0, 7.0), validation_loss=(8.0, 7.0, 6.0)),
        Curve(seed=3, train_loss=(9.0, 8.0, 7.0), validation_loss=(6.0, 5.0, 4.0)),
    ),
)


def test_curves_are_means_with_their_range_and_the_best_epoch() -> None:
    data = loss_curves_data(result(TWO), HISTORY)
    assert data.train is not None
    assert data.validation is not None
    assert data.train.mean == (3.0, 1.5, 1.0)
    assert (data.validation.low, data.validation.mean, data.validation.high) == (
        (3.0, 1.0, 2.0),
        (4.0, 2.0, 3.0),
        (5.0, 3.0, 4.0),
    )
    assert (data.best_epoch, data.validated_by, data.loss) == (2, "trainings", "squared error, normalised")


def test_after_a_refit_the_folds_are_the_validation_and_chose_the_epochs() -> None:
    data = loss_curves_data(result(TWO, refit=True, folds=folds(best_epochs=3)), HISTORY)
    assert data.validation is not None
    assert data.validation.mean == (7.0, 6.0, 5.0)
    assert (data.best_epoch, data.validated_by) == (3, "folds")


def test_a_training_that_stopped_early_counts_with_its_last_value() -> None:
    found = band([[4.0, 2.0, 0.0], [2.0]])
    assert found is not None
    assert found.mean == (3.0, 2.0, 1.0)


@pytest.mark.parametrize(("last", "logarithmic"), [(0.5, True), (0.51, False), (0.0, False)])
def test_the_axis_is_logarithmic_when_losses_span_much(last: float, logarithmic: bool) -> None:
    history = History(trainings=(Curve(seed=0, train_loss=(4.0, last)),))
    data = loss_curves_data(result(), history)
    assert data.logarithmic == logarithmic
    axis = draw_loss_curves("f", data).figure.layout.yaxis
    assert (axis.type == "log") == logarithmic


def test_ticks_of_a_logarithmic_axis_are_round() -> None:
    history = History(trainings=(Curve(seed=0, train_loss=(4.0, 0.3)),))
    axis = draw_loss_curves("f", loss_curves_data(result(), history)).figure.layout.yaxis
    assert axis.ticktext == ("0.1", "0.2", "0.5", "1", "2", "5", "10", "20", "50")


def test_the_drawing_holds_the_data_and_says_it() -> None:
    drawing = draw_loss_curves("f", loss_curves_data(result(TWO), HISTORY))
    lines = {trace.name: trace for trace in drawing.figure.data if trace.name}
    assert tuple(lines["training"].y) == (3.0, 1.5, 1.0)
    assert tuple(lines["validation"].y) == (4.0, 2.0, 3.0)
    (best,) = (trace for name, trace in lines.items() if "epoch 2" in name)
    assert (tuple(best.x), tuple(best.y)) == ((2,), (2.0,))
    assert "minimum is 2.00 at epoch 2" in drawing.alternative
    assert "over 2 trainings" in drawing.caption
    assert ("2", "1.50", "1.00", "2.00", "2.00", "1.00", "3.00") in drawing.table.rows


def test_without_validation_rows_there_is_no_best_epoch() -> None:
    history = History(trainings=(Curve(seed=0, train_loss=(4.0, 2.0)),))
    drawing = draw_loss_curves("f", loss_curves_data(result(), history))
    assert [trace.name for trace in drawing.figure.data] == ["training"]
    assert [row[0] for row in drawing.table.rows] == ["1", "2"]


def test_nothing_is_drawn_when_every_training_diverged_at_once() -> None:
    history = History(trainings=(Curve(seed=0, train_loss=()),))
    drawing = draw_loss_curves("f", loss_curves_data(result((diverged(),)), history))
    assert len(drawing.figure.data) == 0
    assert "No training finished an epoch" in drawing.caption
    assert drawing.table.rows == ()
