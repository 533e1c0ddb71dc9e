"""Which members train together."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence

from studium.models import MLPSpec, n_multiplications, n_parameters
from studium.training.clusters import Kind, clusters
from studium.training.member import Member

MOST = 64
"""Members of a population program, at most: with more, the caches weigh more than the calls from Python."""

_LARGEST_FUSED = 200_000  # parameters; above, one network alone keeps a core busy


def groups(members: Sequence[Member], most: int = MOST) -> list[list[int]]:
    """Cut members into groups that train together.

    Members of a group have the same :func:`fusion_key`; within a key :func:`studium.training.clusters.clusters` cuts. The
    result does not depend on the machine, only on the sequence.

    Args:
        members: What is to be trained.
        most: Largest group.

    Returns:
        Positions in ``members``, each exactly once, by training rows within a group (most first); the groups that take
        longest come first. A group of one trains alone where it cannot be fused.
    """
    by_key: dict[Hashable, list[int]] = {}
    for position, member in enumerate(members):
        key = fusion_key(member)
        by_key.setdefault(("alone", position) if key is None else key, []).append(position)
    found = [part for positions in by_key.values() for part in _cut(members, positions, most)]
    return sorted(found, key=lambda part: -_work([members[position] for position in part]))


def fusion_key(member: Member) -> Hashable | None:
    """What members that train together have in common; ``None`` for a member that trains alone."""
    spec, config = member.spec, member.config
    if not isinstance(spec, MLPSpec) or n_parameters(spec) > _LARGEST_FUSED:
        return None
    if config.augmentation.active or config.flip_averaging or config.mixed_precision:
        return None
    whole = config.batch_size is None or config.batch_size >= len(member.train)
    return (
        spec.input_shape,
        spec.n_outputs,
        len(spec.hidden),
        spec.activation,
        config.loss,
        config.optimizer,
        config.schedule,
        config.precision,
        None if whole else config.batch_size,
        len(member.validation) > 0,
    )


def _cut(members: Sequence[Member], positions: list[int], most: int) -> list[list[int]]:
    if len(positions) == 1:
        return [positions]
    alike: dict[tuple[tuple[int, ...], bool], list[int]] = {}
    for position in positions:
        alike.setdefault((_widths(members[position]), any(members[position].spec.dropout)), []).append(
            position
        )
    kinds = [
        Kind(widths, max(_rows(members[position]) for position in own), tuple(own), dropping)
        for (widths, dropping), own in alike.items()
    ]
    return [
        sorted(part, key=lambda position: (-len(members[position].train), position))
        for part in clusters(kinds, most)
    ]


def _widths(member: Member) -> tuple[int, ...]:
    assert isinstance(member.spec, MLPSpec)
    return math.prod(member.spec.input_shape), *member.spec.hidden, member.spec.n_outputs


def _rows(member: Member) -> float:
    # Of a step, and its share of the validation.
    n_rows = len(member.train)
    size = min(member.config.batch_size or n_rows, n_rows)
    return size + len(member.validation) / math.ceil(n_rows / size)


def _work(part: Sequence[Member]) -> float:
    # What a group has to do: only its order among the others hangs on it.
    return max(
        n_multiplications(member.spec) * len(member.train) * member.config.epochs for member in part
    ) * len(part)
