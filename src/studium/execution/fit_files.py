"""Results of tasks on the disk: one checked file a task.

One file, since a folder of several would cost a synchronisation with the disk for each: a task of a small network takes
milliseconds, and one synchronisation half of one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import numpy as np

from studium.environment import current_environment
from studium.execution.record_file import DamagedRecordError, decode, encode
from studium.execution.task import Task, task_id
from studium.files import write_atomic
from studium.training.fit import History
from studium.training.outcome import Outcome

_CURVES = ("train_loss", "validation_loss", "validation_metric")
_SCALES = ("input_mean", "input_std", "target_mean", "target_std")
_SUFFIX = ".safetensors"


@dataclass(frozen=True)
class Reference:
    """Where a task's result is, and what it is.

    Attributes:
        task: Id of the task.
        weights: Hash of the weights of all its members, and of the curves of paused ones, see :func:`proof`.
        statuses: How each member ended.
        seconds: Wall time, summed over members.
    """

    task: str
    weights: str
    statuses: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, eq=False)
class Result:
    """A task's result.

    Attributes:
        reference: What it is.
        spec: Canonical description of the task.
        outcomes: One per member, in order; weights are read again when they are asked for.
        computed_on: Instructions and matrix kernel of the machine that computed it; bits depend on them.
    """

    reference: Reference
    spec: str
    outcomes: tuple[Outcome, ...]
    computed_on: str


class FitFiles:
    """The folder of results.

    Args:
        directory: One file a task is in it, named by the task's id.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def path(self, task: str) -> Path:
        """Where a task's result is, or will be."""
        return self.directory / f"{task}{_SUFFIX}"

    def write(self, task: Task, outcomes: Sequence[Outcome]) -> Reference:
        """Write a result durably.

        Raises:
            UnavailableError: The disk is full, or the folder cannot be written.
        """
        reference, content = packed(task, outcomes)
        write_atomic(self.path(task.id), content)
        return reference

    def keep(self, task: str, content: bytes) -> None:
        """Write a result that came by value.

        Args:
            task: Its id.
            content: What :func:`packed` gave.

        Raises:
            UnavailableError: As :meth:`write`.
        """
        write_atomic(self.path(task), content)

    def read(self, task: str) -> Result | None:
        """A task's result; ``None`` when there is none.

        Raises:
            DamagedRecordError: The file is not what was written, or belongs to another task.
        """
        path = self.path(task)
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DamagedRecordError(str(error)) from error
        result = _unpacked(path, content)
        if result.reference.task != task:
            raise DamagedRecordError("it belongs to another task")
        return result

    def is_whole(self, task: str) -> bool:
        """Whether a task's result is there and undamaged."""
        try:
            return self.read(task) is not None
        except DamagedRecordError:
            return False

    def tasks(self) -> Iterator[str]:
        """Ids of all tasks with a result, in no order."""
        if self.directory.is_dir():
            for path in self.directory.iterdir():
                if path.suffix == _SUFFIX and not path.name.startswith("."):
                    yield path.stem


def weights_hash(weights: Sequence[Mapping[str, np.ndarray]]) -> str:
    """SHA-256 over names, types, shapes and bytes of the weights of all members, hexadecimal."""
    digest = hashlib.sha256()
    for own in weights:
        for name in sorted(own):
            array = np.asarray(own[name], order="C")
            digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
            digest.update(array.tobytes())
        digest.update(b"\n")
    return digest.hexdigest()


def packed(task: Task, outcomes: Sequence[Outcome]) -> tuple[Reference, bytes]:
    """A result as the content of its file, and what it is."""
    reference = Reference(
        task.id,
        proof(outcomes),
        tuple(outcome.status for outcome in outcomes),
        sum(outcome.seconds for outcome in outcomes),
    )
    said, arrays = described(dict(enumerate(outcomes)))
    facts = {"spec": task.spec, "weights": reference.weights, "computed_on": machine(), **said}
    return reference, encode(facts, arrays)


