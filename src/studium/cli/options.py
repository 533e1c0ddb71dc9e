"""Options that most commands have."""

from __future__ import annotations

from typing import Annotated

import typer

from studium.cli.option_groups import panel

_computation, _output = panel("Computation"), panel("Output")

Json = Annotated[bool, _output("--json", None, "Print exactly one JSON object on standard output.")]
Device = Annotated[str, _computation("--device", "NAME", "auto (CUDA when present), cpu or cuda.")]
Seed = Annotated[int, _computation("--seed", "S", "Root of the splits and of all random streams.", min=0)]
Threads = Annotated[
    int | None,
    _computation("--threads", "N", "PyTorch threads of one training; by default all cores.", min=1),
]

Run = Annotated[str, typer.Argument(metavar="RUN", help="Folder of a run, or its name in runs.")]
