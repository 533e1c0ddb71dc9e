"""Numbers, labels and sentences."""

from __future__ import annotations

import pytest

from studium.report.labels import label, labels
from studium.report.narrative import paragraphs
from studium.report.numbers import difference, duration, mean_and_spread, metric, number
from studium.report.references import reference_table
from studium.report.steps import ReferenceView, StepView
from studium.report.tables import results_table
from studium.runs.evidence import History
from studium.runs.results import TrainResult
from studium.runs.state import StepState
from studium.runs.summary import Summary
from tests.report.known import diverged, folds, result, training


def view(made: TrainResult, reference: ReferenceView | None = None) -> StepView:
    state = StepState(name="net", kind="train", status="complete")
    return StepView(state, "", reference, made, History(trainings=()))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (1.0, "1.00"),
        (-0.00734, "−0.00734"),
        (999.6, "1,000"),
        (12345.6, "12,346"),
        (1.2e-6, "1.20e−06"),
        (3e12, "3.00e+12"),
    ],
)
def test_numbers_have_three_digits(value: float, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("summary", "text"),
    [
        (Summary(0.08391, 0.00612, 3), "0.0839 ± 0.0061"),
        (Summary(12.3, 4.56, 3), "12.3 ± 4.6"),
        (Summary(123.0, 45.6, 3), "123 ± 46"),
        (Summary(0.5, 0.0, 2), "0.500 ± 0.000"),
        (Summary(0.5, 1e-12, 2), "0.500000 ± 0.000000"),
        (Summary(0.5, None, 1), "0.500"),
        (None, "–"),
    ],
)
def test_the_spread_says_how_many_decimals_count(summary: Summary | None, text: str) -> None:
    assert mean_and_spread(summary, "mse") == text


def test_accuracies_are_percent() -> None:
    assert metric(0.88731, "accuracy") == "88.7%"
    assert mean_and_spread(Summary(0.8855, 0.00072, 3), "accuracy") == "88.55% ± 0.07%"
    assert difference(0.0306, "accuracy") == "3.06"


def test_times_are_in_words() -> None:
    assert [duration(value) for value in (0, 59.4, 60, 3599, 3600)] == [
        "0.0 s",
        "59 s",
        "1 min 0 s",
        "59 min 59 s",
        "1 h 0 min",
    ]


def test_labels_cannot_be_read_as_markup() -> None:
    assert label('<a href="javascript:x">&lt;') == '&lt;a href="javascript:x"&gt;…'
    assert label("two\nlines") == "two lines"
    assert labels(["x" * 30, "x" * 31], longest=4) == ["xxx…", "xxx… (2)"]


def test_a_step_is_told_in_words() -> None:
    done, came_out, gap = paragraphs(view(result((training(0.5), training(0.7, 1)))))
    assert done.startswith("net has 25 parameters. It was trained 2 times for 3 epochs on 80 training rows")
    assert "20 more were held out for validation" in done
    assert "mean squared error is 0.60 ± 0.14 (mean ± standard deviation over 2 trainings)" in came_out
    assert "it scores 0.500 (95% interval 0.250 to 0.750; known)." in came_out
    assert gap == "The mean squared error is 0.60 ± 0.14 on training rows and 0.60 ± 0.14 on validation rows."


def test_a_refit_is_told_in_words() -> None:
    made = result((training(0.5),), refit=True, folds=folds())
    done, _, gap = paragraphs(view(made))
    assert (
        "cross-validated over 2 folds. The folds chose 3 epochs; with that, it was trained 1 time on all 80"
        in done
    )
    assert "0.20 ± 0.14 on validation rows" in gap  # of the folds


def test_divergence_is_told_in_words() -> None:
    assert "Every training diverged" in paragraphs(view(result((diverged(),))))[1]


def test_references_stand_beside_ours() -> None:
    given = ReferenceView("source report", {"train": 0.25, "test": 0.24}, "about")
    made = result((training(0.5), training(0.7, 1)))
    table = reference_table([view(made, given)], [], [])
    assert table is not None
    assert table.header[1] == "source report"
    assert table.rows == (
        ("net on known: training MSE", "0.250", "0.60 ± 0.14", "2", ""),
        ("net on known: test MSE", "0.240", "0.60 ± 0.14", "2", "about"),
    )
    assert reference_table([view(made)], [], []) is None


def test_the_results_have_uncertainty_everywhere() -> None:
    table = results_table([view(result((training(0.5), training(0.7, 1)))), view(result((diverged(),)))])
    assert table.rows[0] == (
        "net",
        "known",
        "25",
        "0.60 ± 0.14",
        "0.60 ± 0.14",
        "0.500 [0.250, 0.750]",
        "4.0 s",
    )
    assert table.rows[1][3:6] == ("–", "–", "diverged")


def test_what_a_step_adds_is_told_by_its_loss_beside_that_of_another() -> None:
    plain = view(result((training(0.5), training(0.7, 1))))
    theirs = ReferenceView("source report", {}, "overfitted", "net", (1.3, 0.3))
    dropped = StepView(
        StepState(name="net_d", kind="train", status="complete"),
        "",
        theirs,
        result((training(0.4),)),
        History(trainings=()),
    )
    table = reference_table([plain, dropped], [], [])
    assert table is not None
    assert table.rows == (  # the losses are twice the metric
        (
            "effect of net_d beside net on known: test loss",
            "1.30 → 0.300",
            "1.20 ± 0.28 → 0.800",
            "2 → 1",
            "overfitted",
        ),
    )
    assert reference_table([dropped], [], []) is None  # there is nothing to compare with
