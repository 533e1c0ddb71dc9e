"""Which networks on the same data are ahead, by validation rows alone."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import fmean

from studium.runs.results import TrainResult


def same_data(results: Mapping[str, TrainResult]) -> list[dict[str, TrainResult]]:
    """Results by the data they are of, in order.

    Args:
        results: By name of the step.
    """
    groups: dict[str, dict[str, TrainResult]] = {}
    for name, result in results.items():
        groups.setdefault(result.data.checksum, {})[name] = result
    return list(groups.values())


def ranked(results: Mapping[str, TrainResult]) -> list[str]:
    """Names of the steps on one dataset, the best mean validation score first; those without one are left out.

    Args:
        results: By name of the step, all on the same data.
    """
    scores = {
        name: result.metrics("validation") for name, result in results.items() if result.status == "complete"
    }
    means = {name: fmean(values) for name, values in scores.items() if values}
    return sorted(
        means, key=lambda name: -means[name] if results[name].data.metric == "accuracy" else means[name]
    )
