"""The report's first page in words: what was asked, what was found, how sure that is, what it cost."""

from __future__ import annotations

from dataclasses import dataclass

from studium.report.numbers import METRIC_NAMES, count, difference, duration, listed, mean_and_spread
from studium.report.search_steps import SearchView
from studium.report.search_summary import n_searched, search_sureness, searched, searches_cost, searches_found
from studium.report.steps import StepView, by_data
from studium.report.study_steps import ComparisonView, StudyView
from studium.report.study_summary import (
    comparisons_found,
    n_studied,
    studies_found,
    study_sureness,
    tried_in_studies,
)
from studium.runs.folder import RunFolder
from studium.runs.ranking import ranked
from studium.runs.results import MetricName, StepComparison


@dataclass(frozen=True)
class Paragraphs:
    """A heading and the sentences under it."""

    heading: str
    sentences: tuple[str, ...]


def summary(
    folder: RunFolder,
    steps: list[StepView],
    studies: list[StudyView],
    comparisons: list[ComparisonView],
    searches: list[SearchView],
) -> list[Paragraphs]:
    """The summary of a run.

    Args:
        folder: The run.
        steps: Its finished `train` steps.
        studies: Its finished `study` steps.
        comparisons: Its finished `compare` and `optimizers` steps.
        searches: Its finished `search` steps.
    """
    groups = by_data(steps)
    found = [sentence for group in groups for sentence in _found(group)]
    sure = [*_sureness(folder, steps), *study_sureness(studies, comparisons), *search_sureness(searches)]
    n_trainings = n_studied(studies, comparisons) + n_searched(searches)
    tried = [*tried_in_studies(studies, comparisons), *searched(searches)]
    parts = [
        Paragraphs("Asked", _asked(folder, groups, tried)),
        Paragraphs(
            "Found",
            (*found, *studies_found(studies), *comparisons_found(comparisons), *searches_found(searches)),
        ),
        Paragraphs("How sure", tuple(sure)),
        Paragraphs("Cost", (*_cost(folder, steps, n_trainings), *searches_cost(searches))),
    ]
    return [part for part in parts if part.sentences]


def _asked(folder: RunFolder, groups: list[list[StepView]], studied: list[str]) -> tuple[str, ...]:
    trained = [f"{_names(group)} on {group[0].result.data.name}" for group in groups]
    sentences = [*([f"Trained: {'; '.join(trained)}."] if trained else []), *studied]
    question = str(folder.plan.get("question", ""))
    return (*([question] if question else []), *(sentences or ["Nothing has been tried so far."]))


def _names(group: list[StepView]) -> str:
    return listed([step.name for step in group])


def _found(group: list[StepView]) -> list[str]:
    data, metric = group[0].result.data.name, group[0].metric
    order = ranked({step.name: step.result for step in group})
    views = {step.name: step for step in group}
    scores = [f"{mean_and_spread(views[name].summary('test'), metric)} with {name}" for name in order]
    sentences = (
        [f"On the test rows of {data}, the {METRIC_NAMES[metric]} is {listed(scores)}."] if scores else []
    )
    if len(order) > 1:
        sentences.append(f"By the validation rows, which alone may choose, {order[0]} is the best of them.")
    return sentences + [words for step in group for words in _lost(step)]


def _lost(step: StepView) -> list[str]:
    lost = {"diverged": step.result.n_diverged, "failed": step.result.n_failed}
    trainings = f"of the {count(len(step.result.trainings), 'training')} of {step.name}"
    return [f"{n} {trainings} {word}." for word, n in lost.items() if n]


def _sureness(folder: RunFolder, steps: list[StepView]) -> list[str]:
    metrics = {step.name: step.metric for step in steps}
    return [*_spread(steps), *(_difference(each, metrics[each.better]) for each in folder.comparisons)]


def _spread(steps: list[StepView]) -> list[str]:
    numbers = sorted({len(step.result.metrics("test")) for step in steps} - {0})
    if not numbers:
        return []
    if numbers == [1]:
        return ["There is one training of each network, so nothing is known of the spread over seeds."]
    trainings = listed([str(n) for n in numbers], "or")
    return [f"Behind ± stands the standard deviation over {trainings} trainings with different seeds."]


def _difference(found: StepComparison, metric: MetricName) -> str:
    unit = " percentage points" if metric == "accuracy" else ""
    verdict = "is clear" if found.settled else "is not settled"
    return (
        f"That {found.better} is ahead of {found.worse} {verdict}: the difference in validation {METRIC_NAMES[metric]} is "
        f"{difference(found.difference, metric)}{unit} ({found.level:.0%} interval "
        f"{difference(found.low, metric)} to {difference(found.high, metric)}; corrected resampled t-test over {found.n} "
        f"{found.pairs})."
    )


def _cost(folder: RunFolder, steps: list[StepView], n_studied: int) -> tuple[str, ...]:
    trainings = n_studied + sum(len(step.history.trainings) + len(step.history.folds) for step in steps)
    system, cores = (folder.environment.get(key, "unknown") for key in ("system", "cores"))
    seconds = duration(folder.state.seconds)
    return (f"{seconds} for {count(trainings, 'training')}; {system}, cores: {cores}.",)
