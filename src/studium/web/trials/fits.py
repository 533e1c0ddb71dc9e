"""What the fits of a running step say so far: each file is read once, and its weights never."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

_SUFFIX = ".safetensors"
_PATIENCE = 0.05  # seconds of reading at a time; what is left is read the next time
_CURVES = ("train_loss", "validation_loss", "validation_metric")


@dataclass(frozen=True)
class FinishedFit:
    """One training that has ended, or that a race has paused.

    Attributes:
        identity: What is trained, rows and seed among it: a training that goes on after a pause has the same.
        spec: The network as data.
        config: The training as data.
        status: How it ended.
        epochs: Epochs run.
        score: The validation metric of the weights that it kept; ``None`` where there is none.
        train_loss, validation_loss: By epoch.
    """

    identity: str
    spec: dict[str, Any]
    config: dict[str, Any]
    status: str
    epochs: int
    score: float | None
    train_loss: tuple[float, ...]
    validation_loss: tuple[float, ...]


class FitReader:
    """Reads the fits of one run as they come.

    Args:
        directory: The run's folder of fits.
        since: Files that are older belong to earlier steps, in seconds since 1970.
    """

    def __init__(self, directory: Path, since: float) -> None:
        self._directory, self._since = directory, since
        self._seen: set[str] = set()
        self._fits: list[FinishedFit] = []

    def read(self) -> tuple[FinishedFit, ...]:
        """All fits that have ended so far, or as many as could be read in a moment."""
        until = time.monotonic() + _PATIENCE
        for name in self._new():
            self._fits += _fits(self._directory / name)
            self._seen.add(name)
            if time.monotonic() > until:
                break
        return tuple(self._fits)

    def _new(self) -> list[str]:
        try:
            with os.scandir(self._directory) as entries:
                new = [each for each in entries if _is_result(each.name) and each.name not in self._seen]
                stamped = sorted((each.stat().st_mtime, each.name) for each in new)
        except OSError:  # there are none yet
            return []
        return [name for changed, name in stamped if changed >= self._since - 1]


def _is_result(name: str) -> bool:
    return name.endswith(_SUFFIX) and not name.startswith(".")


def _fits(path: Path) -> list[FinishedFit]:
    try:
        with safe_open(path, framework="numpy") as file:
            facts = json.loads(file.metadata()["facts"])
            return list(_members(facts, file))
    except (
        OSError,
        SafetensorError,
        KeyError,
        ValueError,
        TypeError,
    ):  # the driver meets it, and computes it again
        return []


def _members(facts: dict[str, Any], file: Any) -> Iterator[FinishedFit]:
    described = json.loads(facts["spec"])["members"]
    for place, member in enumerate(described):
        said = facts["members"][str(place)]
        train, validation, metric = (
            tuple(np.asarray(file.get_tensor(f"{place}/history/{name}"), dtype=float).tolist())
            for name in _CURVES
        )
        yield FinishedFit(
            identity=json.dumps(member, sort_keys=True),
            spec=member["spec"],
            config=member["config"],
            status=said["status"],
            epochs=said["epochs"],
            score=_score(said, member["config"], metric),
            train_loss=train,
            validation_loss=validation,
        )


def _score(said: dict[str, Any], config: dict[str, Any], metric: tuple[float, ...]) -> float | None:
    if said["status"] not in ("complete", "paused") or not metric:
        return None
    kept = said["best_epoch"] if config.get("patience") is not None else len(metric)
    value = metric[min(max(kept, 1), len(metric)) - 1]
    return value if np.isfinite(value) else None
