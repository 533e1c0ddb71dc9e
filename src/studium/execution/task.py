"""Tasks: the unit of execution and of storage."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from studium.config import Frozen
from studium.environment import current_environment
from studium.models import CNNSpec, MLPSpec
from studium.training import Member, TrainConfig
from studium.training.group import Group, Origin

_FORMAT = 2  # raised whenever the same description begins to give other weights
_VERSIONS = ("numpy", "studium", "torch")  # the packages whose versions decide about bits


@dataclass(frozen=True, eq=False)
class Task:
    """Members that are trained together, with everything that determines the result.

    Attributes:
        id: SHA-256 of :attr:`spec`, hexadecimal.
        spec: Canonical JSON: checksum of the data, of every set of rows, networks, trainings, seeds, threads, device, and
            the versions that matter; of the tasks that its members come from, their ids. Equal tasks have equal text.
        group: The members.
        data: Checksum of the dataset.
        before: The tasks of the groups that its members come from, in their order.
    """

    id: str
    spec: str
    group: Group
    data: str
    before: tuple[Task, ...] = ()

    @classmethod
    def of(cls, group: Group, data: str, rows: Callable[[np.ndarray], str] | None = None) -> Task:
        """The task of training a group.

        Args:
            group: The members.
            data: Checksum of the dataset that their rows belong to.
            rows: Gives the id of row indices, see :class:`RowIds`, when there are more tasks that share them.
        """
        rows = rows or RowIds()
        before = tuple(cls.of(each, data, rows) for each in group.before)
        described: dict[str, Any] = {
            "format": _FORMAT,
            "data": data,
            "fused": group.fused,
            "threads": group.threads,
            "device": group.device,
            "versions": _versions(),
            "members": [_described(member, rows) for member in group.members],
        }
        if group.until is not None:
            described["until"] = group.until
        if group.origins:
            ids = {task.group: task.id for task in before}
            described["origins"] = [[ids[origin.group], origin.place] for origin in group.origins]
        spec = json.dumps(described, sort_keys=True, separators=(",", ":"))
        return cls(task_id(spec), spec, group, data, before)

    @classmethod
    def parse(cls, spec: str, rows: Callable[[str], np.ndarray], specs: Callable[[str], str]) -> Task:
        """The task with this canonical description.

        Args:
            spec: See :attr:`spec`.
            rows: Gives the row indices with this id, see :func:`rows_id`.
            specs: Gives the description of a task with this id, for those that its members come from.
        """
        read = json.loads(spec)
        members = tuple(
            Member(
                _Network.validate_python(each["spec"]),
                TrainConfig.model_validate(each["config"]),
                rows(each["train"]),
                rows(each["validation"]),
                each["seed"],
            )
            for each in read["members"]
        )
        said = read.get("origins", ())
        before = {
            each: cls.parse(specs(each), rows, specs) for each in dict.fromkeys(each for each, _ in said)
        }
        origins = tuple(Origin(before[each].group, place) for each, place in said)
        group = Group(members, read["fused"], read["threads"], read["device"], read.get("until"), origins)
        return cls(task_id(spec), spec, group, read["data"], tuple(before.values()))

    def rows(self, ids: Callable[[np.ndarray], str] | None = None) -> dict[str, np.ndarray]:
        """All sets of row indices that the members use, by id.

        Args:
            ids: As for :meth:`of`.
        """
        ids = ids or RowIds()
        return {
            ids(each): each for member in self.group.members for each in (member.train, member.validation)
        }


class RowIds:
    """Ids of sets of row indices, each computed once: members of a study share the very arrays."""

    def __init__(self) -> None:
        self._known: dict[
            int, tuple[np.ndarray, str]
        ] = {}  # the array is kept, so that nothing else gets its identity

    def __call__(self, indices: np.ndarray) -> str:
        """Id of row indices."""
        if id(indices) not in self._known:
            self._known[id(indices)] = (indices, rows_id(indices))
        return self._known[id(indices)][1]


_Network: TypeAdapter[MLPSpec | CNNSpec] = TypeAdapter(MLPSpec | CNNSpec)


def task_id(spec: str) -> str:
    """Id of the task with this canonical description: its SHA-256, hexadecimal."""
    return hashlib.sha256(spec.encode()).hexdigest()


def rows_id(indices: np.ndarray) -> str:
    """SHA-256 of row indices, hexadecimal."""
    return hashlib.sha256(np.asarray(indices, dtype="<i8").tobytes()).hexdigest()


def _described(member: Member, rows: Callable[[np.ndarray], str]) -> dict[str, Any]:
    return {
        "spec": _dumped(member.spec),
        "config": _dumped(member.config),
        "train": rows(member.train),
        "validation": rows(member.validation),
        "seed": member.seed,
    }


def _dumped(record: Frozen) -> dict[str, Any]:
    return record.model_dump(mode="json")


@cache
def _versions() -> dict[str, str]:
    found = current_environment(1).versions
    return {name: found[name] for name in _VERSIONS}
