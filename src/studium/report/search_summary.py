"""What searches add to the report's first page."""

from __future__ import annotations

from studium.report.numbers import METRIC_NAMES, count, duration, listed, mean_and_spread, metric
from studium.report.search_steps import SearchView
from studium.report.search_words import difference_words, n_counted, named_values, standing
from studium.report.study_narrative import score_words
from studium.runs.summary import summarise
from studium.studies.search_results import SearchResult

_SAID = 5  # values of a winner


def searched(views: list[SearchView]) -> list[str]:
    """What was searched."""
    return [_trials(view.record.search) for view in views]


def searches_found(views: list[SearchView]) -> list[str]:
    """The winners, and what they score on the test rows."""
    return [_won(view) for view in views]


def search_sureness(views: list[SearchView]) -> list[str]:
    """How the winners stand beside other trials and beside structures made by hand."""
    return [sentence for view in views for sentence in _sure(view)]


def searches_cost(views: list[SearchView]) -> list[str]:
    """What the races saved."""
    return [
        f"Of that, {view.name} took {duration(view.record.seconds)}; its race avoided {view.record.search.saved:.0%} of the "
        f"epochs that training {count(n_counted(view.record.search), 'trial')} to the end takes."
        for view in views
        if len(view.record.search.rungs) > 1
    ]


def n_searched(views: list[SearchView]) -> int:
    """Trainings of all searches, with the final ones."""
    total = 0
    for view in views:
        winner, ensemble = view.record.winner, view.record.ensemble
        total += view.record.search.n_trainings
        total += 0 if winner is None else len(winner.trainings)
        total += 0 if ensemble is None else len(ensemble.members)
    return total


def _rival(found: SearchResult) -> str:
    return (
        "" if found.difference is None else f"{found.difference.hand_made}, the best structure made by hand"
    )


def _trials(found: SearchResult) -> str:
    return f"{count(n_counted(found), 'trial')} of the space {found.space} on {found.data}"


def _won(view: SearchView) -> str:
    found, result = view.record.search, view.record.winner
    trials = _trials(found)
    if found.winner is None:
        return f"Of {trials}, none has a score: {found.advice or 'no trial came to its end'}."
    text = (
        f"Best of {trials} is {found.winner.name} ({named_values(found, found.winner.values, _SAID)}), with a validation "
        f"{METRIC_NAMES[found.metric]} of {score_words(found.winner.score, found.metric)} on rows and seeds that the search "
        "had not used"
    )
    values = [] if result is None else result.metrics("test")
    if not values:
        return f"{text}."
    test = f"{mean_and_spread(summarise(values), found.metric)} (n = {len(values)})"
    return f"{text}; retrained on all training rows its test {METRIC_NAMES[found.metric]} is {test}.{_together(view)}"


def _together(view: SearchView) -> str:
    ensemble = view.record.ensemble
    if ensemble is None:
        return ""
    n = count(len(ensemble.members), "network")
    return f" An ensemble of {n} has {metric(ensemble.test.metric, view.record.search.metric)}."


def _sure(view: SearchView) -> list[str]:
    found = view.record.search
    if found.winner is None:
        return []
    equal = [each.name for each in found.finalists if standing(each, found) == "not worse"]
    subject = f"{found.winner.name} of {view.name}"
    sentences = [difference_words(found, subject, _rival(found))] if found.difference is not None else []
    if equal:
        are = "is" if len(equal) == 1 else "are"
        sentences.append(f"{listed(equal).capitalize()} {are} not significantly worse than {subject}.")
    return sentences
