"""Cutting members that can be fused into groups: little is padded, few steps are taken, and two cores are busy."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

# Microseconds of a step, with its share of the validation, on one thread of an AMD EPYC of the fifth generation; fitted to
# two hidden layers of 8 to 128 units, 5 to 60 members and 80 rows, and right to a fifth there. What is cut how, and so the
# last bits of a result, depends on these numbers, never on the machine at hand.
_STEP = 320.0  # whoever takes part
_WEIGHT = 6.5e-5  # a weight and row
_UNIT = 7e-4  # a hidden unit and row
_MEMBER = 2.5
_DROPPING = 12.0  # a member with dropout, more
_DROPPED_UNIT = 2.7e-3  # each of its own hidden units and rows, more
_WORTH_HALVING = 8  # members
_COMPARED = 512  # kinds of members that are compared with each other


class Kind(NamedTuple):
    """Members of equal widths.

    Attributes:
        widths: Of all layers, the inputs' and the outputs' too.
        n_rows: Rows of a step, and of the validation shared among the steps of an epoch; the most of any of them.
        members: Who they are, in any numbering.
        dropping: Whether they have dropout.
    """

    widths: tuple[int, ...]
    n_rows: float
    members: tuple[int, ...]
    dropping: bool = False


def step_microseconds(kinds: Sequence[Kind]) -> float:
    """A guess of the time of one step of a population.

    Args:
        kinds: Its members; each is padded to the width of the widest.

    Returns:
        Microseconds on one thread.
    """
    widths = np.array([kind.widths for kind in kinds], dtype=np.float64).max(0)
    n_rows, size = max(kind.n_rows for kind in kinds), sum(len(kind.members) for kind in kinds)
    return float(_cost(widths, n_rows, size)) + sum(map(_masks, kinds))


def clusters(kinds: Sequence[Kind], most: int) -> list[tuple[int, ...]]:
    """Groups of members, by greedy agglomeration: the two that gain most by training together, until none gains.

    Together they share the time of the calls, but each is padded to the width of the widest. The result is then halved where
    that ends sooner on two cores.

    Args:
        kinds: Of one depth; each kind once.
        most: Members of a group, at most.

    Returns:
        Members of each group, those that take longest first.

    Example:
        >>> narrow, wide = Kind((1, 8, 1), 80, (0, 1)), Kind((1, 9, 1), 80, (2,))
        >>> clusters([narrow, wide, Kind((1, 900, 900), 80, (3, 4, 5))], most=64)
        [(3, 4, 5), (0, 1, 2)]
    """
    ordered = sorted(kinds)
    blocks = [ordered[start : start + _COMPARED] for start in range(0, len(ordered), _COMPARED)]
    found = [piece for block in blocks for whole in _agglomerated(block, most) for piece in _cut(whole, most)]
    return [sum((kind.members for kind in group), ()) for group in _balanced(found)]


def _agglomerated(kinds: Sequence[Kind], most: int) -> list[list[Kind]]:
    widths = np.array([kind.widths for kind in kinds], dtype=np.float64)  # [n, L]
    rows = np.array([kind.n_rows for kind in kinds])
    sizes = np.array([len(kind.members) for kind in kinds])
    found = [[kind] for kind in kinds]
    gains = np.stack([_gains(widths, rows, sizes, most, each) for each in range(len(kinds))])  # [n, n]
    while True:
        one, other = np.unravel_index(int(gains.argmax()), gains.shape)
        if not gains[one, other] > 0:
            break
        widths[one] = np.maximum(widths[one], widths[other])
        rows[one], sizes[one] = max(rows[one], rows[other]), sizes[one] + sizes[other]
        found[one], found[other] = found[one] + found[other], []
        sizes[other] = 0
        gains[one] = gains[:, one] = _gains(widths, rows, sizes, most, int(one))
        gains[other] = gains[:, other] = -np.inf
    return [group for group in found if group]


def _gains(widths: np.ndarray, rows: np.ndarray, sizes: np.ndarray, most: int, one: int) -> np.ndarray:
    # Of letting each train together with one, [n].
    apart = _cost(widths, rows, sizes) + _cost(widths[one], rows[one], sizes[one])
    together = _cost(np.maximum(widths, widths[one]), np.maximum(rows, rows[one]), sizes + sizes[one])
    gains = apart - together
    gains[(sizes == 0) | (sizes + sizes[one] > most)] = -np.inf
    gains[one] = -np.inf
    return np.asarray(gains)


def _cost(widths: np.ndarray, rows: np.ndarray | float, sizes: np.ndarray | int) -> np.ndarray:
    # Without the masks, which are not padded.
    weights = (widths[..., 1:] * widths[..., :-1]).sum(-1)
    member = _MEMBER + rows * (_WEIGHT * weights + _UNIT * widths[..., 1:-1].sum(-1))
    return np.asarray(_STEP + sizes * member)


def _masks(kind: Kind) -> float:
    if not kind.dropping:
        return 0.0
    return len(kind.members) * (_DROPPING + _DROPPED_UNIT * kind.n_rows * sum(kind.widths[1:-1]))


def _cut(group: list[Kind], most: int) -> list[list[Kind]]:
    # Pieces of about equal size.
    size = sum(len(kind.members) for kind in group)
    n_pieces = -(-size // most)
    edges = [size * piece // n_pieces for piece in range(n_pieces + 1)]
    return [_piece(group, start, stop) for start, stop in pairwise(edges)]


def _piece(group: list[Kind], start: int, stop: int) -> list[Kind]:
    found, begun = [], 0
    for kind in group:
        members = kind.members[max(start - begun, 0) : max(stop - begun, 0)]
        begun += len(kind.members)
        if members:
            found.append(kind._replace(members=members))
    return found


def _balanced(found: list[list[Kind]]) -> list[list[Kind]]:
    found = sorted(found, key=_longest_first)
    while (size := sum(len(kind.members) for kind in found[0])) >= _WORTH_HALVING:
        halved = sorted([*_cut(sorted(found[0]), -(-size // 2)), *found[1:]], key=_longest_first)
        if _end(halved) >= _end(found):
            break
        found = halved
    return found


def _longest_first(group: list[Kind]) -> tuple[float, list[Kind]]:
    return -step_microseconds(group), group


def _end(found: Sequence[list[Kind]]) -> float:
    # When two cores are through that always take the next.
    cores = [0.0, 0.0]
    for group in found:
        cores[cores.index(min(cores))] += step_microseconds(group)
    return max(cores)
