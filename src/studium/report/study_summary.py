"""What studies add to the report's first page."""

from __future__ import annotations

from studium.report.numbers import METRIC_NAMES, count, listed, metric
from studium.report.study_narrative import NOUNS, score_words
from studium.report.study_steps import ComparisonView, StudyView
from studium.report.study_words import verdict
from studium.studies.results import StudyResult


def tried_in_studies(studies: list[StudyView], comparisons: list[ComparisonView]) -> list[str]:
    """What was varied, and what was compared, in a sentence each."""
    varied = [f"{_parameters(group)} on {data}" for data, group in _by_data(studies).items()]
    compared = [
        f"{listed([each.name for each in view.record.comparison.candidates])} on {view.record.comparison.data}"
        for view in comparisons
    ]
    sentences = {"Varied": varied, "Compared": compared}
    return [f"{verb}: {'; '.join(parts)}." for verb, parts in sentences.items() if parts]


def studies_found(studies: list[StudyView]) -> list[str]:
    """The good values, a sentence for each dataset."""
    return [
        f"Good values on {data}: {'; '.join(_good(study) for study in group)}."
        for data, group in _by_data(studies).items()
    ]


def comparisons_found(comparisons: list[ComparisonView]) -> list[str]:
    """The winners, and what they score on test rows."""
    return [_won(view) for view in comparisons]


def study_sureness(studies: list[StudyView], comparisons: list[ComparisonView]) -> list[str]:
    """How the good ranges and the winners were tested."""
    sentences = []
    if studies:
        numbers = sorted({view.record.study.n_replicates for view in studies})
        sentences.append(
            "Each good range holds the values around the best in which none is significantly worse, by paired tests over "
            f"{listed([str(n) for n in numbers], 'or')} trainings a value, corrected for overlapping training sets and for "
            "the number of values."
        )
    return [*sentences, *(_sure(view) for view in comparisons if view.record.comparison.winner is not None)]


def n_studied(studies: list[StudyView], comparisons: list[ComparisonView]) -> int:
    """Trainings of all studies."""
    compared = sum(
        view.record.comparison.n_trainings + (view.record.winner is not None) for view in comparisons
    )
    return sum(view.record.study.n_trainings for view in studies) + compared


def _by_data(studies: list[StudyView]) -> dict[str, list[StudyResult]]:
    groups: dict[str, list[StudyResult]] = {}
    for view in studies:
        groups.setdefault(view.record.study.data, []).append(view.record.study)
    return groups


def _parameters(studies: list[StudyResult]) -> str:
    """What was varied of each network."""
    models: dict[str, list[str]] = {}
    for study in studies:
        models.setdefault(study.model, []).append(" with ".join(study.labels))
    return listed([f"{listed(labels)} of {model}" for model, labels in models.items()])


def _good(study: StudyResult) -> str:
    together = "varied together, " if len(study.ranges) > 1 else ""
    return (
        f"{' and '.join(each.text.replace(': ', ' ', 1) for each in study.ranges)} ({together}{study.model})"
    )


def _won(view: ComparisonView) -> str:
    found, retrained = view.record.comparison, view.record.winner
    if found.winner is None:
        return f"Of {listed([each.name for each in found.candidates])}, all diverged."
    score = f"a validation {METRIC_NAMES[found.metric]} of {score_words(found.winner.score, found.metric)}"
    contenders = f"{len(found.candidates)} {NOUNS[view.record.kind]} on {found.data}"
    text = f"Best of {contenders} is {found.winner.name}, with {score}"
    model = None if retrained is None else retrained.model
    if model is None or model.test is None:
        return f"{text}."
    interval = model.test_interval
    ends = (
        ""
        if interval is None
        else f", {interval.level:.0%} interval {metric(interval.low, found.metric)} to "
    )
    ends += "" if interval is None else metric(interval.high, found.metric)
    return (
        f"{text}; retrained on all training rows its test {METRIC_NAMES[found.metric]} is "
        f"{metric(model.test.metric, found.metric)} ({count(model.test.n, 'row')}{ends})."
    )


def _sure(view: ComparisonView) -> str:
    found = view.record.comparison
    assert found.winner is not None
    equal = [each.name for each in found.candidates if verdict(each.score, found.best) == "not worse"]
    worse = [
        each.name for each in found.candidates if verdict(each.score, found.best) in ("worse", "diverged")
    ]
    words = [
        *([f"{listed(equal)} {'is' if len(equal) == 1 else 'are'} not significantly worse"] if equal else []),
        *([f"{listed(worse)} {'is' if len(worse) == 1 else 'are'} worse"] if worse else []),
    ]
    tests = f"paired tests over {found.resampling} that had no part in the tuning"
    return f"Behind {found.winner.name}, {listed(words)}, by {tests}."
