"""Somebody else's numbers beside ours, as one table for the whole run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from studium.numerals import compact_number
from studium.report.numbers import SHORT_NAMES, listed, mean_and_spread, metric, number
from studium.report.steps import ReferenceView, StepView
from studium.report.study_steps import ComparisonView, StudyView
from studium.report.study_words import verdict
from studium.report.table import Table
from studium.report.tables import PARTS
from studium.runs.references import BestReference, RangeReference, Source
from studium.runs.summary import Summary, summarise
from studium.studies.results import ComparisonResult, StudyResult

_CAPTION = (
    "This run: scores as mean ± standard deviation over so many values, trainings with different seeds or, for validation, "
    "folds. Good ranges: the stretch of values around the best of which none is significantly worse, each trained so many "
    "times. Best: what is not significantly worse stands beside it."
)

Row = tuple[str, str, str, str, str]


def reference_table(
    steps: list[StepView], studies: list[StudyView], comparisons: list[ComparisonView]
) -> Table | None:
    """Our numbers beside somebody else's; ``None`` when the plan has none."""
    rows = tuple(_rows(steps, studies, comparisons))
    if not rows:
        return None
    references = [each.reference for views in (steps, studies, comparisons) for each in views]
    header = ("quantity", reference_name(references), "this run", "n", "remark")
    return Table(header=header, rows=rows, caption=_CAPTION, words=(0, 4))


def reference_name(references: Iterable[ReferenceView | Source | None]) -> str:
    """Who reported the numbers beside ours."""
    names = {each.name for each in references if each is not None}
    return names.pop() if len(names) == 1 else "others"


def _rows(
    steps: list[StepView], studies: list[StudyView], comparisons: list[ComparisonView]
) -> Iterator[Row]:
    named = {step.name: step for step in steps}
    for step in steps:
        yield from _scores(step)
    for study in studies:
        if study.reference is not None:
            yield _good_range(study.record.study, study.reference)
    for comparison in comparisons:
        if comparison.reference is not None:
            yield from _best(comparison, comparison.reference)
    for step in steps:
        yield from _effect(step, named)


def _scores(step: StepView) -> Iterator[Row]:
    if step.reference is None:
        return
    for part, value in step.reference.values.items():
        ours = step.summary(part)
        yield (
            f"{step.name} on {step.result.data.name}: {PARTS[part]} {SHORT_NAMES[step.metric]}",
            metric(value, step.metric),
            mean_and_spread(ours, step.metric),
            "–" if ours is None else f"{ours.n}",
            step.reference.note if part == "test" else "",
        )


def _effect(step: StepView, named: dict[str, StepView]) -> Iterator[Row]:
    """What the loss becomes with what a step adds to another one."""
    reference = step.reference
    if reference is None or reference.losses is None or reference.without not in named:
        return
    ours = [_test_losses(each) for each in (named[reference.without], step)]
    yield (
        f"effect of {step.name} beside {reference.without} on {step.result.data.name}: test loss",
        " → ".join(number(value) for value in reference.losses),
        " → ".join(mean_and_spread(each, "mse") for each in ours),
        " → ".join("–" if each is None else f"{each.n}" for each in ours),
        reference.note,
    )


def _test_losses(step: StepView) -> Summary | None:
    return summarise([each.test.loss for each in step.result.trainings if each.test is not None])


def _good_range(study: StudyResult, reference: RangeReference) -> Row:
    good = study.ranges[0]
    low, high = (compact_number(value, log=study.log[0]) for value in (reference.low, reference.high))
    return (
        f"good range of {study.labels[0]} of {study.model} on {study.data}",
        f"[{low}, {high}]",
        good.text.partition(": ")[2],
        f"{study.n_replicates}",
        "; ".join(filter(None, (good.open_end, reference.note))),
    )


def _best(view: ComparisonView, reference: BestReference) -> Iterator[Row]:
    found, kind = view.record.comparison, view.record.kind
    noun = "optimiser" if kind == "optimizers" else "structure"
    yield (
        f"best {noun} on {found.data}",
        reference.best,
        _winner_text(found),
        "–" if found.winner is None else f"{found.winner.score.n}",
        reference.note if reference.test is None else "",
    )
    if reference.test is not None:
        yield _retrained(view, reference, reference.test, noun)


def _winner_text(found: ComparisonResult) -> str:
    if found.winner is None:
        return "none: all diverged"
    equal = [each.name for each in found.candidates if verdict(each.score, found.best) == "not worse"]
    return f"{found.winner.name} (or {listed(equal, 'or')})" if equal else found.winner.name


def _retrained(view: ComparisonView, reference: BestReference, theirs: float, noun: str) -> Row:
    name, result = view.record.comparison.metric, view.record.winner
    ours = None if result is None else summarise(result.metrics("test"))
    model = None if result is None else result.model
    interval = None if model is None else model.test_interval
    ends = (
        ""
        if interval is None
        else f"{interval.level:.0%} interval {metric(interval.low, name)} to {metric(interval.high, name)}"
    )
    return (
        f"best {noun} retrained on all training rows of {view.record.comparison.data}: test {SHORT_NAMES[name]}",
        metric(theirs, name),
        mean_and_spread(ours, name),
        "–" if ours is None else f"{ours.n}",
        "; ".join(filter(None, (ends, reference.note))),
    )
