"""What all views share: the runs, what is read of them, and what works in the background."""

from __future__ import annotations

from dataclasses import dataclass

from studium.web.inside.models import Models
from studium.web.launcher import Launcher
from studium.web.library import Library
from studium.web.plans import Plans
from studium.web.readings import Readings


@dataclass(frozen=True)
class Site:
    """Everything behind the page.

    Attributes:
        library: The runs.
        readings: What is read of them.
        plans: What can be started.
        launcher: Runs that were started here.
        models: Networks that are looked into, and their maximizations.
    """

    library: Library
    readings: Readings
    plans: Plans
    launcher: Launcher
    models: Models
