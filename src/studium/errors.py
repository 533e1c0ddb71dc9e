"""What can go wrong, and whose fault it is.

::

    StudiumError
    ├── InputError               the user's input; exit code 2
    │   ├── DataError            a data file, a column, a row, an image
    │   ├── SettingError         a setting outside its range or a combination that cannot be
    │   ├── UnknownNameError     a name that does not exist, with the nearest that does
    │   ├── InvalidStructureError    a network whose shapes cannot be
    │   ├── ModelFileError       a model file that is truncated, foreign or damaged
    │   ├── RunFolderError       a run folder that is missing, damaged or of another version
    │   ├── OutputError          a place that cannot be written, found before any work is spent
    │   └── ClusterError         a cluster that cannot be reached or used
    └── UnavailableError         the world's fault: nothing could be fetched, the disk is full; exit code 1

Every message is one sentence that names the value, the rule and the cure.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class StudiumError(Exception):
    """Base of every error that Studium raises on purpose."""

    exit_code = 1


class InputError(StudiumError):
    """The user's input breaks a rule."""

    exit_code = 2


class DataError(InputError):
    """A data file or something in it breaks a rule."""


class SettingError(InputError, ValueError):
    """A setting is outside its range, or contradicts another."""


class UnknownNameError(InputError, LookupError):
    """A name does not exist.

    Args:
        kind: What the name should have been, in the singular (``"model"``).
        name: What the user wrote.
        known: The names that exist.
    """

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind, self.name, self.known = kind, name, tuple(known)
        super().__init__(_unknown(kind, name, self.known))


class InvalidStructureError(InputError):
    """A network's shapes cannot be.

    Args:
        layer: Name of the first layer that cannot be.
        reason: Why it cannot be, and what would mend it.
    """

    def __init__(self, layer: str, reason: str) -> None:
        self.layer, self.reason = layer, reason
        super().__init__(f"layer {layer!r} cannot be built: {reason}")


class ModelFileError(InputError):
    """A model file is missing, truncated, foreign or damaged."""


class RunFolderError(InputError):
    """A run folder is missing, damaged or of another version."""


class OutputError(InputError):
    """The place chosen for the output cannot be written."""


class ClusterError(InputError):
    """A cluster cannot be reached, does not accept us, or cannot be used."""


class UnavailableError(StudiumError):
    """Something outside Studium failed: a network, a disk, a permission."""


def _unknown(kind: str, name: str, known: tuple[str, ...]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    guess = f"did you mean {near[0]!r}? " if near else ""
    return f"there is no {kind} {name!r}; {guess}known: {', '.join(known) or 'none'}"
