"""``studium verify``: whether a run's results can be computed again."""

from __future__ import annotations

from typing import Annotated

import typer

from studium.cli.data_options import Offline
from studium.cli.edge import FAILED
from studium.cli.messages import note, say
from studium.cli.option_groups import panel
from studium.cli.options import Json, Run
from studium.cli.output import print_json, print_line, print_table
from studium.errors import SettingError

Sample = Annotated[
    str, panel("Verification")("--sample", "N", "How many tasks to compute again, drawn at random, or all.")
]
DrawSeed = Annotated[int, panel("Verification")("--seed", "S", "Of the draw.", min=0)]


def verify(
    run: Run, sample: Sample = "5", seed: DrawSeed = 0, offline: Offline = False, json: Json = False
) -> None:
    """Compute some tasks of a run again, and compare their weights bit for bit."""
    from studium.runs.folder import RunFolder
    from studium.runs.verification import verify_run

    path = RunFolder.find(run).path
    found = verify_run(path, sample=_number(sample), seed=seed, offline=offline)
    n_equal = sum(each.is_equal for each in found.checked)
    for difference in found.differences:
        note(f"{difference}: last bits may differ")
    if json:
        print_json(
            {
                "run": str(path),
                "tasks": found.n_tasks,
                "checked": len(found.checked),
                "equal": n_equal,
                "machine": found.machine,
                "differences": list(found.differences),
                "results": [vars(each) | {"equal": each.is_equal} for each in found.checked],
            }
        )
    else:
        rows = [
            [
                each.task[:12],
                each.n_members,
                each.kept[:16],
                each.again[:16],
                "equal" if each.is_equal else "DIFFERENT",
            ]
            for each in found.checked
        ]
        print_table("", ["task", "networks", "weights kept", "weights now", "verdict"], rows)
        print_line(
            f"{n_equal} of {len(found.checked)} tasks equal to the last bit; the run has {found.n_tasks}"
        )
    for each in found.checked:
        if each.reason:
            say("error", f"task {each.task[:12]}: {each.reason}")
    if not found.is_equal:
        raise typer.Exit(FAILED)


def _number(text: str) -> int | None:
    if text == "all":
        return None
    if not text.isdecimal():
        raise SettingError(
            f"--sample is {text!r}, but it must be a whole number or all: choose how many tasks"
        )
    return int(text)
