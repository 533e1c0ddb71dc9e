"""What the report says of studies."""

from __future__ import annotations

from studium.report.references import reference_table
from studium.report.study_narrative import comparison_paragraphs, study_paragraphs
from studium.report.study_steps import ComparisonView, StudyView
from studium.report.study_summary import (
    comparisons_found,
    n_studied,
    studies_found,
    study_sureness,
    tried_in_studies,
)
from studium.report.study_tables import tuning_table
from studium.runs.references import BestReference, RangeReference
from tests.report.known import result, training
from tests.report.known_studies import (
    all_diverged,
    comparison,
    comparison_record,
    pairs,
    patience,
    rates,
    study_record,
)


def test_a_study_says_what_was_done_found_and_how_it_was_tested() -> None:
    text = " ".join(study_paragraphs(study_record(rates())))
    assert "Learning rate of net varied over 4 values (lr=known), all else being equal." in text
    assert "over 2 folds x 2 seeds" in text
    assert "Learning rate: [1e-3, 1e-2], best 1e-2." in text
    assert (
        "mean squared error of 0.300 (95% interval 0.240 to 0.360, n = 4), the smallest geometric mean"
        in text
    )
    assert (
        "1 is not significantly worse, 1 is worse and 1 diverged in some training and counts as worse" in text
    )
    assert "Test: a known test. Not being worse is no evidence of being as good." in text


def test_two_parameters_are_said_to_be_joint() -> None:
    text = " ".join(study_paragraphs(study_record(pairs())))
    assert "Momentum and learning rate of net varied over 4 pairs of values" in text
    assert "the map shows which pairs are good" in text


def test_early_stopping_is_told_with_and_without() -> None:
    text = " ".join(study_paragraphs(study_record(patience())))
    assert (
        "With patience 50 trainings ended after 120 (95% interval 100 to 140, n = 4) of at most 1,000 epochs"
        in text
    )
    assert "without early stopping all epochs are trained, and the mean squared error is 0.330" in text
    assert "The good range of patience may go on above 50, the highest value tried." in text
    assert "Early stopping watches rows of its own." in text


def test_when_all_diverged_the_advice_is_given() -> None:
    assert "There is no good value: every value diverged: be careful." in study_paragraphs(
        study_record(all_diverged())
    )


def test_a_comparison_says_what_won_and_what_it_scored() -> None:
    record = comparison_record(winner=result((training(0.5),), refit=True))
    text = " ".join(comparison_paragraphs(record))
    assert "Structures on known: a, b, c and d. Each was tuned with 2 points over its own ranges" in text
    assert "Best is b, tuned to lr 0.5, with a validation mean squared error of 0.300" in text
    assert "Not significantly worse: c. Worse: a. Diverged, and therefore worse: d." in text
    assert "so that a better one may lie outside: lr of c." in text
    assert "retrained on all 80 training rows for 3 epochs" in text
    assert "its test mean squared error is 0.500 (95% interval 0.250 to 0.750; known)" in text


def test_the_first_page() -> None:
    studies = [StudyView("one", "", study_record(rates())), StudyView("two", "", study_record(pairs()))]
    record = comparison_record(winner=result((training(0.5),), refit=True))
    comparisons = [ComparisonView("three", "", record, None)]
    assert studies_found(studies) == [
        "Good values on known: learning rate [1e-3, 1e-2], best 1e-2 (net); momentum [0.9, 0.9], best 0.9 and learning rate "
        "[1e-2, 1e-2], best 1e-2 (varied together, net).",
    ]
    assert tried_in_studies(studies, comparisons) == [
        "Varied: learning rate and momentum with learning rate of net on known.",
        "Compared: a, b, c and d on known.",
    ]
    assert tried_in_studies([], []) == []
    [sentence] = comparisons_found(comparisons)
    assert sentence.startswith(
        "Best of 4 structures on known is b, with a validation mean squared error of 0.300"
    )
    assert "its test mean squared error is 0.500 (100 rows, 95% interval 0.250 to 0.750)" in sentence
    sure = study_sureness(studies, comparisons)
    assert "over 4 trainings a value" in sure[0]
    assert sure[1].startswith(
        "Behind b, c is not significantly worse and a and d are worse, by paired tests over"
    )
    assert n_studied(studies, comparisons) == 16 + 16 + 24 + 1


def test_good_ranges_and_winners_stand_beside_those_of_others() -> None:
    theirs = RangeReference(low=1e-5, high=0.1, note="elsewhere")
    studies = [
        StudyView("one", "", study_record(rates()), theirs),
        StudyView("two", "", study_record(pairs())),
        StudyView("three", "", study_record(all_diverged()), theirs),
    ]
    record = comparison_record(winner=result((training(0.5),), refit=True))
    comparisons = [
        ComparisonView("four", "", record, None, BestReference(best="a", test=0.08, note="a remark"))
    ]
    table = reference_table([], studies, comparisons)
    assert table is not None
    assert table.rows == (
        (
            "good range of learning rate of net on known",
            "[1e-5, 1e-1]",
            "[1e-3, 1e-2], best 1e-2",
            "4",
            "elsewhere",
        ),
        (
            "good range of learning rate of net on known",
            "[1e-5, 0.1]",
            "no good value, all diverged",
            "4",
            "elsewhere",
        ),
        ("best structure on known", "a", "b (or c)", "4", ""),
        (
            "best structure retrained on all training rows of known: test MSE",
            "0.0800",
            "0.500",
            "1",
            "95% interval 0.250 to 0.750; a remark",
        ),
    )


def test_the_tuning_table_leads_with_the_best_points() -> None:
    table = tuning_table(comparison())
    assert table.rows[0][:3] == ("a", "lr 0.5", "0.900")
    assert len(table.rows) == 8
