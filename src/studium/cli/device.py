"""The device option, checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast, get_args

from studium.cli.option_errors import require_known

if TYPE_CHECKING:
    from studium.training.trainer import Device


def require_device(name: str) -> Device:
    """The device that was asked for.

    Raises:
        UnknownNameError: There is no such device.
    """
    from studium.training.trainer import Device

    require_known("device", name, get_args(Device))
    return cast("Device", name)
