"""Run the parts on search: ``python -m benchmarks.search [speed|whole|racing|budget]... [--full|--tiny]``."""

from __future__ import annotations

import sys

from benchmarks.machine import describe
from benchmarks.search import main
from benchmarks.search.sizes import SIZES

if __name__ == "__main__":
    chosen = sys.argv[1:]
    size = next((name for name in SIZES if f"--{name}" in chosen), "quick")
    print(describe())
    main(SIZES[size], tuple(name for name in chosen if not name.startswith("--")))
