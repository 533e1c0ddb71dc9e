"""How far a run is: one small file that is rewritten whenever a step changes."""

from __future__ import annotations

from typing import Literal

from studium.config import Frozen

FORMAT = 1
"""Version of the run folder's layout; a folder of another version is refused."""

StepStatus = Literal["waiting", "running", "complete", "failed", "interrupted"]
RunStatus = Literal["running", "complete", "failed", "interrupted"]


class StepState(Frozen):
    """How far a step is.

    Attributes:
        name: Its name in the plan.
        kind: Its kind.
        status: ``waiting``, ``running``, ``complete``, ``failed`` or ``interrupted``.
        seconds: Time it took; 0 before its end.
        notices: What the reader must know, in sentences.
        reason: Why it failed.
    """

    name: str
    kind: str
    status: StepStatus = "waiting"
    seconds: float = 0.0
    notices: tuple[str, ...] = ()
    reason: str = ""


class TaskCounts(Frozen):
    """What became of the tasks of a run.

    Attributes:
        computed: Tasks computed since the run was begun or resumed.
        reused: Tasks whose results were there already.
        failed: Tasks that failed.
        weights: SHA-256 over ids and weights of all finished tasks: equal for equal results.
        place: Where they were computed, in words.
    """

    computed: int
    reused: int
    failed: int
    weights: str
    place: str


class RunState(Frozen):
    """How far a run is.

    Attributes:
        format: Version of the folder's layout.
        plan: Name of the plan.
        status: ``running``, ``complete``, ``failed`` or ``interrupted``.
        started: When, UTC, ISO 8601.
        finished: When, likewise; empty while it runs.
        steps: One entry per step, in the plan's order.
        tasks: What became of its tasks; ``None`` before the first end of a step.
    """

    format: int = FORMAT
    plan: str
    status: RunStatus = "running"
    started: str
    finished: str = ""
    steps: tuple[StepState, ...]
    tasks: TaskCounts | None = None

    @property
    def seconds(self) -> float:
        """Time of all steps that have ended."""
        return sum(step.seconds for step in self.steps)

    @property
    def notices(self) -> tuple[str, ...]:
        """Notices of all steps, each once."""
        return tuple(dict.fromkeys(notice for step in self.steps for notice in step.notices))
