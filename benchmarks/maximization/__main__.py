"""Run the experiment and write its tables: ``python -m benchmarks.maximization``, about 15 minutes on one core."""

from __future__ import annotations

import sys

from benchmarks.machine import describe
from benchmarks.maximization.document import write
from benchmarks.maximization.evaluation import ADDED, conditions, evaluate
from benchmarks.maximization.gallery import write_gallery
from benchmarks.maximization.subjects import EVALUATION, Bench
from benchmarks.maximization.tuning import Tuned, tune
from studium.data import open_dataset
from studium.introspection.maximization_settings import (
    DEFAULT_REGULARISERS,
    STRENGTHS,
    MaximizationSettings,
)


def main() -> int:
    """Tune, evaluate, write; 1 when the defaults in the code are not those that were found."""
    print(describe(), flush=True)
    data = open_dataset("fashion-mnist")
    tuned = tune(data)
    bench = Bench(data, EVALUATION)
    write_gallery(bench, conditions(tuned))
    write(tuned, evaluate(bench, conditions(tuned)))
    return _compare(tuned)


def _compare(tuned: Tuned) -> int:
    found = {name for name in STRENGTHS if name in tuned.chosen} | set(ADDED)
    rate = MaximizationSettings().learning_rate
    same = found == set(DEFAULT_REGULARISERS) and tuned.strengths == STRENGTHS
    if same and tuned.chosen["learning_rate"] == rate:
        print("the defaults are those that were found")
        return 0
    print(f"found {tuned.strengths}, of which {tuned.chosen} are on; settings.py says otherwise: change it")
    return 1


if __name__ == "__main__":
    sys.exit(main())
