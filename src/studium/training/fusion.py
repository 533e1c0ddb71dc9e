"""Which members train together."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from itertools import pairwise

from studium.models import MLPSpec, n_parameters
from studium.training.member import Member

CHUNK = 64
"""Members of a population program, at most. Measured for two hidden layers of 64, microseconds per member and step on one
thread with 15, 30 and 60 members: 27.8, 22.4 and 19.3 with 80 rows, 16.1, 10.8 and 8.0 with 16; the calls from Python
weigh less than the caches."""

_WORTH_HALVING = 8  # members
_LARGEST_FUSED = 200_000  # parameters; above, one network alone keeps a core busy


def groups(members: Sequence[Member], chunk: int = CHUNK) -> list[list[int]]:
    """Cut members into groups that train together.

    Members of a group have the same :func:`fusion_key`. Within a key they are sorted by training rows (most first), then
    by widths, so that little is padded, and cut into chunks of equal size. The result does not depend on the order of
    execution, only on the sequence.

    Args:
        members: What is to be trained.
        chunk: Largest group.

    Returns:
        Positions in ``members``, each exactly once; a group of one trains alone where it cannot be fused.
    """
    by_key: dict[Hashable, list[int]] = {}
    for position, member in enumerate(members):
        key = fusion_key(member)
        by_key.setdefault(("alone", position) if key is None else key, []).append(position)
    return [part for positions in by_key.values() for part in _cut(members, positions, chunk)]


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


def _cut(members: Sequence[Member], positions: list[int], chunk: int) -> list[list[int]]:
    def order(position: int) -> tuple[int, tuple[int, ...], int]:
        member = members[position]
        assert isinstance(member.spec, MLPSpec)
        return -len(member.train), member.spec.hidden, position

    if len(positions) > 1:
        positions = sorted(positions, key=order)
    # An even number, since two cores are the normal case; never by the cores at hand, on which no result may depend.
    n_chunks = 2 * -(-len(positions) // (2 * chunk)) if len(positions) >= _WORTH_HALVING else 1
    edges = [len(positions) * index // n_chunks for index in range(n_chunks + 1)]
    return [positions[start:stop] for start, stop in pairwise(edges)]
