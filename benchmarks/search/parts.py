"""The parts in their order."""

from __future__ import annotations

from collections.abc import Callable

from benchmarks.search import budget, racing, speed, whole
from benchmarks.search.sizes import Sizes

PARTS: dict[str, Callable[[Sizes], None]] = {
    "speed": speed.main,
    "whole": whole.main,
    "racing": racing.main,
    "budget": budget.main,
}


def run(sizes: Sizes, chosen: tuple[str, ...]) -> None:
    """Measure some parts; all when none is named."""
    unknown = [name for name in chosen if name not in PARTS]
    if unknown:
        raise SystemExit(f"there is no part {unknown[0]!r}: choose from {', '.join(PARTS)}")
    for name in chosen or PARTS:
        PARTS[name](sizes)
