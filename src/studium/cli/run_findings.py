"""What a run has found so far, in lines: of the step that has just finished, and the best network of each dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studium.cli.inspection_output import seen_in
from studium.cli.study_output import found_in
from studium.numerals import compact_number

if TYPE_CHECKING:
    from studium.runs import RunFolder
    from studium.runs.results import Part, TrainResult
    from studium.runs.state import StepState


def found_by(folder: RunFolder, step: StepState) -> str:
    """What a finished step found, in one line.

    Args:
        folder: The run.
        step: The step.
    """
    if step.kind == "train":
        result = folder.result(step.name)
        return _score(result, "test") or result.status
    lines = seen_in(folder, step) if step.kind == "inspect" else found_in(folder, step)
    return "; ".join(lines) or "nothing to see"


def best_so_far(folder: RunFolder) -> list[str]:
    """The network with the best validation score on each dataset, one line each.

    Args:
        folder: The run, with whatever is finished of it.
    """
    from studium.runs.ranking import ranked, same_data

    lines = []
    for group in same_data(folder.results()):
        order = ranked(group)
        if order:
            best = group[order[0]]
            lines.append(f"{best.data.name}: {order[0]}, {_score(best, 'validation')}")
    return lines


def _score(result: TrainResult, part: Part) -> str:
    from studium.runs.summary import summarise

    summary = summarise(result.metrics(part))
    if summary is None:
        return ""
    spread = "" if summary.std is None else f" ± {compact_number(summary.std, digits=2)}"
    return f"{part} {result.data.metric} {compact_number(summary.mean)}{spread} (n = {summary.n})"
