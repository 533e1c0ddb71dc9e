"""Search: speed, racing, samplers and the exported model, beside Optuna with a plain objective and a Gaussian process."""

from __future__ import annotations

from benchmarks.search.sizes import QUICK, Sizes


def main(sizes: Sizes = QUICK, parts: tuple[str, ...] = ()) -> None:
    """Measure all parts, or some: ``speed``, ``whole``, ``racing``, ``budget``."""
    from benchmarks.search.parts import run

    run(sizes, parts)
