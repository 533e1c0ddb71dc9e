"""What the report says of searches."""

from __future__ import annotations

import pytest

from studium.report.search_narrative import search_paragraphs
from studium.report.search_steps import SearchView
from studium.report.search_summary import (
    n_searched,
    search_sureness,
    searched,
    searches_cost,
    searches_found,
)
from studium.report.search_tables import (
    accounting_table,
    finalists_table,
    reasons_table,
    space_table,
    values_table,
)
from studium.report.search_words import flattery, n_counted, named_values
from studium.runs.results import Score
from studium.runs.study_records import EnsembleRecord
from studium.studies.results import Estimate
from tests.report import known_searches
from tests.report.known import diverged, result, training
from tests.report.known_searches import (
    DIFFERENCE,
    FINALISTS,
    TRIALS,
    all_diverged,
    importance,
    one_parameter,
    search,
)

ENSEMBLE = EnsembleRecord(
    folder="ensemble",
    members=("trial 7", "trial 3", "trial 7"),
    train=Score(loss=0.1, metric=0.1, n=80),
    test=Score(loss=0.2, metric=0.35, n=100),
)


def text(found: object = None, **more: object) -> str:
    return " ".join(search_paragraphs(known_searches.record(found, **more)))  # type: ignore[arg-type]


def test_a_search_says_what_was_searched_and_raced() -> None:
    said = text()
    assert "The space mine varies 3 parameters, 1 of which only some networks have," in said
    assert (
        "of 2,000 of its points drawn at random, 72% can be built. 7 trials of 7 asked for were drawn" in said
    )
    assert "on 80 training and 20 validation rows of known." in said
    assert "compared after 1 and 4 of 16 epochs; about one in 4 went on each time" in said
    assert "3 came to the end, 2 were dropped, 1 diverged, 1 failed." in said
    assert (
        "trained 120 epochs; training every trial to its end takes 160, so that 25% of the training was saved"
        in said
    )
    assert "2 points could not be built, and were replaced before anything was trained." in said


def test_a_search_says_what_won_and_how_sure_that_is() -> None:
    said = text()
    assert "Best there is trial 7 (hidden layers = 2, learning rate = 1e-4, units 2 = 32)" in said
    assert "a validation mean squared error of 0.440 (95% interval 0.390 to 0.490, n = 2)" in said
    assert "In the search the winner had scored 0.450." in said
    assert "Not significantly worse: trial 3. Worse: trial 0." in said
    assert (
        "The best structure made by hand is net, trained as usual for 16 epochs, with 0.900 (95% interval"
        in said
    )
    assert (
        "trial 7 is significantly better than net: its mean squared error is 0.489 times as large "
        "(95% interval 0.4 to 0.6, p = 0.002, n = 2)" in said
    )
    assert "may lie outside: learning rate 1e-4." in said


@pytest.mark.parametrize(("n_first", "said"), [(0, False), (7, False), (8, True)])
def test_a_winner_that_the_space_gave_is_not_credited_to_the_sampler(n_first: int, said: bool) -> None:
    words = "units 2 = 32), which is a point that the space begins with, a network"
    assert (words in text(search(n_first=n_first))) is said  # the winner is trial 7


def test_scores_after_trainings_of_different_length_are_not_compared() -> None:
    longer = tuple(
        each.model_copy(update={"score": each.score.model_copy(update={"epochs": Estimate(mean=64)})})
        for each in FINALISTS
    )
    found = search(finalists=longer)
    assert flattery(found) is None
    said = text(found, winner=result((training(0.5).model_copy(update={"epochs": 64}),), refit=True))
    assert "that had no part in the search, for 64 epochs in place of 16, so that" in said
    assert "In the search, after 16 epochs, it had scored 0.450; trainings of different length" in said
    assert "for 64 epochs, exactly as it was measured" in said
    assert "leading trials the mean" not in said


