"""Steps that look inside a network, in the report: the pages of ``studium inspect`` as parts of one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from studium.report.activations_page import activations_page, prediction_words
from studium.report.drawing import Drawing
from studium.report.inspection import Inspection, Part
from studium.report.maximization_page import maximization_page
from studium.report.numbers import duration
from studium.report.step_content import StepContent
from studium.report.weights_page import weights_page
from studium.runs.inspection_record import InspectionRecord


@dataclass(frozen=True)
class InspectionView:
    """A finished `inspect` step, with what its plan says of it.

    Attributes:
        name: Name of the step.
        about: What it is to show.
        record: What it left.
    """

    name: str
    about: str
    record: InspectionRecord


def inspection_content(view: InspectionView) -> StepContent:
    """An `inspect` step in the report."""
    pages = _pages(view.record)
    return StepContent(
        name=view.name,
        about=view.about,
        paragraphs=(_looked_at(view.record), *_words(pages.values())),
        figures=(),
        samples=(),
        tables=(),
        parts=tuple(
            _own(f"{view.name}-{place}", subject, part)
            for place, (subject, page) in enumerate(pages.items(), start=1)
            for part in page.parts
        ),
    )


def seen_inside(view: InspectionView) -> str:
    """What the network says of the chosen inputs, in a sentence for the report's first page."""
    if view.record.weights is None:
        return f"{view.record.of} left no model to look into."
    said = " ".join(prediction_words(each) for each in view.record.activations)
    return f"Inside {view.record.model} (step {view.record.of}): {said}"


def _pages(record: InspectionRecord) -> dict[str, Inspection]:
    """What ``studium inspect`` would show, by subject."""
    if record.weights is None:
        return {}
    pages = {"Weights": weights_page(record.weights), "Activations": activations_page(record.activations)}
    if record.maximization is not None:
        pages["Maximization"] = maximization_page(record.maximization)
    return pages


def _looked_at(record: InspectionRecord) -> str:
    if record.weights is None:
        return f"There is nothing to look into: {record.of} exported no model, since every training of it was lost."
    return (
        f"This is the model that {record.of} exported, {record.model} on {record.weights.data}: its weights layer by layer, "
        f"what its layers make of chosen inputs, and what makes its units fire. Nothing was trained here; it took "
        f"{duration(record.seconds)}."
    )


def _words(pages: Iterable[Inspection]) -> Iterable[str]:
    for page in pages:
        yield " ".join(page.summary)
        yield from (_sentence(notice) for notice in page.notices)


def _sentence(notice: str) -> str:
    text = notice if notice.endswith(".") else f"{notice}."
    return text[0].upper() + text[1:]


def _own(page: str, subject: str, part: Part) -> Part:
    """A part whose names are unique within the report, and whose heading says what it is of."""
    return replace(
        part,
        name=f"{page}-{part.name}",
        heading=f"{subject} · {part.heading}",
        figures=_renamed(page, part.figures),
        pairs=_renamed(page, part.pairs),
        small=_renamed(page, part.small),
    )


def _renamed(page: str, drawings: tuple[Drawing, ...]) -> tuple[Drawing, ...]:
    return tuple(replace(each, name=f"{page}-{each.name}") for each in drawings)
