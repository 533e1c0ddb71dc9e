"""Steps that study, in words, from their results."""

from __future__ import annotations

from studium.report.figures.study_stopping import PARAMETER
from studium.report.numbers import METRIC_NAMES, count, duration, listed, metric
from studium.report.study_words import value_text, values_text, verdict
from studium.runs.study_records import ComparisonRecord, StudyRecord
from studium.studies.results import Candidate, ComparisonResult, MetricName, StudyResult, Trial


def study_paragraphs(record: StudyRecord) -> list[str]:
    """What was studied, which values are good, what stands out, and how that was tested."""
    study = record.study
    parts = [_done(record), _good(study), _stopping(study), _statistics(study.test, study.watched)]
    return [text for text in parts if text]


def comparison_paragraphs(record: ComparisonRecord) -> list[str]:
    """What was compared, what won, what it scored on the test rows, and how that was tested."""
    found = record.comparison
    parts = [_compared(record), _won(found), _retrained(record), _statistics(found.test, found.watched)]
    return [text for text in parts if text]


def score_words(trial: Trial, name: MetricName) -> str:
    """A mean with its interval and n."""
    if trial.mean is None:
        return f"no mean, since a training {trial.status}"
    if trial.low is None or trial.high is None:
        return f"{metric(trial.mean, name)} (n = {trial.n})"
    ends = f"{metric(trial.low, name)} to {metric(trial.high, name)}"
    return f"{metric(trial.mean, name)} (95% interval {ends}, n = {trial.n})"


def _done(record: StudyRecord) -> str:
    study, data = record.study, record.data
    varied, space = listed(list(study.labels)), "; ".join(study.space).replace(",", ", ")
    points = count(len(study.trials), "pair of values" if len(study.labels) > 1 else "value", _plural(study))
    rows = f"{data.n_train:,} training and {data.n_validation:,} validation rows of {data.name}"
    if "rows" in study.resampling:  # held out; they are named already
        rows = data.name
    return (
        f"{varied.capitalize()} of {study.model} varied over {points} ({space}), all else being equal. "
        f"Each was trained over {study.resampling}, the same for all, on {rows}. "
        f"{count(study.n_trainings, 'training')} took {duration(record.seconds)}."
    )


def _plural(study: StudyResult) -> str:
    return "pairs of values" if len(study.labels) > 1 else ""


def _good(study: StudyResult) -> str:
    best = study.best_trial
    if best is None:
        return f"There is no good value: {study.advice}."
    verdicts = [verdict(trial, study.best) for trial in study.trials]
    counts = [
        _counted(verdicts.count(word), *phrases) for word, phrases in _PHRASES.items() if word in verdicts
    ]
    text = ". ".join(f"{each.text[0].upper()}{each.text[1:]}" for each in study.ranges)
    joint = (
        " These are the values that occur in points not worse than the best; the map shows which pairs are good."
        if len(study.ranges) > 1
        else ""
    )
    ends = "".join(
        f" {each.open_end[0].upper()}{each.open_end[1:]}." for each in study.ranges if each.open_end
    )
    geometric = ", the smallest geometric mean" if study.lower_is_better else ""
    return (
        f"{text}.{joint} The best has a validation {METRIC_NAMES[study.metric]} of {score_words(best, study.metric)}"
        f"{geometric}. Of the others, {listed(counts)}.{ends}"
        if counts
        else f"{text}. The only value has a validation {METRIC_NAMES[study.metric]} of {score_words(best, study.metric)}."
    )


_PHRASES = {
    "not worse": ("is not significantly worse", "are not significantly worse"),
    "worse": ("is worse", "are worse"),
    "diverged": (
        "diverged in some training and counts as worse",
        "diverged in some training and count as worse",
    ),
    "failed": ("failed, so that nothing is known of it", "failed, so that nothing is known of them"),
}


def _counted(n: int, singular: str, plural: str) -> str:
    return f"{n} {singular if n == 1 else plural}"


