"""Steps that search, in words, from their results."""

from __future__ import annotations

from studium.report.numbers import METRIC_NAMES, count, duration, listed, mean_and_spread, metric
from studium.report.search_words import (
    difference_words,
    dimensions,
    flattery_words,
    is_near_end,
    n_counted,
    named_values,
    other_epochs,
    standing,
)
from studium.report.study_narrative import score_words
from studium.report.study_words import value_text
from studium.runs.results import TrainResult
from studium.runs.study_records import EnsembleRecord, SearchRecord
from studium.runs.summary import summarise
from studium.studies.search_results import SearchResult

_SAID = 8  # values of the winner; all are in the table
_SAMPLERS = {
    "tpe": "by a tree-structured Parzen estimator, which learns from the scores",
    "gp": "by a Gaussian process, which learns from the scores",
    "qmc": "from a quasi-random sequence",
    "random": "at random",
    "grid": "from a grid",
}


def search_paragraphs(record: SearchRecord) -> list[str]:
    """What was searched, what won and how sure that is, what it scores on the test rows, and what it cost."""
    found = record.search
    parts = [
        _searched(record),
        _raced(found),
        _invalid(found),
        _won(found),
        _against_hand_made(found),
        _retrained(record),
        _together(record.ensemble, record),
        _edges(found),
        _statistics(found),
    ]
    return [text for text in parts if text]


def _searched(record: SearchRecord) -> str:
    found, data = record.search, record.data
    conditional = len(found.conditional)
    some = f", {conditional} of which only some networks have," if conditional else ""
    rows = f"{data.n_train:,} training and {data.n_validation:,} validation rows of {data.name}"
    if "rows" in found.resampling:  # held out; they are named already
        rows = data.name
    return (
        f"The space {found.space} varies {count(len(found.parameters), 'parameter')}{some} over the ranges in the table "
        f"below; of 2,000 of its points drawn at random, {_share(found.share_valid)} can be built. "
        f"{count(n_counted(found), 'trial')} of {found.asked:,} asked for {_were(n_counted(found))} drawn "
        f"{_SAMPLERS.get(found.sampler, found.sampler)}. Each was scored over {found.resampling}, the same for all, "
        f"on {rows}."
    )


def _share(share: float) -> str:
    return "all" if share == 1 else "fewer than 1%" if share < 0.01 else f"{100 * share:.0f}%"


def _were(n: int) -> str:
    return "was" if n == 1 else "were"


def _raced(found: SearchResult) -> str:
    counts = found.counts
    if len(found.rungs) == 1:
        return f"There was no race: every trial was trained to its end, {count(found.rungs[0], 'epoch')}."
    rungs = listed([f"{rung:,}" for rung in found.rungs[:-1]])
    ends = [f"{counts['complete']} came to the end, {counts['pruned']} {_were(counts['pruned'])} dropped"]
    ends += [f"{counts[word]} {word}" for word in ("diverged", "failed") if counts[word]]
    return (
        f"Trials advanced together and were compared after {rungs} of {found.rungs[-1]:,} epochs; about one in "
        f"{found.keep} went on each time. {', '.join(ends)}. Summed over all networks the race trained "
        f"{found.n_epochs:,} epochs; training every trial to its end takes {found.n_epochs_without_race:,}, so that "
        f"{found.saved:.0%} of the training was saved."
    )


def _invalid(found: SearchResult) -> str:
    n = found.counts["invalid"]
    if not n:
        return ""
    if found.on_invalid == "prune":
        return (
            f"Invalid structures count as trials here: they cost {n} of the {n_counted(found)} trials, so that "
            f"{n_counted(found) - n} were left to find a network."
        )
    return f"{count(n, 'point')} could not be built, and {_were(n)} replaced before anything was trained."


def _won(found: SearchResult) -> str:
    winner = found.winner
    if winner is None:
        return f"Nothing won: {found.advice or 'no trial came to its end'}."
    leading = [each for each in found.finalists if each.trial is not None]
    again = (
        "The only trial that came to its end was trained again"
        if found.counts["complete"] == 1
        else "The leading trial was trained again"
        if len(leading) == 1
        else f"The {len(leading)} leading trials were trained again"
    )
    size = count(winner.score.parameters, "parameter")
    text = (
        f"{again} over {found.fresh_resampling} that had no part in the search{_longer(found)}, "
        "so that the luckiest does not win. "
        f"Best there is {winner.name} ({named_values(found, winner.values, _SAID)}), {_given(found)}a network with {size}, "
        f"with a validation {METRIC_NAMES[found.metric]} of {score_words(winner.score, found.metric)}."
    )
    advice = f"Note: {found.advice}." if found.advice else ""
    return " ".join(filter(None, [text, flattery_words(found), _equals(found), advice]))


