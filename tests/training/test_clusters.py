"""Groups of members: everybody is in exactly one, little is padded, and two cores are busy."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from studium.training.clusters import Kind, clusters, step_microseconds

WIDTHS = st.tuples(st.just(1), st.integers(1, 128), st.integers(1, 128), st.just(1))


@st.composite
def kinds(draw: st.DrawFn) -> list[Kind]:
    numbers = itertools.count()
    return [
        Kind(
            widths,
            draw(st.integers(1, 200)),
            tuple(itertools.islice(numbers, draw(st.integers(1, 12)))),
            draw(st.booleans()),
        )
        for widths in draw(st.lists(WIDTHS, min_size=1, max_size=8, unique=True))
    ]


def known(found: list[Kind]) -> dict[int, Kind]:
    return {member: kind for kind in found for member in kind.members}


def cost(group: tuple[int, ...], kind_of: dict[int, Kind]) -> float:
    """Of a step of these members."""
    return step_microseconds([kind_of[member]._replace(members=(member,)) for member in group])


@settings(max_examples=100, deadline=None, derandomize=True)
@given(kinds(), st.integers(1, 20))
def test_everybody_is_in_one_group_whatever_the_order(given: list[Kind], most: int) -> None:
    found = clusters(given, most)
    everybody = sorted(member for kind in given for member in kind.members)
    assert sorted(member for group in found for member in group) == everybody
    assert max(map(len, found)) <= most
    assert clusters(given[::-1], most) == found


@settings(max_examples=100, deadline=None, derandomize=True)
@given(kinds())
def test_what_takes_longest_comes_first(given: list[Kind]) -> None:
    costs = [cost(group, known(given)) for group in clusters(given, 64)]
    assert costs == sorted(costs, reverse=True)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(kinds())
def test_two_cores_end_no_later_than_with_one_group_for_all_or_one_for_each_kind(given: list[Kind]) -> None:
    kind_of = known(given)
    together = tuple(kind_of)
    apart = [kind.members for kind in given]
    found = _end([cost(group, kind_of) for group in clusters(given, 10**6)])
    assert found <= cost(together, kind_of) * (1 + 1e-9)
    assert found <= sum(cost(group, kind_of) for group in apart) * (1 + 1e-9)


def _end(costs: list[float]) -> float:
    cores = np.zeros(2)
    for each in sorted(costs, reverse=True):
        cores[cores.argmin()] += each
    return float(cores.max())


def test_equals_are_halved_when_there_are_enough() -> None:
    assert clusters([Kind((1, 8, 1), 80, tuple(range(10)))], 64) == [(0, 1, 2, 3, 4), (5, 6, 7, 8, 9)]
    assert clusters([Kind((1, 8, 1), 80, tuple(range(7)))], 64) == [tuple(range(7))]


def test_many_equals_are_cut_into_even_pieces() -> None:
    found = clusters([Kind((1, 8, 1), 80, tuple(range(200)))], 64)
    assert [len(group) for group in found] == [50] * 4


def test_narrow_networks_are_not_padded_to_wide_ones_when_they_are_many() -> None:
    narrow = [Kind((1, 4 + each, 4, 1), 80, tuple(range(5 * each, 5 * each + 5))) for each in range(8)]
    wide = Kind((1, 128, 128, 1), 80, tuple(range(100, 110)))
    found = clusters([*narrow, wide], 64)
    assert all({member >= 100 for member in group} in ({True}, {False}) for group in found)


def test_few_wide_networks_share_the_calls() -> None:
    # Padding 60 units to 64 costs less than the calls of a step of its own.
    found = clusters([Kind((1, 64, 64, 1), 80, (0, 1)), Kind((1, 60, 60, 1), 80, (2, 3))], 64)
    assert sorted(found[0]) == [0, 1, 2, 3]


def test_thousands_of_kinds_are_cut_in_blocks() -> None:
    found = clusters([Kind((1, 1 + each, 1), 10, (each,)) for each in range(1100)], 64)
    assert sorted(member for group in found for member in group) == list(range(1100))