def test_leading_scores_are_told_to_flatter() -> None:
    # Fresh over searched: 0.5 / 0.4, 0.44 / 0.45, 0.625 / 0.5, whose geometric mean is 1.1517.
    assert flattery(search()) == pytest.approx((1.25 * 0.44 / 0.45 * 1.25) ** (1 / 3))
    assert "Over the 3 leading trials the mean squared error is 15.2% higher on fresh rows" in text()
    accuracy = search(metric="accuracy", lower_is_better=False)
    assert flattery(accuracy) == pytest.approx((0.4 - 0.5 + 0.45 - 0.44 + 0.5 - 0.625) / 3)
    assert "the accuracy is 7.2 percentage points higher on fresh rows" in text(accuracy)
    assert "which did not flatter them" in text(accuracy)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"value": 1.5, "low": 1.2, "high": 1.9, "p_value": 0.01}, "trial 7 is significantly worse than net"),
        ({"low": 0.2, "high": 1.2, "p_value": 0.3}, "no significant difference between trial 7 and net"),
        ({"p_value": 0.05}, "no significant difference between trial 7 and net"),
        ({"low": None, "high": None, "p_value": None}, "Nothing can be said of trial 7 against net"),
        (
            {"ratio": False, "value": 0.02, "low": 0.01, "high": 0.03, "p_value": 0.01},
            "trial 7 is significantly better than net: its accuracy differs by 2.00 percentage points "
            "(95% interval 1.00 to 3.00, p = 0.01",
        ),
    ],
)
def test_a_difference_is_said_as_it_is(changes: dict[str, object], words: str) -> None:
    difference = DIFFERENCE.model_copy(update=changes)
    metric = "mse" if difference.ratio else "accuracy"
    assert words in text(search(difference=difference, metric=metric, lower_is_better=difference.ratio))


def test_the_retraining_and_the_ensemble_are_told() -> None:
    winner = result((training(0.5), training(0.3, 1)), refit=True)
    said = text(winner=winner, ensemble=ENSEMBLE)
    assert "retrained 2 times on all 80 training rows for 3 epochs" in said
    assert "with the same settings, but not for the 16 epochs of its measurement" in said
    assert "0.40 ± 0.14 (mean ± standard deviation, n = 2)" in said
    assert "it scores 0.500 (95% interval 0.250 to 0.750; known)" in said
    assert "3 networks of trial 7 (2 times) and trial 3" in said
    assert "has a test mean squared error of 0.350 (100 rows;" in said
    as_measured = winner.model_copy(update={"trainings": (training(0.5).model_copy(update={"epochs": 16}),)})
    assert "for 16 epochs, exactly as it was measured" in text(winner=as_measured)
    assert "Retrained on all training rows, the winner diverged; there is no model." in text(
        winner=result((diverged(),))
    )


def test_with_prune_invalid_structures_cost_trials() -> None:
    found = search(on_invalid="prune", asked=9)
    assert n_counted(found) == 9
    assert "they cost 2 of the 9 trials, so that 7 were left to find a network" in text(found)


def test_when_all_diverged_nothing_won() -> None:
    said = text(all_diverged())
    assert "Nothing won: every trial diverged: lower the learning rates of the space" in said
    assert "made by hand" not in said
    assert "0 came to the end, 0 were dropped, 2 diverged." in said


def test_a_search_of_one_parameter_without_a_race_or_structures_made_by_hand() -> None:
    said = text(one_parameter())
    assert "varies 1 parameter over the ranges" in said
    assert "all can be built" in said
    assert "There was no race: every trial was trained to its end, 16 epochs." in said
    assert "The leading trial was trained again" in said  # two came to the end; one was asked to lead
    assert "No structure made by hand was measured beside it." in said


