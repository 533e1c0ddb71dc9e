"""Run the benchmarks: ``python -m benchmarks [PART]...``; all parts without arguments."""

from __future__ import annotations

import importlib
import sys

from benchmarks.machine import describe

PARTS = ("foundation", "population", "studies", "search", "execution", "inspection")


def main(chosen: list[str]) -> int:
    unknown = [name for name in chosen if name not in PARTS]
    if unknown:
        print(f"there is no part {unknown[0]!r}: choose from {', '.join(PARTS)}", file=sys.stderr)
        return 2
    print(describe())
    for name in chosen or PARTS:
        print(f"\n== {name} ==", flush=True)
        importlib.import_module(f"benchmarks.{name}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
