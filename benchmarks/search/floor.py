"""The floor of a search: the products of everything it trained, at the measured peak of all cores."""

from __future__ import annotations

import os
from itertools import pairwise

from benchmarks.machine import peak_gflops
from studium.models import CNNSpec, MLPSpec
from studium.runs.search_step import PreparedSearch
from studium.runs.study_records import SearchRecord
from studium.validation import Replicate


def floor_seconds(record: SearchRecord, prepared: PreparedSearch) -> float:
    """Seconds that the matrix products of race and final measurement would take; the few refits are left out.

    Args:
        record: Of the search.
        prepared: Its step.
    """
    plan, found = prepared.plan, record.search
    hand_made, rows = dict(plan.hand_made), plan.replicates.items[0]
    race = sum(
        trial.epochs * epoch_operations(plan.space.at(trial.values)[0], rows)
        for trial in found.trials
        if trial.epochs
    )
    finalists = [
        hand_made[each.name] if each.trial is None else plan.space.at(each.values) for each in found.finalists
    ]
    finals = sum(config.epochs * epoch_operations(spec, rows) for spec, config in finalists)
    finals *= len(plan.fresh.items)
    return (race + finals) / (peak_gflops(os.cpu_count() or 1) * 1e9)


def epoch_operations(spec: MLPSpec | CNNSpec, rows: Replicate) -> float:
    """Operations of the products in one epoch: forward, both backward (not into the inputs), and forward to validate.

    Args:
        spec: A fully connected network.
        rows: What it trains on and is validated on.
    """
    assert isinstance(spec, MLPSpec)
    widths = (spec.input_shape[0], *spec.hidden, spec.n_outputs)
    sizes = [a * b for a, b in pairwise(widths)]
    training = 2 * len(rows.train) * (3 * sum(sizes) - sizes[0])
    return training + 2 * len(rows.validation) * sum(sizes)
