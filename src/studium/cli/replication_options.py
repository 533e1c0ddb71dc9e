"""Options that say how often everything is trained."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Annotated, Any

from studium.cli.option_groups import panel

_option = panel("Validation")


@dataclass(frozen=True)
class ReplicationOptions:
    """Folds and seeds; each field is the setting of a step of the same name, ``None`` its default."""

    folds: Annotated[
        int | None,
        _option("--folds", "K", "Folds, at least 2. Default: 5 on up to 20,000 training rows."),
    ] = None
    hold_out: Annotated[
        float | None,
        _option(
            "--hold-out", "SHARE", "Score on a share of the training rows instead. Default: 0.2 on more rows."
        ),
    ] = None
    seeds: Annotated[
        int | None,
        _option(
            "--seeds",
            "S",
            "Repetitions, each with other rows and streams. Default: 3; 5 with --hold-out; 1 in a search.",
        ),
    ] = None

    def settings(self) -> dict[str, Any]:
        """As settings of a step."""
        return asdict(self)
