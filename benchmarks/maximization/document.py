"""The tables of docs/maximization.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.maximization.evaluation import Line
from benchmarks.maximization.subjects import KINDS
from benchmarks.maximization.tuning import Tuned
from studium.validation import Interval

DOCUMENT = Path(__file__).parents[2] / "docs" / "maximization.md"
TRANSFER = {
    "own": "own score",
    "others": "other seeds",
    "transferred": "share transferred",
    "foreign": "other architectures",
    "recognised": "recognised",
}
NATURE = {
    "kept": "kept after a shift",
    "roughness": "roughness",
    "fineness": "fine frequencies",
    "distance": "distance",
}
BASES = (
    "none",
    "selected",
)  # conditions that the others are compared with, in transfer to other architectures


def write(tuned: Tuned, lines: Sequence[Line]) -> None:
    """Put the tables between the markers of the document; what is not there stays as it is."""
    text = DOCUMENT.read_text(encoding="utf-8")
    text = _between(text, "tuning", tuning_table(tuned))
    for kind in KINDS:
        of_kind = [line for line in lines if line.kind == kind]
        text = _between(text, f"{kind} transfer", transfer_table(of_kind))
        text = _between(text, f"{kind} nature", table(of_kind, NATURE))
    DOCUMENT.write_text(text, encoding="utf-8")


def table(lines: Sequence[Line], columns: Mapping[str, str]) -> str:
    """One kind of network: conditions down, measures across, each with its 95% interval."""
    rows = [[line.condition, *(_cell(line.interval(name)) for name in columns)] for line in lines]
    return _markdown(["condition", *columns.values()], rows)


def transfer_table(lines: Sequence[Line]) -> str:
    """How much images mean to other networks, and how much more than images without regularisers."""
    bases = [next(line for line in lines if line.condition == name) for name in BASES]
    header = [
        "condition",
        *TRANSFER.values(),
        *(f"{TRANSFER['foreign']}: gain over {name}" for name in BASES),
    ]
    rows = [
        [
            line.condition,
            *(_cell(line.interval(name)) for name in TRANSFER),
            *("" if line is base else _cell(line.gain(base, "foreign"), signed=True) for base in bases),
        ]
        for line in lines
    ]
    return _markdown(header, rows)


def tuning_table(tuned: Tuned) -> str:
    """The selection, round by round."""
    rows = [["0", "none, learning rate 0.05", f"{tuned.base:.2f}"]]
    for number, each in enumerate(tuned.rounds, start=1):
        words = (
            "nothing gains enough"
            if each.added is None
            else f"{each.added[0].replace('_', ' ')} {each.added[1]}"
        )
        rows.append([str(number), words.replace(" True", ""), f"{each.transfer:.2f}"])
    return _markdown(["round", "added", "transfer"], rows)


def _cell(found: Interval, *, signed: bool = False) -> str:
    mean = f"{found.mean:+.2f}".replace("-", "−") if signed else f"{found.mean:.2f}"
    return f"{mean} ± {found.mean - found.low:.2f}"


def _markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _between(text: str, name: str, content: str) -> str:
    start, stop = f"<!-- {name} -->\n", f"<!-- end of {name} -->\n"
    before, rest = text.split(start)
    return f"{before}{start}\n{content}\n\n{stop}{rest.split(stop)[1]}"