def test_long_lists_of_values_are_cut_to_the_most_important() -> None:
    found = search(importance=importance())
    values = TRIALS[3].values
    assert named_values(found, values) == "hidden layers = 2, learning rate = 1e-4, units 2 = 16"
    assert named_values(found, values, 2) == "learning rate = 1e-4, units 2 = 16, and 1 more"
    assert named_values(search(), values, 1) == "hidden layers = 2, and 2 more"


def test_every_point_is_accounted_for() -> None:
    rows = {row[0]: row[1:4] for row in accounting_table(search()).rows}
    assert rows == {
        "complete": ("3", "30%", "yes"),
        "pruned": ("2", "20%", "yes"),
        "invalid": ("2", "20%", "no"),
        "duplicate": ("1", "10%", "no"),
        "diverged": ("1", "10%", "yes"),
        "failed": ("1", "10%", "yes"),
        "all": ("10", "", ""),
    }
    pruning = {row[0]: row[3] for row in accounting_table(search(on_invalid="prune")).rows}
    assert (pruning["invalid"], pruning["duplicate"]) == ("yes", "no")


def test_reasons_are_summarised_without_their_numbers() -> None:
    table = reasons_table(search())
    assert table is not None
    assert [row[1:] for row in table.rows] == [("2", "100%")]
    assert table.rows[0][0].startswith("layer 'conv1' cannot be built")
    assert reasons_table(all_diverged()) is None


def test_the_finalists_stand_with_both_scores() -> None:
    rows = {row[0]: row for row in finalists_table(search()).rows}
    assert rows["trial 3"] == (
        "trial 3", "25", "0.400", "0.500", "0.450 to 0.550", "0.0500", "2", "0.8", "not worse",
    )  # fmt: skip
    assert [row[-1] for row in rows.values()] == ["not worse", "winner", "worse", "by hand", "diverged"]
    assert rows["net"][2] == "–"


def test_the_space_and_the_best_values_in_it() -> None:
    rows = {row[0]: row[1:] for row in space_table(search(importance=importance())).rows}
    assert rows["hidden layers"] == ("1 to 2", "2", "2", "10% (0% to 20%)")
    assert rows["learning rate"] == ("1e-4 to 0.1, log", "1e-4 (near an end)", "1e-4", "30% (20% to 50%)")
    assert rows["units 2 (of some networks)"] == ("4 to 64", "32", "16 to 32", "60% (10% to 90%)")
    assert values_table(search()).rows[2] == ("units 2", "16", "32", "–")
    assert space_table(all_diverged()).rows[0] == ("hidden layers", "1 to 2", "–", "–", "–")


def test_the_first_page() -> None:
    winner = result((training(0.5), training(0.3, 1)), refit=True)
    view = SearchView("mine", "", known_searches.record(winner=winner, ensemble=ENSEMBLE), None)
    lost = SearchView("lost", "", known_searches.record(all_diverged()), None)
    assert searched([view]) == ["7 trials of the space mine on known"]
    [found, nothing] = searches_found([view, lost])
    assert found.startswith("Best of 7 trials of the space mine on known is trial 7 (")
    assert "its test mean squared error is 0.40 ± 0.14 (n = 2). An ensemble of 3 networks has 0.350." in found
    assert nothing.startswith(
        "Of 2 trials of the space mine on known, none has a score: every trial diverged"
    )
    sure = search_sureness([view, lost])
    assert "trial 7 of mine is significantly better than net, the best structure made by hand" in sure[0]
    assert sure[1] == "Trial 3 is not significantly worse than trial 7 of mine."
    assert len(sure) == 2
    assert (
        "its race avoided 25% of the epochs that training 7 trials to the end takes"
        in searches_cost([view])[0]
    )
    assert n_searched([view]) == 24 + 2 + 3


def test_finalists_that_all_diverged_by_hand_are_said() -> None:
    hand = [each for each in FINALISTS if each.trial is not None]
    found = search(finalists=(*hand, FINALISTS[-1]), difference=None)
    assert "Of the structures made by hand (net3) none came to its end." in text(found)
