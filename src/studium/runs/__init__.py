"""Runs: plans, their execution, and the run folder.

::

    load_plan(name) -> Plan -> run_plan -> run folder -> RunFolder (all that reports and pages read)

What reads a run folder is light; what executes a plan brings PyTorch along, and is imported when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from studium.runs.folder import RunFolder
from studium.runs.summary import Summary, summarise

if TYPE_CHECKING:
    from studium.runs.execute import PlanRun, run_plan
    from studium.runs.pace import RunProgress
    from studium.runs.plan import Plan, Reference, TrainStep
    from studium.runs.plan_file import builtin_plans, load_plan

__all__ = [
    "Plan",
    "PlanRun",
    "Reference",
    "RunFolder",
    "RunProgress",
    "Summary",
    "TrainStep",
    "builtin_plans",
    "load_plan",
    "run_plan",
    "summarise",
]

_HOMES = {
    "Plan": "plan",
    "PlanRun": "execute",
    "Reference": "plan",
    "RunProgress": "pace",
    "TrainStep": "plan",
    "builtin_plans": "plan_file",
    "load_plan": "plan_file",
    "run_plan": "execute",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
