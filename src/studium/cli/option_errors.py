"""What is wrong with an option, in the words of the command line."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from studium.errors import SettingError, UnknownNameError

if TYPE_CHECKING:
    from pydantic import ValidationError

_OPTIONS = {"learning_rate": "lr", "augmentation": "augment"}  # where an option is not called as its setting


def require_known(kind: str, name: str, known: Iterable[str]) -> None:
    """Make sure that a name exists.

    Raises:
        UnknownNameError: It does not; names the nearest that does.
    """
    if name not in (names := tuple(known)):
        raise UnknownNameError(kind, name, names)


def option_name(setting: str) -> str:
    """The option of a setting.

    Example:
        >>> option_name("learning_rate"), option_name("weight_decay")
        ('--lr', '--weight-decay')
    """
    return f"--{_OPTIONS.get(setting, setting).replace('_', '-')}"


def option_error(error: ValidationError) -> SettingError:
    """One sentence for the first thing wrong with a description."""
    from studium.config import explain

    place = error.errors()[0]["loc"]
    if not place:
        return explain(error)
    setting = ".".join(str(part) for part in place)
    option = " ".join([option_name(str(place[0])), *(part for part in place[1:] if isinstance(part, str))])
    return SettingError(str(explain(error)).replace(f"setting {setting!r}", option, 1))