def proof(outcomes: Sequence[Outcome]) -> str:
    """The hash that equal results share: of the weights, and of the curves of paused members, which have no weights yet."""
    return weights_hash(
        [
            {name: getattr(outcome.history, name) for name in _CURVES}
            if outcome.status == "paused"
            else outcome.weights
            for outcome in outcomes
        ]
    )


def described(outcomes: Mapping[int, Outcome]) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Outcomes by the place of their members, as facts and arrays; :func:`outcomes_of` is the way back."""
    arrays: dict[str, np.ndarray] = {}
    scales: dict[bytes, int] = {}  # members of a fold share a normalisation
    members = {}
    for place, outcome in outcomes.items():
        arrays |= {f"{place}/weights/{name}": array for name, array in outcome.weights.items()}
        arrays |= {f"{place}/history/{name}": getattr(outcome.history, name) for name in _CURVES}
        key = b"".join(array.tobytes() for array in outcome.normalisation)
        number = scales.setdefault(key, len(scales))
        arrays |= {
            f"normalisation/{number}/{name}": array
            for name, array in zip(_SCALES, outcome.normalisation, strict=True)
        }
        members[str(place)] = {
            "normalisation": number,
            "weights": sorted(outcome.weights),
            "status": outcome.status,
            "epochs": outcome.epochs,
            "best_epoch": outcome.best_epoch,
            "seconds": outcome.seconds,
        }
    return {"members": members}, arrays


def outcomes_of(facts: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> dict[int, Outcome]:
    """Outcomes by the place of their members, from what :func:`described` gave."""
    return {
        int(place): _outcome(
            place, said, arrays, {name: arrays[f"{place}/weights/{name}"] for name in said["weights"]}
        )
        for place, said in facts["members"].items()
    }


def _outcome(
    place: str, said: Mapping[str, Any], arrays: Mapping[str, np.ndarray], weights: Mapping[str, np.ndarray]
) -> Outcome:
    number = said["normalisation"]
    mean, std, target_mean, target_std = (arrays[f"normalisation/{number}/{name}"].copy() for name in _SCALES)
    return Outcome(
        weights=weights,
        normalisation=(mean, std, target_mean, target_std),
        history=History(*(arrays[f"{place}/history/{name}"].copy() for name in _CURVES)),
        status=said["status"],
        epochs=said["epochs"],
        best_epoch=said["best_epoch"],
        seconds=said["seconds"],
    )


def _unpacked(path: Path, content: bytes) -> Result:
    facts, arrays = decode(content)
    try:
        file, members = _File(path), sorted(facts["members"].items(), key=lambda item: int(item[0]))
        outcomes = tuple(
            _outcome(place, said, arrays, _Weights(file, place, tuple(said["weights"])))
            for place, said in members
        )
        seconds = sum(outcome.seconds for outcome in outcomes)
        statuses = tuple(outcome.status for outcome in outcomes)
        reference = Reference(task_id(facts["spec"]), facts["weights"], statuses, seconds)
        return Result(reference, facts["spec"], outcomes, facts["computed_on"])
    except (KeyError, TypeError, ValueError) as error:
        raise DamagedRecordError(f"it lacks {error}") from error


class _File:
    """A file of results, read again when the weights of a member are first asked for: a study keeps thousands of fits."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def arrays(self) -> dict[str, np.ndarray]:
        return decode(self._path.read_bytes())[1]


class _Weights(Mapping[str, np.ndarray]):
    """Weights of one member."""

    def __init__(self, file: _File, place: str, names: tuple[str, ...]) -> None:
        self._file, self._place, self._names = file, place, names

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._names:
            raise KeyError(name)
        return self._file.arrays[f"{self._place}/weights/{name}"].copy()

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


@cache
def machine() -> str:
    """What the last bits of a result depend on beside its task: instructions, and the kernel of matrix products."""
    environment = current_environment(1)
    return f"{environment.cpu_capability}, {environment.blas}"