def _given(found: SearchResult) -> str:
    return "which is a point that the space begins with, " if found.winner_is_given else ""


def _longer(found: SearchResult) -> str:
    epochs = other_epochs(found)
    return "" if epochs is None else f", for {count(epochs, 'epoch')} in place of {found.rungs[-1]:,}"


def _equals(found: SearchResult) -> str:
    groups = {
        "not worse": "Not significantly worse",
        "worse": "Worse",
        "diverged": "Diverged there, and therefore worse",
        "failed": "Failed there, so that nothing is known of them",
    }
    said = []
    for word, phrase in groups.items():
        names = [
            each.name for each in found.finalists if each.trial is not None and standing(each, found) == word
        ]
        said += [f"{phrase}: {listed(names)}."] if names else []
    return " ".join(said)


def _against_hand_made(found: SearchResult) -> str:
    by_hand = [each for each in found.finalists if each.trial is None]
    if found.winner is None:
        return ""
    if not by_hand:
        return "No structure made by hand was measured beside it."
    if found.difference is None:
        return f"Of the structures made by hand ({listed([each.name for each in by_hand])}) none came to its end."
    rival = next(each for each in by_hand if each.name == found.difference.hand_made)
    score = score_words(rival.score, found.metric)
    verdict = difference_words(found, found.winner.name, rival.name)
    usual = count(round(rival.score.epochs.mean), "epoch")
    return (
        f"The best structure made by hand is {rival.name}, trained as usual for {usual}, with {score} "
        f"over the same rows and seeds. {verdict}"
    )


def _retrained(record: SearchRecord) -> str:
    result, found = record.winner, record.search
    if result is None:
        return ""
    model = result.model
    if model is None or model.test is None:
        return f"Retrained on all training rows, the winner {result.status}; there is no model."
    name, n = result.data.metric, len(result.trainings)
    measured = other_epochs(found) or found.rungs[-1]
    as_measured = (
        "exactly as it was measured, with the same settings"
        if model.epochs == measured
        else f"with the same settings, but not for the {count(measured, 'epoch')} of its measurement"
    )
    text = (
        f"The winner was retrained {count(n, 'time')} on all {result.data.n_train:,} training rows for "
        f"{count(model.epochs, 'epoch')}, {as_measured}, and tested once. Its test {METRIC_NAMES[name]} is "
        f"{_tested(result)}. The exported model is that of the first seed, chosen before any score was known; it scores "
        f"{metric(model.test.metric, name)}"
    )
    interval = model.test_interval
    if interval is None:
        return f"{text}."
    ends = f"{metric(interval.low, name)} to {metric(interval.high, name)}"
    return f"{text} ({interval.level:.0%} interval {ends}; {interval.method})."


def _tested(result: TrainResult) -> str:
    values = result.metrics("test")
    spread = mean_and_spread(summarise(values), result.data.metric)
    meaning = "mean ± standard deviation, " if len(values) > 1 else ""
    return f"{spread} ({meaning}n = {len(values)})"


def _together(ensemble: EnsembleRecord | None, record: SearchRecord) -> str:
    if ensemble is None:
        return ""
    name = record.data.metric
    members = {each: ensemble.members.count(each) for each in ensemble.members}
    who = listed([f"{each} ({count(n, 'time')})" if n > 1 else each for each, n in members.items()])
    return (
        f"{count(len(ensemble.members), 'network')} of {who}, each trained on all training rows, are exported together: "
        f"the mean of their answers has a test {METRIC_NAMES[name]} of {metric(ensemble.test.metric, name)} "
        f"({count(ensemble.test.n, 'row')}; one ensemble, so nothing is known of its spread over seeds)."
    )


def _edges(found: SearchResult) -> str:
    if found.winner is None:
        return ""
    at_edge = [
        f"{each.parameter.label} {value_text(found.winner.values[each.name])}"
        for each in dimensions(found)
        if each.name in found.winner.values and is_near_end(each, found.winner.values[each.name])
    ]
    if not at_edge:
        return ""
    return f"Near an end of its range, so that a better value may lie outside: {listed(at_edge)}."


def _statistics(found: SearchResult) -> str:
    cost = f"{count(found.n_trainings, 'training')} of the search and the final measurement took {duration(found.seconds)}."
    if found.winner is None:
        return cost
    against = (
        f"; against structures made by hand: {found.difference.test}" if found.difference is not None else ""
    )
    return (
        f"{cost} Test among the leading trials: every one against every other, paired over the same trainings and "
        f"corrected for overlapping training sets and for their number{against}. Not being worse is no evidence of being "
        "as good."
    )