def _stopping(study: StudyResult) -> str:
    best = study.best_trial
    if study.parameters != (PARAMETER,) or best is None:
        return ""
    text = (
        f"With patience {value_text(best.values[PARAMETER])} trainings ended after {_epochs(best)} of at most "
        f"{study.config['epochs']:,} epochs"
    )
    never = next((trial for trial in study.trials if trial.values[PARAMETER] == "none"), None)
    if never is None or never is best or never.mean is None:
        return f"{text}."
    return (
        f"{text}; without early stopping all epochs are trained, and the {METRIC_NAMES[study.metric]} is "
        f"{score_words(never, study.metric)}."
    )


def _epochs(trial: Trial) -> str:
    epochs = trial.epochs
    if epochs.low is None or epochs.high is None:
        return f"{epochs.mean:,.0f}"
    return f"{epochs.mean:,.0f} (95% interval {max(epochs.low, 0):,.0f} to {epochs.high:,.0f}, n = {trial.n})"


def _compared(record: ComparisonRecord) -> str:
    found = record.comparison
    names, points = listed([each.name for each in found.candidates]), count(found.n_points, "point")
    return (
        f"{NOUNS[record.kind].capitalize()} on {found.data}: {names}. Each was tuned with {points} over its own ranges, "
        f"scored over {found.tuning_resampling}; then the tuned ones were compared over {found.resampling} that had no part "
        f"in the tuning. {count(found.n_trainings, 'training')} took {duration(record.seconds)}."
    )


def _won(found: ComparisonResult) -> str:
    best = found.winner
    if best is None:
        return f"Nothing won: {found.advice}."
    tuned = f", tuned to {values_text(best.tuned)}," if best.tuned else ""
    score = f"a validation {METRIC_NAMES[found.metric]} of {score_words(best.score, found.metric)}"
    text = f"Best is {best.name}{tuned} with {score}."
    groups = {
        word: [
            each.name
            for each in found.candidates
            if each is not best and verdict(each.score, found.best) == word
        ]
        for word in _CONTENDERS
    }
    said = [f"{_CONTENDERS[word]}: {listed(names)}." for word, names in groups.items() if names]
    return " ".join([text, *said, *_edges(found.candidates)])


NOUNS = {"compare": "structures", "optimizers": "optimisers"}
"""What each kind of step compares."""

_CONTENDERS = {
    "not worse": "Not significantly worse",
    "worse": "Worse",
    "diverged": "Diverged, and therefore worse",
    "failed": "Failed, so that nothing is known of them",
}


def _edges(candidates: tuple[Candidate, ...]) -> list[str]:
    at_edge = [
        f"{listed([name.replace('_', ' ') for name in each.at_edge])} of {each.name}"
        for each in candidates
        if each.at_edge
    ]
    if not at_edge:
        return []
    return [
        f"Tuned to a value near an end of its range, so that a better one may lie outside: {'; '.join(at_edge)}."
    ]


def _retrained(record: ComparisonRecord) -> str:
    result = record.winner
    if result is None:
        return ""
    model = result.model
    if model is None or model.test is None:
        return f"Retrained on all training rows, {result.network.name} {result.status}; there is no model."
    name = result.data.metric
    interval = model.test_interval
    sure = ""
    if interval is not None:
        ends = f"{metric(interval.low, name)} to {metric(interval.high, name)}"
        sure = f" ({interval.level:.0%} interval {ends}; {interval.method})"
    rows, epochs = f"{result.data.n_train:,} training rows", count(model.epochs, "epoch")
    return (
        f"{result.network.name} was retrained on all {rows} for {epochs}, the number with the smallest mean validation loss "
        f"in the comparison, and tested once: its test "
        f"{METRIC_NAMES[name]} is {metric(model.test.metric, name)}{sure}. It is the exported model."
    )


def _statistics(test: str, watched: str) -> str:
    also = f" {watched[0].upper()}{watched[1:]}." if watched else ""
    return f"Test: {test}. Not being worse is no evidence of being as good.{also}"
