"""``studium resume``: going on with a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studium.cli.data_options import Offline
from studium.cli.execution_options import ExecutionOptions
from studium.cli.interruption import stopping
from studium.cli.messages import note
from studium.cli.option_groups import takes_groups
from studium.cli.options import Json, Run
from studium.cli.run import reported, show_run
from studium.cli.run_progress import run_progress

if TYPE_CHECKING:
    from studium.runs import RunFolder


@takes_groups
def resume(run: Run, execution: ExecutionOptions, offline: Offline = False, json: Json = False) -> None:
    """Go on with a run that was interrupted, killed or damaged; what is finished is not computed again."""
    from studium.runs.folder import RunFolder
    from studium.runs.resume import resume_run

    found = RunFolder.find(run)
    chosen = execution.execution()
    with run_progress(found.state.plan) as observe, stopping() as stop:

        def drive() -> RunFolder:
            done = resume_run(
                found.path, offline=offline, observe=observe, execution=chosen, stop=stop, notice=note
            )
            if not done.again:
                note("there is nothing to do: all steps are finished and their results are whole")
            return done.folder

        folder = reported(drive, lambda: found.path)
    show_run(folder, json=json)
